"""Does an index survive being killed (kill -9) at random, again and again, while it is made?

    python benchmarks/index_kill.py [--kills 20] [--documents 4000] [--engine lancedb|milvus]

`polybatch index` is started on invented news with a real static encoder, killed at a random moment of its work, and
started again, until it was killed so often; after every other kill, every other document has a new text. Between two
starts, the index is opened, and what was whole must still be whole, unless its text has changed. The last run is left
to end, and then the index must hold every document once, each with its passages and no others. With `milvus`, a Milvus
Lite server runs beside it, and is killed too at every other kill. Prints a table with a row for each kill, and ends
with status 1 where anything is lost or doubled.
"""

import argparse
import contextlib
import fcntl
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from polybatch.data.archives.archive import Archive
from polybatch.data.archives.left_out import LeftOut
from polybatch.data.newswire.wire import newswire_corpus
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.provenance import machine, versions
from polybatch.search.building import document_of
from polybatch.search.cutting import content_of, cut
from polybatch.search.index import Index


class Server:
    """A Milvus Lite server that can be killed and started again on its data."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.uri, self._folder = f"http://127.0.0.1:{self.port}", folder
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        program = str(Path(sys.executable).with_name("milvus-lite"))
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--data-dir", str(self._folder)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen([program, "server", *where], stdout=quiet, stderr=quiet)
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it, and wait until it is dead."""
        self.process.kill()
        self.process.wait()


def write_archive(path: Path, count: int, *, version: int) -> None:
    """Invented articles, of which every other one differs between versions."""
    corpus = newswire_corpus(stories=-(-count // 3))
    with path.open("w", encoding="utf-8") as file:
        texts = (text for item in corpus.items for text in item.passages.values())
        for number, text in zip(range(count), texts, strict=False):
            changed = f" It was said again, for the {version}th time." if number % 2 else ""
            file.write(json.dumps({"id": f"d{number}", "text": f"{text} {number}.{changed}"}) + "\n")


def start(words: list[str], index: Path) -> "subprocess.Popen[bytes]":
    """Start `polybatch index`, and wait until it has loaded and has the right to write."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*words, "--out", str(index)], stdout=quiet, stderr=quiet)
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError), (index / "write.lock").open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                break
        time.sleep(0.01)
    return process


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--documents", type=int, default=4_000)
    parser.add_argument("--engine", choices=["lancedb", "milvus"], default="lancedb")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, archive, index = folder / "model", folder / "news.jsonl", folder / "index"
        write_archive(archive, given.documents, version=1)
        tokenizer = train_tokenizer([one.text for _, one in Archive([archive]).articles(LeftOut())], vocabulary=2_000)
        static_encoder(tokenizer, dimension=64, deviation=0.1, seed=1).save(str(model))
        server = Server(folder / "milvus") if given.engine == "milvus" else None
        command = [sys.executable, "-m", "polybatch", "index", str(model), str(archive)]
        with start(command, folder / "timed") as process:
            begun = time.monotonic()
            assert process.wait() == 0
            working = time.monotonic() - begun
        command += ["--engine-uri", server.uri] if server else []
        print(f"{given.kills} kills of {given.documents} documents in {given.engine}. {machine()} {versions()}\n")
        print("| kill | after, s | documents held whole | up to date | lost |\n|--:|--:|--:|--:|--:|", flush=True)
        before: set[str] = set()
        for kill in range(1, given.kills + 1):
            write_archive(archive, given.documents, version=1 + kill // 2)
            with start(command, index) as process:
                moment = chance.uniform(0, working)
                time.sleep(moment)
                if server and kill % 2 == 0:
                    server.kill()
                process.kill()
            if server and kill % 2 == 0:
                server.start()
            if (index / "index.json").is_file():
                before = look(index, f"{kill} | {moment:.2f}", before, archive)
            else:
                print(f"| {kill} | {moment:.2f} | 0 | 0 | 0 |", flush=True)
        wanted = [document_of(one) for _, one in Archive([archive]).articles(LeftOut())]
        done = subprocess.run([*command, "--out", str(index)], check=True, capture_output=True, text=True).stdout
        print(f"\nThe last run: {done.splitlines()[-1].rpartition('/')[2]}")
        opened = Index.open(index)
        there = sorted(id for id, _ in opened.engine.documents())
        tokens, fingerprint = opened.manifest["tokens"], opened.manifest["fingerprint"]
        wrong = [one.id for one in wanted if opened.engine.passages(one.id) != cut(one, fingerprint, tokens=tokens)]
        if server:
            server.kill()
        if there != sorted(one.id for one in wanted) or wrong:
            print(f"{len(there)} documents for {len(wanted)}, {len(wrong)} of them wrong")
            raise SystemExit(1)
        print(f"killed {given.kills} times: every one of {len(wanted)} documents is there once, with its passages")


def look(index: Path, kill: str, before: set[str], archive: Path) -> set[str]:
    """The unchanging documents that an index holds whole; ends the program where one is lost that was there before."""
    engine = Index.open(index).engine
    wanted = {one.id: content_of(document_of(one)) for _, one in Archive([archive]).articles(LeftOut())}
    held = engine.held(list(wanted))
    now = sum(one.content == wanted[id] for id, one in held.items())
    there = sum(one.whole for one in held.values())
    whole = {id for id, one in held.items() if one.whole and int(id[1:]) % 2 == 0}
    lost = before - whole
    print(f"| {kill} | {there} | {now} | {len(lost)} |", flush=True)
    if lost:
        raise SystemExit(1)
    return whole


if __name__ == "__main__":
    main()
