"""What many tests share: the folder of real data, and small corpora that the tests make."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from polybatch.data.collections.table import DATA_VARIABLE
from polybatch.records import Item, ParallelCorpus


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real collections in their upstream layouts; tests that need it are skipped without."""
    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        pytest.skip(f"{DATA_VARIABLE} names no folder of real collections")
    return Path(folder)


@pytest.fixture
def make_corpus():  # type: ignore[no-untyped-def]
    """A function that makes a corpus of `count` items, `per_group` of them sharing a passage group."""

    def make(name: str, languages: list[str], count: int, *, per_group: int = 1) -> ParallelCorpus:
        items = (
            Item(
                id=f"{name}-{number}",
                group=f"{name}-{number // per_group}",
                queries={code: f"{code} query {number} of {name}" for code in languages},
                passages={code: f"{code} passage {number // per_group} of {name}" for code in languages},
            )
            for number in range(count)
        )
        return ParallelCorpus(name, tuple(items))

    return make
