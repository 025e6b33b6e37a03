"""Builds a table in a child process, again and again, each killed at a random time: DATA SOURCES. Says what came of it.

A process of its own, since it forks: the process of the tests has threads.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from polybatch.data.building import parts
from polybatch.data.sources.source import Source
from tests.data.building.given import GivenSource, build, contents


def build_until(parts_written: int, then: float, sources: list[Source], out: Path, data: Path) -> bool:
    """Build until there are so many parts and so many seconds are over, or to the end; whether it was killed."""
    child = os.fork()
    if not child:
        try:
            build(sources, out, data=data)
            os._exit(0)
        finally:
            os._exit(1)
    clock = None
    while clock is None or time.monotonic() - clock < then:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert status == 0
            return False
        if clock is None and len(list(work_folder(out).glob("*/*.arrow"))) >= parts_written:
            clock = time.monotonic()
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def work_folder(out: Path) -> Path:
    return out.parent / f".{out.name}.building"


def main(data: Path, names: list[str]) -> None:
    parts.PART_ROWS = 300
    sources: list[Source] = [GivenSource(name=name, file=f"{name}.jsonl") for name in names]
    build(sources, data / "whole", data=data)
    expected, draw = contents(data / "whole"), random.Random(1)
    found = {"killed": 0, "resumed": 0, "torn": 0, "different": 0, "left": 0}
    for turn in range(5):
        out = data / f"out{turn}"
        for written in sorted(draw.sample(range(16), 3)):  # of 15 parts; the table is written after the last
            found["resumed"] += any(work_folder(out).glob("*/*.arrow"))
            found["killed"] += build_until(written, draw.uniform(0, 0.04), sources, out, data)
            found["torn"] += out.exists() and contents(out) != expected
        build(sources, out, data=data)
        found["different"] += contents(out) != expected
        found["left"] += work_folder(out).exists()
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","))
