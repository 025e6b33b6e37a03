"""Claims about AfriQA, on small files of its form that the tests write."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_rows
from tests.data.sources.forms import Form, written


def write(data: Path, code: str, pivot: str, split: str, *rows: tuple[str, str, str | None]) -> None:
    folder = data / f"afriqa/data/gold_passages/{code}"
    write_rows(
        folder / f"gold_span_passages.afriqa.{code}.{pivot}.{split}.json",
        *(
            {"id": str(number), "question_lang": asked, "question_translated": f"{asked} in {pivot}", "title": "T",
             "context": context, "answer_pivot": {"answer_start": [0], "text": [answer]}}
            for number, (asked, answer, context) in enumerate(rows)
        ),
    )  # fmt: skip


def test_a_question_has_two_versions_and_the_pool_is_every_gold_passage(tmp_path: Path) -> None:
    write(tmp_path, "swa", "en", "test", ("Nani?", "he", "He did."), ("Wapi?", "it", "It is."))
    write(tmp_path, "swa", "en", "train", ("Lini?", "then", "Then."))
    write(tmp_path, "hau", "en", "test", ("Wane?", "he", "He did."))
    write(tmp_path, "fon", "fr", "test", ("E?", "il", "Il a."))
    collection = load_collection("afriqa", data=tmp_path)
    assert {code: len(found) for code, found in collection.queries.items()} == {
        "en": 3, "fon": 1, "fr": 1, "ha": 1, "sw": 2,
    }  # fmt: skip
    assert [passage.text for passage in collection.passages["en"]] == ["T He did.", "T It is.", "T Then."]
    assert collection.judgements["sw:0"] == collection.judgements["ha:0"]
    assert [query.text for query in collection.queries["sw"]] == ["Nani?", "Wapi?"]


def test_the_pool_does_not_depend_on_the_languages_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "swa", "en", "test", ("Nani?", "he", "He did."))
    write(tmp_path, "yor", "en", "test", ("Tani?", "she", "She did."))
    collection = load_collection("afriqa", data=tmp_path, languages=["sw", "en"])
    assert len(collection.passages["en"]) == 2
    assert [query.text for query in collection.queries["en"]] == ["Nani? in en"]


def test_questions_without_a_gold_passage_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "swa", "en", "test", ("Nani?", "he", "He did."), ("Wapi?", "", ""), ("Lini?", "", None))
    collection = load_collection("afriqa", data=tmp_path)
    assert collection.notes["questions without a gold passage, left out"] == "2"
    assert len(collection.queries["sw"]) == 1


def test_every_fault_is_listed(tmp_path: Path) -> None:
    write(tmp_path, "swa", "en", "test", ("", "he", "He did."))
    write(tmp_path, "qqq", "en", "test", ("E?", "he", "He did."))
    with pytest.raises(DataError) as caught:
        load_collection("afriqa", data=tmp_path)
    assert "qqq.en.test.json: unknown languages in its name" in str(caught.value)
    assert "swa.en.test.json:1: query 'sw:0' has no text" in str(caught.value)


FORMS = {
    "afriqa": Form(
        {},
        lambda data: write_rows(
            data / "afriqa/data/gold_passages/swa/gold_span_passages.afriqa.swa.en.train.json",
            {"id": "1", "question_lang": "Nani?", "question_translated": "Who?", "title": "T", "context": "C"},
            {"id": "2", "question_lang": "Wapi?", "title": "T", "context": None},
        ),
        items=1,
        left_out=1,
    ),
}
WRITERS = {"afriqa": lambda data: write(data, "swa", "en", "test", ("Nani?", "he", "He did."))}


def test_an_afriqa_question_is_asked_in_both_languages(tmp_path: Path) -> None:
    (item,), _ = written(FORMS["afriqa"], "afriqa", tmp_path)
    assert item.queries == {"sw": "Nani?", "en": "Who?"}
    assert item.passages == {"en": "T C"}
