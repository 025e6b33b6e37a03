"""How long a million rows take to become an aligned table, in how much memory, and what a kill -9 halfway costs.

    python benchmarks/build_speed.py [ROWS] [FOLDER]

Rows are a query and a passage in English, Swahili and Nepali, read from JSONL, normalised, written as one table. Floor:
every byte of the table is written twice, in parts and then as one file; what that takes here is timed first. Beside it,
`datasets` makes an Arrow file of the same items, without normalising, grouping or counting. Each line is a process of
its own that starts no other; memory is the most that it held, mapped files included.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

LANGUAGES = ["en", "ne", "sw"]
WORDS = {
    "en": "the people of city said on monday that rain had come late and harvest was good this year",
    "sw": "watu wa mji walisema jumatatu kwamba mvua ilichelewa na mavuno yalikuwa mazuri mwaka huu ng’ombe",
    "ne": "सहरका मानिसले सोमबार भने कि वर्षा ढिलो भयो र यस वर्ष बाली राम्रो भयो २०२६ गर्‍यो",
}


def write_rows(path: Path, rows: int) -> None:
    """Rows of some 10 words a query and 45 a passage; five questions share a passage."""
    draw = random.Random(1)
    sentences = {
        code: [" ".join(draw.choices(words.split(), k=9)) for _ in range(5000)] for code, words in WORDS.items()
    }
    with path.open("w", encoding="utf-8") as file:
        for row in range(rows):
            passage = {code: f"{row // 5}. " + " ".join(draw.choices(sentences[code], k=5)) for code in LANGUAGES}
            query = {code: f"{draw.choice(sentences[code])} {row}?" for code in LANGUAGES}
            values = {"id": str(row), "group": str(row // 5), "queries": query, "passages": passage}
            file.write(json.dumps(values, ensure_ascii=False) + "\n")


def source() -> Any:
    from polybatch.data.sources.jsonl import JSONLSource

    return JSONLSource(name="made", licence="made here", files=["rows.jsonl"], languages=LANGUAGES)


def build(folder: Path, out: Path) -> None:
    from polybatch.data.building import build_table
    from polybatch.progress import Silent
    from polybatch.text.normalisation import Normalisation

    options: dict[str, Any] = {"normalisation": Normalisation(), "command": "", "progress": Silent()}
    build_table([source()], out, data=folder, **options)


def peer(folder: Path, out: Path) -> None:
    from datasets import Dataset, disable_progress_bars

    from polybatch.data.sources.source import Reading

    disable_progress_bars()

    def rows() -> Iterator[dict[str, str]]:
        for item in source().items(folder, Reading()):
            sides = (("query", item.queries), ("passage", item.passages))
            texts = {f"{side}.{code}": text for side, one in sides for code, text in one.items()}
            yield {"id": item.id, "group": item.group} | texts

    Dataset.from_generator(rows, cache_dir=str(out))


class Used(NamedTuple):
    """What a process used."""

    seconds: float
    processor: float
    memory: float

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s  {self.processor:6.1f} s of a core  {self.memory:5.0f} MB"


def measure(what: str, folder: Path, out: Path, stop_after: float | None = None) -> Used:
    """What a process uses that does it, killed after some seconds if asked for."""
    clock = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, what, str(folder), str(out)], env=os.environ)
    if stop_after is not None:
        time.sleep(stop_after)
        process.send_signal(signal.SIGKILL)
    _, status, used = os.wait4(process.pid, 0)
    if status != (0 if stop_after is None else signal.SIGKILL):
        raise SystemExit(f"{what}: status {status}")
    return Used(time.perf_counter() - clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def hashed(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.file_digest(path.open("rb"), "blake2b").hexdigest() for path in sorted(folder.iterdir())}


def floor(folder: Path, size: int) -> float:
    """Seconds to write so many bytes twice, and wait for the disk once."""
    block, clock = bytes(1 << 24), time.perf_counter()
    for number in range(2):
        with (folder / f"floor{number}").open("wb") as file:
            for _ in range(size // len(block) + 1):
                file.write(block)
            os.fsync(file.fileno())
    seconds = time.perf_counter() - clock
    for number in range(2):
        (folder / f"floor{number}").unlink()
    return seconds


def main(rows: int, folder: Path) -> None:
    write_rows(folder / "rows.jsonl", rows)
    print(f"{rows:,} rows, {(folder / 'rows.jsonl').stat().st_size / 1e6:,.0f} MB of JSONL", flush=True)
    first = measure("build", folder, folder / "whole")
    size = sum(path.stat().st_size for path in (folder / "whole").iterdir())
    print(f"build           {first}  {rows / first.seconds:,.0f} rows/s, {size / 1e6:,.0f} MB written", flush=True)
    print(f"floor           {floor(folder, size):6.1f} s  to write as many bytes twice", flush=True)
    measure("build", folder, folder / "resumed", stop_after=first.seconds / 2)
    kept = len(list((folder / ".resumed.building").glob("*/*.arrow")))
    again = measure("build", folder, folder / "resumed")
    same = hashed(folder / "whole") == hashed(folder / "resumed")
    print(f"killed halfway  {again}  to the end, after {kept} parts; the same bytes: {same}", flush=True)
    print(f"built before    {measure('build', folder, folder / 'resumed')}", flush=True)
    print(f"datasets        {measure('peer', folder, folder / 'peer')}  Dataset.from_generator", flush=True)
    if not same:
        raise SystemExit("the bytes differ")


if __name__ == "__main__":
    if sys.argv[1:2] in (["build"], ["peer"]):
        {"build": build, "peer": peer}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        where = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
        where.mkdir(parents=True, exist_ok=True)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, where)
        shutil.rmtree(where)
