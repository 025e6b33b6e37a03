"""A claim over every loader of a collection: whatever the bytes, it gives a collection or says what is wrong."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from polybatch.data.collections.table import COLLECTIONS, load_collection
from polybatch.errors import DataError
from tests.data.collections import test_beir
from tests.data.collections.writing import write_lines, write_rows
from tests.data.mutations import Mutation, contents, examples, mutations, write_mutated
from tests.data.published import forms as published


def beir(data: Path) -> None:
    write_rows(data / "mine/corpus.jsonl", *test_beir.CORPUS)
    write_rows(data / "mine/queries.jsonl", *test_beir.QUERIES)
    write_lines(data / "mine/qrels/test.tsv", *test_beir.QRELS)


def trec(data: Path) -> None:
    write_rows(data / "mine/corpus.jsonl.gz", *test_beir.CORPUS)
    write_lines(data / "mine/topics.en.tsv", "1\tboard game?", "2\tlake?")
    write_lines(data / "mine/qrels.txt", "1 0 d1 3", "1 0 d3 0", "2 0 d3 1")


WRITERS = {**published.WRITERS, "BEIR's form": beir, "TREC's form": trec}


def test_a_form_of_every_folder_of_the_table_is_there() -> None:
    named = [name for name in WRITERS if name in COLLECTIONS]
    folders = {source.folder for source in COLLECTIONS.values() if source.folder}
    assert {COLLECTIONS[name].folder for name in named} | {"lareqa/xquad-r", "lareqa/mlqa-r"} == folders


@pytest.mark.parametrize("name", WRITERS)
def test_no_bytes_break_a_loader(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        WRITERS[name](data)
        on = name if name in COLLECTIONS else str(data / "mine")
        assert load_collection(on, data=data).judgements
        originals = contents(data)

        @settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(mutations)
        def run(drawn: list[Mutation]) -> None:
            write_mutated(originals, drawn)
            try:
                collection = load_collection(on, data=data)
            except DataError:
                return
            known = {passage.id for found in collection.passages.values() for passage in found}
            assert all(answers <= known for answers in collection.judgements.values())

        run()
