"""Claims about crashes: whenever indexing is killed, what was acknowledged is there, and a last run makes it whole."""

import random
import subprocess
import sys
import time
from pathlib import Path

from polybatch.search.cutting import content_of, cut
from polybatch.search.engines.engine import Held
from polybatch.search.index import Index
from tests.search.indexing_process import documents


def start(folder: Path, version: int) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "tests.search.indexing_process", str(folder), str(version)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def acknowledged(folder: Path, version: int, *, after: int, moment: float) -> int:
    """Documents acknowledged by a process that is killed (kill -9) some time after that many batches."""
    with start(folder, version) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(after)]
        time.sleep(moment)
        process.kill()
        told += process.stdout.readlines()
    whole = [line.strip() for line in told if line.endswith("\n")]
    return max((int(line) for line in whole if line.isdigit()), default=0)


def test_killed_at_any_point_it_opens_with_all_that_was_acknowledged_and_ends_whole(tmp_path: Path) -> None:
    chance = random.Random(7)
    folder = tmp_path / "index"
    for version in (0, 1):  # new documents, then changed ones among them and more new ones
        wanted = documents(version)
        done = acknowledged(folder, version, after=chance.randint(1, 8), moment=chance.uniform(0, 0.1))
        assert 0 < done < len(wanted)
        held = Index.open(folder).engine.held([one.id for one in wanted[:done]])
        assert held == {one.id: Held(content_of(one), True) for one in wanted[:done]}
    with start(folder, version) as process:
        assert process.stdout is not None
        assert process.stdout.read().endswith("finished\n")
    index = Index.open(folder)
    assert sorted(index.engine.documents()) == sorted((one.id, "en") for one in wanted)
    for one in wanted:
        assert index.engine.passages(one.id) == cut(one, "f", tokens=20)
