"""How fast rows are checked: the cheap checks, all with language identification, and against a test collection.

    python benchmarks/check_speed.py --data DIR [--bitext] [--language ne]

Rows are Global Voices news, English and Swahili, repeated with a number before each text: a line is the query, what
follows it its passage; four texts of together some 600 characters. They stream out of a JSONL file, as `polybatch data
check rows.jsonl` reads it; with --bitext a row is a line and its translation, two texts of together some 220 characters
in two aligned files; with --language, JSONL of NTREX-128 in English and another language. Floors: json.loads of every
line, and reading as a check does it, in one process, since one process reads; no check can be faster than the
second. Median of 3 rounds. Memory is the most that the process which reads and gathers has held, added to what it held
before.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from polybatch.data.checking.check import check_sources
from polybatch.data.checking.table import CHECKS, CONTAMINATION
from polybatch.data.collections.table import load_collection
from polybatch.data.sources.bitext import BitextSource
from polybatch.data.sources.jsonl import JSONLSource
from polybatch.data.sources.lines import load_lines
from polybatch.data.sources.source import Reading, Source
from polybatch.languages import language_code
from polybatch.records import Collection

CHEAP = [name for name in CHECKS if name not in ("language", CONTAMINATION)]


FOLDER = "lafand-mt/data/text_files/en-swa"
NTREX = "ntrex/NTREX-128"


def write_bitext(scratch: Path, data: Path, rows: int) -> Source:
    for code, name in (("en", "train.en"), ("sw", "train.swa")):
        lines = (data / FOLDER / name).read_text(encoding="utf-8").splitlines()
        numbered = (f"{number} {lines[number % len(lines)]}\n" for number in range(rows))
        (scratch / code).write_text("".join(numbered), encoding="utf-8")
    return BitextSource(source="bitext", name="gv", licence="CC BY-NC 4.0", files={"en": ["en"], "sw": ["sw"]})


def write_jsonl(scratch: Path, data: Path, rows: int, language: str = "") -> Source:
    files = {"en": [data / FOLDER / "train.en"], "sw": [data / FOLDER / "train.swa"]}
    if language:
        found = {language_code(path.stem.split(".")[-1]): [path] for path in (data / NTREX).glob("newstest2019-*.txt")}
        files = {code: found[code] for code in ("en", language)}
    write_rows(scratch / "rows.jsonl", files, rows)
    return JSONLSource(name="gv", licence="CC BY-NC 4.0", files=["rows.jsonl"], languages=list(files))


def write_rows(path: Path, files: dict[str, list[Path]], rows: int) -> None:
    items = load_lines("gv", files, pairings=["what-follows"]).items
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            item = items[number % len(items)]
            # no two rows are the same, or most of the work would be to list duplicates
            queries = {code: f"{number} {text}" for code, text in item.queries.items()}
            passages = {code: f"{number} {text}" for code, text in item.passages.items()}
            row = {"id": str(number), "group": str(number), "queries": queries, "passages": passages}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def memory() -> float:
    """The most memory that the process has held so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"))
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cheap", action="store_true", help="leave out language and test texts, which take minutes")
    parser.add_argument("--bitext", action="store_true", help="rows of two texts")
    parser.add_argument("--language", default="", help="NTREX-128 in English and this language")
    options = parser.parse_args()
    data, rows, processes = Path(options.data), options.rows, options.processes
    tests = [load_collection("ntrex-news", data=data, languages=["en", "sw", "ne"])]
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        write = write_bitext if options.bitext else partial(write_jsonl, language=options.language)
        source = write(place, data, rows)

        def check(checks: Sequence[str], against: Sequence[Collection] = (), near: float | None = None) -> None:
            check_sources([source], place, checks=checks, against=against, near=near, processes=processes)

        ways: dict[str, Callable[[], object]] = {
            "floor: reading alone": lambda: sum(1 for _ in source.items(place, Reading(further=False))),
            f"the {len(CHEAP)} cheap checks": lambda: check(CHEAP),
        }
        if not options.bitext:
            lines = place / "rows.jsonl"
            ways = {
                "floor: json.loads alone": lambda: sum(1 for _ in map(json.loads, lines.open(encoding="utf-8")))
            } | ways
        if not options.cheap:
            ways["the same, and test texts, exactly"] = lambda: check([*CHEAP, CONTAMINATION], tests)
            ways["language alone"] = lambda: check(["language"])
            ways["test texts alone, nearly"] = lambda: check([CONTAMINATION], tests, 0.8)
        before = memory()
        print(f"| {rows:,} rows, {processes} processes | rows a second | memory, MB |")
        print("|---|--:|--:|")
        for name, way in ways.items():
            rate = rows / statistics.median(seconds(way) for _ in range(options.rounds))
            print(f"| {name} | {rate:,.0f} | {memory() - before:,.0f} |", flush=True)


def seconds(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
