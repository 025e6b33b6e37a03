"""Concurrent users against `polybatch serve`: errors, latency, and the server's memory over time.

    python benchmarks/serve_load.py [--users 50] [--seconds 120] [--think 1.0] [--documents 3000]

Makes a static model (a tokenizer trained on the newswire, random vectors) and an index of newswire stories in English,
Nepali and Swahili, starts a real server process on a free port without a rate limit, and lets each user search, read
the answer, think for an exponentially distributed time of mean `--think` seconds, and search again: dense, words or
both in turn, every other search in one language, ten hits. `--think 0` never thinks, which finds how many searches a
second the machine answers. Prints a table, and memory over time. Load generator and server share the machine. The index
and model are made anew each time.
"""

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import httpx
import numpy as np

from polybatch.provenance import machine, versions

LANGUAGES = ("en", "ne", "sw")
METHODS = ("dense", "text", "hybrid")
DIMENSIONS, VOCABULARY = 256, 8_000
WARM = 5.0  # seconds that are not counted
EVERY = 5.0  # seconds between two looks at memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--think", type=float, default=1.0, help="mean seconds between an answer and the next search")
    parser.add_argument("--documents", type=int, default=3_000, help="at most 3 x 2400")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        index, queries = make(Path(scratch), asked.documents)
        command = "import typer; from polybatch.cli.serve import serve; typer.run(serve)"
        server = subprocess.Popen(
            [sys.executable, "-c", command, str(index), "--port", "0", "--rate", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            asyncio.run(load(address, queries, server.pid, asked))
        finally:
            server.send_signal(signal.SIGTERM)
            print(f"server ended with {server.wait(30)}")


def make(folder: Path, count: int) -> tuple[Path, list[str]]:
    """An index of newswire passages, and the stories' queries."""
    from polybatch.data.newswire import newswire_corpus
    from polybatch.encoders.loading import load_encoder
    from polybatch.encoders.static import static_encoder, train_tokenizer
    from polybatch.search.building import describe_model
    from polybatch.search.index import Index
    from polybatch.search.indexing import add_documents
    from polybatch.search.records import Document

    corpus = newswire_corpus(stories=-(-count // len(LANGUAGES)))
    texts = [text for item in corpus.items for text in item.passages.values()]
    tokenizer = train_tokenizer(texts, vocabulary=VOCABULARY)
    static_encoder(tokenizer, dimension=DIMENSIONS, deviation=0.1, seed=1).save(str(folder / "model"))
    encoder = load_encoder(str(folder / "model"))
    index = Index.make(folder / "index", describe_model(str(folder / "model"), encoder))
    documents = [
        Document(f"{language}-{item.id}", item.passages[language], item.queries[language], language)
        for item in corpus.items
        for language in LANGUAGES
    ][:count]
    with index.writing():
        add_documents(index, documents, encoder)
        index.engine.optimise()
    print(f"{len(documents)} documents, {sum(index.engine.languages().values())} passages, {DIMENSIONS} dimensions")
    index.engine.close()
    return folder / "index", [query for item in corpus.items for query in item.queries.values()]


async def load(address: str, queries: list[str], pid: int, asked: argparse.Namespace) -> None:
    seconds: list[float] = []
    errors: list[str] = []
    memory: list[float] = []
    start = time.perf_counter()
    end = start + WARM + asked.seconds

    async def user(number: int) -> None:
        random = Random(number)
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            await asyncio.sleep(random.random() * max(asked.think, 0.1))
            turn = number
            while (begun := time.perf_counter()) < end:
                turn += 1
                body = {"query": random.choice(queries), "top": 10, "method": METHODS[turn % 3]}
                if turn % 2:
                    body["languages"] = [random.choice(LANGUAGES)]
                try:
                    answer = await client.post("search", json=body)
                    fault = "" if answer.status_code == 200 else f"status {answer.status_code}"
                    if not fault and not answer.json()["hits"] and body["method"] != "text":
                        fault = "no hits"  # words of one language may be in no passage of another
                except httpx.HTTPError as error:
                    fault = type(error).__name__
                if begun >= start + WARM:
                    seconds.append(time.perf_counter() - begun)
                    if fault:
                        errors.append(fault)
                if asked.think:
                    await asyncio.sleep(random.expovariate(1 / asked.think))

    async def watch() -> None:
        while time.perf_counter() < end:
            memory.append(resident(pid))
            await asyncio.sleep(EVERY)

    await asyncio.gather(watch(), *(user(number) for number in range(asked.users)))
    milliseconds = 1000 * np.array(seconds)
    p50, p90, p99 = np.percentile(milliseconds, [50, 90, 99])
    half = len(memory) // 2
    told = {
        "users": asked.users,
        "seconds": f"{asked.seconds:g}",
        "think, s": f"{asked.think:g}",
        "searches": len(seconds),
        "a second": f"{len(seconds) / asked.seconds:.0f}",
        "errors": len(errors),
        "p50 ms": f"{p50:.0f}",
        "p90 ms": f"{p90:.0f}",
        "p99 ms": f"{p99:.0f}",
        "worst ms": f"{milliseconds.max():.0f}",
        "MB at half": f"{memory[half]:.0f}",
        "MB at the end": f"{memory[-1]:.0f}",
    }
    print(f"\n{machine()} {versions()}", *sorted(set(errors)))
    print(f"\n| {' | '.join(told)} |\n|{'--:|' * len(told)}\n| {' | '.join(map(str, told.values()))} |")
    print(f"\nResident memory in MB, every {EVERY:g} s:", " ".join(f"{one:.0f}" for one in memory))


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
