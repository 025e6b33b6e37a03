"""Claims about a collection while it is read: what is refused, what is left out and counted."""

from pathlib import Path

import pytest

from polybatch.data.draft import Draft, joined, shortened
from polybatch.errors import DataError, Fault


def draft(languages: list[str] | None = None) -> Draft:
    made = Draft("x", Path("here"), licence="free", languages=languages)
    for code in ("en", "sw"):
        for number in (1, 2):
            made.add_passage(code, f"{code}{number}", f"{code} text {number}", f"corpus:{number}")
        made.add_query(code, "q", f"{code} query", "queries:1", cluster="c")
    return made


def faults_of(made: Draft) -> list[str]:
    with pytest.raises(DataError) as caught:
        made.finish()
    return [str(fault) for fault in caught.value.faults]


def test_a_grade_over_nought_is_relevant_for_every_version_of_the_query() -> None:
    made = draft()
    for passage, grade in (("en1", 3), ("en2", 0), ("sw1", 1), ("sw2", -2)):
        made.judge("q", passage, grade, "qrels:1")
    collection = made.finish()
    assert collection.judgements == {"q": {"en1", "sw1"}}
    assert collection.grades == {"q": {"en1": 3}}
    assert [query.cluster for found in collection.queries.values() for query in found] == ["c", "c"]
    assert (collection.licence, collection.languages) == ("free", ("en", "sw"))


def test_queries_without_a_relevant_passage_are_left_out_and_counted() -> None:
    made = draft(["en"])
    made.add_query("en", "r", "unanswered", "queries:2")
    made.judge("q", "en1", 1, "qrels:1")
    made.judge("r", "en1", 0, "qrels:2")
    made.count("merged")
    collection = made.finish()
    assert [query.id for query in collection.queries["en"]] == ["q"]
    assert collection.notes == {"en queries without a relevant passage, left out": "1", "merged": "1"}


def test_judgements_of_languages_that_are_not_asked_for_are_passed_over() -> None:
    made = draft(["en"])
    made.add_query("sw", "only-sw", "swali", "queries:2")
    made.judge("q", "en1", 1, "qrels:1")
    made.judge("q", "sw1", 1, "qrels:2")
    made.judge("only-sw", "sw1", 1, "qrels:3")
    assert made.finish().judgements == {"q": {"en1"}}


def test_every_fault_is_named_with_its_place() -> None:
    made = draft()
    made.add_passage("sw", "en1", "again", "corpus:5")
    made.add_passage("sw", "sw3", " ", "corpus:6")
    made.add_query("en", "q", "again", "queries:2")
    made.add_query("en", "r", "", "queries:3")
    made.add_query("en", "q", "again", "queries:4", repeats=True)
    made.judge("r", "sw3", 1, "qrels:0")
    made.judge("z", "en1", 1, "qrels:1")
    made.judge("q", "z", 1, "qrels:2")
    made.judge("q", "en1", 1, "qrels:3")
    made.judge("q", "en1", 1, "qrels:4")
    made.judge("q", "en1", 2, "qrels:5")
    assert faults_of(made) == [
        "corpus:5: passage 'en1' occurs twice; ids are unique over all languages",
        "corpus:6: passage 'sw3' has no text; fill it, or remove it",
        "queries:2: query 'q' occurs twice; ids are unique in a language (en)",
        "queries:3: query 'r' has no text; fill it, or remove it",
        "queries:4: query 'q' occurs twice with another text; ids are unique in a language (en)",
        "qrels:1: judgement of query 'z', which is not among the queries",
        "qrels:2: judgement of passage 'z', which is not in the pool",
        "qrels:5: query 'q', passage 'en1': grade 2, but 1 before; one grade for a pair",
    ]


def test_a_pool_without_a_relevant_passage_is_refused() -> None:
    made = draft()
    made.judge("q", "en1", 1, "qrels:1")
    assert faults_of(made)[0].startswith("here: no passage in 'sw' is relevant to any query; leave the language out")


def test_a_collection_without_queries_or_judgements_or_a_language_is_refused() -> None:
    assert faults_of(draft()) == ["here: no query has a relevant passage; judgements of a grade over 0"]
    assert faults_of(draft(["en", "yo"])) == ["here: nothing in 'yo'; found: en, sw"]
    empty = Draft("x", Path("here"), licence="free")
    empty.add_passage("en", "1", "text", "corpus:1")
    assert faults_of(empty) == ["here: no queries in the languages asked for of x; found: en"]


def test_judgements_of_a_corpus_that_was_not_read_at_all_are_no_faults_besides() -> None:
    made = Draft("x", Path("here"), licence="free")
    made.faults.append(Fault("corpus.jsonl:1", "HTML instead of data"))
    made.judge("q", "en1", 1, "qrels:1")
    assert faults_of(made) == ["corpus.jsonl:1: HTML instead of data"]
    empty = Draft("x", Path("here"), licence="free")
    empty.add_query("en", "q", "text", "queries:1")
    empty.judge("q", "en1", 1, "qrels:1")
    assert faults_of(empty) == ["here: no passages in the languages asked for of x; found: en"]


def test_a_hundred_faults_of_one_file_are_cut_to_fifty_and_a_count() -> None:
    faults = [Fault(f"a.jsonl:{line}", "broken") for line in range(100)] + [Fault("b.jsonl:1", "broken")]
    kept = shortened(faults)
    assert kept[:51] == [*faults[:50], faults[100]]
    assert kept[51:] == [Fault("a.jsonl", "50 more faults", "correct those above first")]


def test_a_title_goes_before_its_text() -> None:
    assert joined("Title ", " text") == "Title text"
    assert joined(None, "text") == joined("", "text") == "text"
    assert joined(None, 3) == ""
