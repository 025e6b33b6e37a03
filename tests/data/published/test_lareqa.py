"""Claims about XQuAD-R and MLQA-R, on files of their form that the test writes, and on the real ones."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.data.published.lareqa import load_lareqa
from polybatch.errors import DataError

# arXiv 2004.05484 and the released files: language -> (questions, candidates)
XQUAD_R = {
    "ar": 1222, "de": 1276, "el": 1234, "en": 1180, "es": 1215, "hi": 1244, "ru": 1219, "th": 852, "tr": 1167,
    "vi": 1209, "zh": 1196,
}  # fmt: skip
MLQA_R = {
    "ar": (517, 2545), "de": (512, 2362), "en": (1148, 6264), "es": (500, 1787), "hi": (507, 2426), "vi": (511, 2828),
    "zh": (504, 2322),
}  # fmt: skip


def paragraph(context: str, breaks: list[list[int]], *questions: tuple[str, int]) -> dict[str, Any]:
    asked = [{"id": name, "question": f"{name}?", "answers": [{"answer_start": at}]} for name, at in questions]
    return {"context": context, "sentence_breaks": breaks, "qas": asked}


def write(folder: Path, code: str, *paragraphs: Any) -> None:
    (folder / f"{code}.json").write_text(json.dumps({"data": [{"paragraphs": list(paragraphs)}]}), encoding="utf-8")


def test_the_answer_is_the_sentence_that_holds_its_start(tmp_path: Path) -> None:
    write(tmp_path, "en", paragraph("One. Two.", [[0, 4], [5, 9]], ("q1", 4 - 1), ("q2", 5)))
    collection = load_lareqa(tmp_path)
    assert [passage.text for passage in collection.passages["en"]] == ["One.", "Two."]
    assert collection.judgements == {"q1": {"en:0:0"}, "q2": {"en:0:1"}}


def test_answers_to_the_same_question_in_other_languages_are_relevant_too(tmp_path: Path) -> None:
    write(tmp_path, "en", paragraph("One.", [[0, 4]], ("q1", 0), ("q2", 0)))
    write(tmp_path, "sw", paragraph("Moja.", [[0, 5]], ("q1", 0)))
    collection = load_lareqa(tmp_path)
    assert collection.judgements == {"q1": {"en:0:0", "sw:0:0"}, "q2": {"en:0:0"}}


def test_equal_sentences_of_two_paragraphs_stay_two_candidates(tmp_path: Path) -> None:
    write(tmp_path, "en", paragraph("Same.", [[0, 5]], ("q1", 0)), paragraph("Same.", [[0, 5]], ("q2", 0)))
    assert [passage.id for passage in load_lareqa(tmp_path).passages["en"]] == ["en:0:0", "en:1:0"]


def test_with_its_paragraph_a_candidate_is_the_sentence_then_the_whole_paragraph(tmp_path: Path) -> None:
    (tmp_path / "lareqa/xquad-r").mkdir(parents=True)
    write(tmp_path / "lareqa/xquad-r", "en", paragraph("One. Two.", [[0, 4], [5, 9]], ("q1", 5)))
    alone, both = (load_collection(name, data=tmp_path) for name in ("xquad-r", "xquad-r+paragraph"))
    assert [passage.text for passage in both.passages["en"]] == ["One. One. Two.", "Two. One. Two."]
    assert (alone.name, both.name) == ("xquad-r", "xquad-r+paragraph")
    assert (alone.notes["candidate"], both.notes["candidate"]) == ("sentence", "sentence, then its paragraph")
    assert alone.judgements == both.judgements
    assert alone.licence == both.licence == "CC BY-SA 4.0"


def test_every_fault_is_listed(tmp_path: Path) -> None:
    write(
        tmp_path,
        "en",
        paragraph("One. Two.", [[0, 4], [5, 9]], ("gap", 4), ("end", 9), ("q", 0), ("q", 0)),
        {"qas": []},
    )
    (tmp_path / "sw.json").write_text('{"data": [\n{]}')
    (tmp_path / "de.json").write_text('{"rows": 1}')
    with pytest.raises(DataError) as caught:
        load_lareqa(tmp_path, languages=["en", "sw", "de", "fr"])
    text = str(caught.value)
    for line in (
        "no fr.json; found: de, en, sw",
        "en.json: paragraph 0: question 'gap': answer_start 4 is outside every sentence; sentences end at 9",
        "question 'end': answer_start 9 is outside every sentence",
        "question 'q' occurs twice",
        "en.json: paragraph 1: missing or malformed field (KeyError('context'))",
        "sw.json:2: broken JSON",
        "de.json: not SQuAD's form",
    ):
        assert line in text, line


def test_a_folder_without_it_says_where_it_comes_from(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no XQuAD-R or MLQA-R here; .*lareqa"):
        load_lareqa(tmp_path)


@pytest.mark.parametrize("code", XQUAD_R)
def test_xquad_r_has_the_published_counts(real_data: Path, code: str) -> None:
    collection = load_collection("xquad-r", data=real_data, languages=[code])
    assert len(collection.queries[code]) == 1190
    assert len(collection.passages[code]) == XQUAD_R[code]


@pytest.mark.parametrize("code", MLQA_R)
def test_mlqa_r_has_the_published_counts(real_data: Path, code: str) -> None:
    collection = load_collection("mlqa-r", data=real_data, languages=[code])
    assert (len(collection.queries[code]), len(collection.passages[code])) == MLQA_R[code]


def test_xquad_r_has_eleven_relevant_passages_for_every_question(real_data: Path) -> None:
    collection = load_collection("xquad-r", data=real_data)
    assert collection.languages == tuple(XQUAD_R)
    assert sum(len(found) for found in collection.queries.values()) == 13_090
    assert sum(len(found) for found in collection.passages.values()) == 13_014
    assert Counter(len(found) for found in collection.judgements.values()) == {11: 1190}


def test_mlqa_r_has_two_to_four_relevant_passages_for_a_question(real_data: Path) -> None:
    collection = load_collection("mlqa-r", data=real_data)
    assert sum(len(found) for found in collection.queries.values()) == 4_199
    assert sum(len(found) for found in collection.passages.values()) == 20_534
    assert Counter(len(found) for found in collection.judgements.values()) == {2: 65, 3: 263, 4: 820}


def test_questions_of_one_article_are_one_cluster_in_all_languages(tmp_path: Path) -> None:
    def asked(*names: str) -> dict[str, Any]:
        return paragraph("One.", [[0, 4]], *((name, 0) for name in names))

    articles = {"en": [[asked("q1"), asked("q2")], [asked("q3")]], "sw": [[asked("q3")], [asked("q2"), asked("q4")]]}
    for code, found in articles.items():
        value = {"data": [{"paragraphs": parts} for parts in found]}
        (tmp_path / f"{code}.json").write_text(json.dumps(value), encoding="utf-8")
    collection = load_lareqa(tmp_path)
    clusters = {query.id: query.cluster for found in collection.queries.values() for query in found}
    assert clusters == {"q1": "q1", "q2": "q1", "q3": "q3", "q4": "q1"}
    assert collection.unit == "article"


@pytest.mark.parametrize(("name", "articles"), [("xquad-r", 48), ("mlqa-r", 520)])
def test_the_articles_upstream_has_are_the_clusters(name: str, articles: int, real_data: Path) -> None:
    collection = load_collection(name, data=real_data)
    asked = [query for found in collection.queries.values() for query in found]
    assert len({query.cluster for query in asked}) == articles
    of_question: dict[str, set[str]] = {}
    for query in asked:
        of_question.setdefault(query.id, set()).add(query.cluster)
    assert all(len(clusters) == 1 for clusters in of_question.values())


def write_both(data: Path) -> None:
    for name in ("xquad-r", "mlqa-r"):
        (data / "lareqa" / name).mkdir(parents=True)
        for code in ("en", "de"):
            one = paragraph("One. Two.", [[0, 4], [5, 9]], ("q1", 3), ("q2", 5))
            write(data / "lareqa" / name, code, one)


WRITERS = {"xquad-r": write_both, "mlqa-r+paragraph": write_both}
