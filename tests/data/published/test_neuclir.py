"""Claims about NeuCLIR, on small files of its form that the tests write."""

from pathlib import Path
from typing import Any

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines, write_rows


def topic(name: str, *versions: tuple[str, str]) -> dict[str, Any]:
    texts = [
        {"lang": code, "source": source, "topic_title": f"{name} {code}", "topic_description": "More."}
        for code, source in versions
    ]
    return {"topic_id": name, "languages_with_qrels": ["fas"], "topics": texts}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "neuclir"
    for code in ("fas", "zho"):
        rows = [{"id": f"{code}-{number}", "title": f"{code}", "text": f"news {number}"} for number in (1, 2)]
        write_rows(folder / f"data/{code}-00000-of-00001.jsonl.gz", *rows)
    write_rows(
        folder / "neuclir-2023-topics.0605.jsonl",
        topic("200", ("eng", "original"), ("fas", "human translation"), ("zho", "google")),
        topic("201", ("eng", "original")),
    )
    write_lines(folder / "neuclir-2023-qrels.final/qrels.final.gains.fas", "200 0 fas-1 3", "200 0 fas-2 0")
    write_lines(folder / "neuclir-2023-qrels.final/qrels.final.gains.zho", "200 0 zho-2 1")
    write_rows(folder / "topics.0720.utf8.jsonl", topic("5", ("eng", "original")))
    write_lines(folder / "2022-qrels.fas", "5 fas fas-2 1")
    return tmp_path


def test_a_topic_is_asked_in_english_and_in_what_people_translated(data: Path) -> None:
    collection = load_collection("neuclir-2023", data=data)
    assert {code: [query.text for query in found] for code, found in collection.queries.items()} == {
        "en": ["200 eng More."],
        "fa": ["200 fas More."],
    }
    assert collection.judgements == {"200": {"fas-1", "zho-2"}}
    assert collection.grades == {"200": {"fas-1": 3}}
    assert collection.passages["zh"][0].text == "zho news 1"
    assert collection.notes["topics by machine translation, left out"] == "1"
    assert collection.notes["en queries without a relevant passage, left out"] == "1"


def test_the_years_share_documents_and_differ_in_topics(data: Path) -> None:
    collection = load_collection("neuclir-2022", data=data, languages=["en", "fa"])
    assert collection.judgements == {"5": {"fas-2"}}
    assert collection.languages == ("fa",)


def test_documents_and_judgements_of_other_languages_are_not_opened(data: Path) -> None:
    for path in (data / "neuclir").rglob("*zho*"):
        path.write_bytes(b"broken")
    assert load_collection("neuclir-2023", data=data, languages=["en", "fa"]).languages == ("fa",)


def test_judged_documents_that_the_corpus_lacks_are_counted_and_named(data: Path) -> None:
    lacking = [f"200 0 gone-{number} {number % 2}" for number in range(7)]
    write_lines(data / "neuclir/neuclir-2023-qrels.final/qrels.final.gains.fas", "200 0 fas-1 3", *lacking)
    collection = load_collection("neuclir-2023", data=data)
    assert collection.judgements == {"200": {"fas-1", "zho-2"}}
    assert collection.notes["judgements of passages missing from the corpus, left out"] == (
        "7, 3 of them relevant: gone-0, gone-1, gone-2, gone-3, gone-4, …"
    )
    write_lines(data / "neuclir/neuclir-2023-qrels.final/qrels.final.gains.fas", "200 0 fas-1 3", "999 0 gone-1 1")
    with pytest.raises(DataError, match="judgement of query '999', which is not among the queries"):
        load_collection("neuclir-2023", data=data)


def test_every_fault_is_listed(data: Path) -> None:
    (data / "neuclir/topics.0720.utf8.jsonl").unlink()
    write_rows(data / "neuclir/data/fas-00000-of-00001.jsonl.gz", {"id": "fas-1", "title": ""})
    with pytest.raises(DataError) as caught:
        load_collection("neuclir-2022", data=data)
    text = str(caught.value)
    for line in (
        "fas-00000-of-00001.jsonl.gz:1: passage 'fas-1' has no text",
        "topics.0720.utf8.jsonl: no such file; from huggingface.co/datasets/neuclir",
        "2022-qrels.zho: no such file",
    ):
        assert line in text, line
    assert "judgement of query" not in text, "of topics that could not be read"


def write_both_years(data: Path) -> None:
    folder = data / "neuclir"
    write_rows(folder / "data/fas-00000-of-00001.jsonl.gz", {"id": "f1", "title": "t", "text": "news"})
    write_rows(folder / "neuclir-2023-topics.0605.jsonl", topic("200", ("eng", "original"), ("fas", "google")))
    write_lines(folder / "neuclir-2023-qrels.final/qrels.final.gains.fas", "200 0 f1 3")
    write_rows(folder / "topics.0720.utf8.jsonl", topic("5", ("eng", "original")))
    write_lines(folder / "2022-qrels.fas", "5 fas f1 1")


WRITERS = {"neuclir-2023": write_both_years, "neuclir-2022": write_both_years}
