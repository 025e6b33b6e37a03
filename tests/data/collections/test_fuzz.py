"""A claim over every loader of a collection: whatever the bytes, it gives a collection or says what is wrong."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from polybatch.data.collections.table import COLLECTIONS, load_collection
from polybatch.errors import DataError
from tests.data.collections import (
    test_afriqa,
    test_beir,
    test_belebele,
    test_global_voices,
    test_judged,
    test_lareqa,
    test_nagarik,
    test_sib200,
)
from tests.data.collections.test_bbc import article, pair
from tests.data.collections.test_masakhanews import HEADER
from tests.data.collections.test_neuclir import topic
from tests.data.collections.writing import write_archive, write_lines, write_rows
from tests.data.mutations import Mutation, contents, examples, mutations, write_mutated


def ntrex(data: Path) -> None:
    write_lines(data / "ntrex/DOCUMENT_IDS.tsv", *"aaaabbbb")
    for name in ("src.eng", "ref.swa"):
        write_lines(data / f"ntrex/NTREX-128/newstest2019-{name}.txt", *(f"{name} {number}." for number in range(8)))


def sib200(data: Path) -> None:
    for code in ("eng_Latn", "swh_Latn"):
        test_sib200.write(data, code)


def global_voices(data: Path) -> None:
    test_global_voices.write(data, 24)


def lareqa(data: Path) -> None:
    for name in ("xquad-r", "mlqa-r"):
        (data / "lareqa" / name).mkdir(parents=True)
        for code in ("en", "de"):
            paragraph = test_lareqa.paragraph("One. Two.", [[0, 4], [5, 9]], ("q1", 3), ("q2", 5))
            test_lareqa.write(data / "lareqa" / name, code, paragraph)


def neuclir(data: Path) -> None:
    folder = data / "neuclir"
    write_rows(folder / "data/fas-00000-of-00001.jsonl.gz", {"id": "f1", "title": "t", "text": "news"})
    write_rows(folder / "neuclir-2023-topics.0605.jsonl", topic("200", ("eng", "original"), ("fas", "google")))
    write_lines(folder / "neuclir-2023-qrels.final/qrels.final.gains.fas", "200 0 f1 3")
    write_rows(folder / "topics.0720.utf8.jsonl", topic("5", ("eng", "original")))
    write_lines(folder / "2022-qrels.fas", "5 fas f1 1")


def crosssum(data: Path) -> None:
    for one, other in (("english", "swahili"), ("swahili", "english")):
        members = {f"{one}-{other}_{split}.jsonl": [pair(1, 2, one)] for split in ("train", "val", "test")}
        write_archive(data / f"crosssum/data/{one}-{other}_CrossSum.tar.bz2", members)


def beir(data: Path) -> None:
    write_rows(data / "mine/corpus.jsonl", *test_beir.CORPUS)
    write_rows(data / "mine/queries.jsonl", *test_beir.QUERIES)
    write_lines(data / "mine/qrels/test.tsv", *test_beir.QRELS)


def trec(data: Path) -> None:
    write_rows(data / "mine/corpus.jsonl.gz", *test_beir.CORPUS)
    write_lines(data / "mine/topics.en.tsv", "1\tboard game?", "2\tlake?")
    write_lines(data / "mine/qrels.txt", "1 0 d1 3", "1 0 d3 0", "2 0 d3 1")


WRITERS: dict[str, Callable[[Path], Any]] = {
    "ntrex-news": ntrex,
    "ntrex-news-held-out": ntrex,
    "ntrex-sentences": ntrex,
    "xquad-r": lareqa,
    "mlqa-r+paragraph": lareqa,
    "sib-200": sib200,
    "belebele-3": lambda data: [test_belebele.write(data, code) for code in ("swh_Latn", "npi_Deva", "eng_Latn")],
    "miracl": lambda data: test_judged.write_miracl(data, "sw", files=2),
    "ciral-test-a": lambda data: test_judged.write_ciral(data, "sw", "swahili"),
    "africlirmatrix": lambda data: test_judged.write_africlirmatrix(data, "swa", "swahili", ["5\tLake"], ["5 Q0 1 6"]),
    "afriqa": lambda data: test_afriqa.write(data, "swa", "en", "test", ("Nani?", "he", "He did.")),
    "crosssum": crosssum,
    "xl-sum": lambda data: write_rows(data / "xl-sum/swahili_test.jsonl", article(1), article(2)),
    "global-voices-dev": global_voices,
    "masakhane-news": lambda data: write_lines(data / "masakhane-news/data/swa/test.tsv", HEADER, "s\tBao\tText.\t/a"),
    "nagarik-news": lambda data: test_nagarik.write(data, ("roads close", "सडक बन्द ।", "/a")),
    "neuclir-2023": neuclir,
    "neuclir-2022": neuclir,
    "BEIR's form": beir,
    "TREC's form": trec,
}


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
