"""Claims about a user's own collection in BEIR's form and in TREC's, and that what is written comes back."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.collections.beir import load_beir, write_beir
from polybatch.data.collections.table import load_collection
from polybatch.data.collections.trec import read_qrels, write_qrels
from polybatch.data.newswire import newswire_collection
from polybatch.errors import DataError
from polybatch.records import SETTINGS, Collection, Passage, Query
from tests.data.collections.writing import write_lines, write_rows

CORPUS = [
    {"_id": "d1", "title": "Bao", "text": "Mchezo.", "language": "sw"},
    {"_id": "d2", "title": "", "text": " A game. ", "language": "en"},
    {"_id": "d3", "text": "A lake.", "language": "en"},
]
QUERIES = [
    {"_id": "q1-en", "text": "board game?", "language": "en", "query": "q1", "cluster": "games"},
    {"_id": "q1-sw", "text": "mchezo?", "language": "sw", "query": "q1", "cluster": "games"},
    {"_id": "q2", "text": "lake?", "language": "en"},
    {"_id": "q3", "text": "of another split?", "language": "en"},
]
QRELS = ("query-id\tcorpus-id\tscore", "q1-en\td1\t2", "q1-sw\td2\t1", "q1\td3\t0", "q2\td3\t1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_rows(tmp_path / "mine/corpus.jsonl", *CORPUS)
    write_rows(tmp_path / "mine/queries.jsonl", *QUERIES)
    write_lines(tmp_path / "mine/qrels/test.tsv", *QRELS)
    return tmp_path / "mine"


def test_versions_of_a_question_share_their_judgements(folder: Path) -> None:
    collection = load_collection(str(folder), data=None)
    assert collection.name == "mine"
    assert collection.queries["sw"] == (Query("q1", "games", "mchezo?"),)
    assert collection.queries["en"] == (Query("q1", "games", "board game?"), Query("q2", "q2", "lake?"))
    assert [passage.text for found in collection.passages.values() for passage in found] == [
        " A game. ", "A lake.", "Bao Mchezo.",
    ]  # fmt: skip
    assert collection.judgements == {"q1": {"d1", "d2"}, "q2": {"d3"}}
    assert collection.grades == {"q1": {"d1": 2}}
    assert collection.notes == {"en queries without a relevant passage, left out": "1"}


def test_only_the_languages_asked_for_are_kept(folder: Path) -> None:
    collection = load_collection(str(folder), data=None, languages=["en"])
    assert collection.judgements == {"q1": {"d2"}, "q2": {"d3"}}
    assert collection.languages == ("en",)


def test_every_fault_of_a_folder_is_listed(folder: Path) -> None:
    write_rows(folder / "corpus.jsonl", *CORPUS, CORPUS[0], {"_id": "d4", "text": "x", "language": "swa"}, {"_id": "d"})
    write_rows(folder / "queries.jsonl", *QUERIES, QUERIES[2], QUERIES[3] | {"_id": "q4", "query": 5})
    write_lines(folder / "qrels/test.tsv", *QRELS, "q9\td1\t1", "q1\td9\t1", "q1-sw\td1\t1", "q2\td3\tx")
    (folder / "collection.json").write_text('{"name": 3, "settings": ["bilingual"]}')
    with pytest.raises(DataError) as caught:
        load_beir(folder)
    text = str(caught.value)
    for line in (
        "collection.json: name: Input should be a valid string; name, licence, notes",
        "collection.json: settings.0: Input should be 'monolingual', 'cross-lingual' or 'multilingual'",
        "corpus.jsonl:4: passage 'd1' occurs twice",
        "corpus.jsonl:5: unknown language 'swa'; write 'sw'",
        "corpus.jsonl:6: no text, language as text",
        "queries.jsonl:5: query _id 'q2' occurs twice; versions share `query`",
        "queries.jsonl:6: query 5; text, or leave it out",
        "test.tsv:6: judgement of query 'q9', which is not among the queries",
        "test.tsv:7: judgement of passage 'd9', which is not in the pool",
        "test.tsv:8: query 'q1', passage 'd1': grade 1, but 2 before; one grade for a pair",
        "test.tsv:9: grade 'x'; a whole number",
    ):
        assert line in text, line


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(str.strip)
ID = st.text(st.characters(codec="utf-8", exclude_characters='\t\r\n"'), min_size=1, max_size=4)


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    """Collections in which every query and every language has an answer."""
    ids = draw(st.lists(ID, min_size=2, max_size=4, unique=True))
    codes = draw(st.sampled_from([("en",), ("en", "sw"), ("en", "ne", "sw")]))
    passages = {code: tuple(Passage(f"{code}{one}", draw(TEXT)) for one in ids) for code in codes}
    asked = {code: tuple(Query(one, one[:1], draw(TEXT)) for one in ids) for code in codes}
    judgements = {one: frozenset(f"{code}{one}" for code in codes) for one in ids}
    grades = {ids[0]: {f"en{ids[0]}": draw(st.integers(2, 5))}} if draw(st.booleans()) else {}
    means = draw(st.sampled_from([SETTINGS, SETTINGS[1:]]))
    return Collection("x y", asked, passages, judgements, "free", {"query": draw(TEXT)}, grades, means)


@settings(max_examples=40, deadline=None)
@given(collections())
def test_a_collection_that_is_written_comes_back(collection: Collection) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        write_beir(collection, Path(folder) / "out")
        assert load_beir(Path(folder) / "out") == collection


def test_the_newswire_comes_back_and_every_line_is_one_query_to_other_tools(tmp_path: Path) -> None:
    collection = newswire_collection()
    write_beir(collection, tmp_path / "out")
    assert load_collection(str(tmp_path / "out"), data=None) == collection.__class__(
        **{**collection.__dict__, "name": "out"}
    )
    lines = (tmp_path / "out/queries.jsonl").read_text(encoding="utf-8").splitlines()
    ids = [json.loads(line)["_id"] for line in lines]
    judged = {line.split("\t")[0] for line in (tmp_path / "out/qrels/test.tsv").read_text().splitlines()[1:]}
    assert len(set(ids)) == len(ids) == sum(len(found) for found in collection.queries.values())
    assert judged == set(ids)


def test_real_collections_come_back(real_data: Path, tmp_path: Path) -> None:
    for name in ("ntrex-news-held-out", "ntrex-sentences", "masakhane-news", "mlqa-r"):
        collection = load_collection(name, data=real_data)
        write_beir(collection, tmp_path / name)
        assert load_beir(tmp_path / name) == collection, name


def test_ids_that_a_form_cannot_hold_are_refused(tmp_path: Path) -> None:
    queries, passages = {"en": (Query("q\t1", "c", "q"),)}, {"en": (Passage("d 1", "d"),)}
    collection = Collection("x", queries, passages, {"q\t1": frozenset({"d 1"})})
    with pytest.raises(DataError, match=r"id 'q\\t1'; ids without any of") as caught:
        write_beir(collection, tmp_path / "out")
    assert len(caught.value.faults) == 1
    with pytest.raises(DataError) as caught:
        write_qrels(collection, tmp_path / "qrels.txt")
    assert [fault.found for fault in caught.value.faults] == ["id 'd 1'", "id 'q\\t1'"]
    assert list(tmp_path.iterdir()) == []


def test_qrels_that_are_written_come_back_and_ir_measures_reads_them_alike(folder: Path) -> None:
    import ir_measures

    collection = load_beir(folder)
    write_qrels(collection, folder / "qrels.txt")
    assert (folder / "qrels.txt").read_text().splitlines() == ["q1 0 d1 2", "q1 0 d2 1", "q2 0 d3 1"]
    found = read_qrels(folder / "qrels.txt")
    assert found == {"q1": {"d1": 2, "d2": 1}, "q2": {"d3": 1}}
    assert {
        query: {row.doc_id: row.relevance for row in ir_measures.read_trec_qrels(str(folder / "qrels.txt"))
                if row.query_id == query}
        for query in found
    } == found  # fmt: skip


def test_qrels_with_a_pair_twice_or_a_broken_line_are_refused(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "qrels.txt", "q 0 d 1", "q 0 d 1", "q d 1")
    with pytest.raises(DataError) as caught:
        read_qrels(path)
    assert [fault.where for fault in caught.value.faults] == [f"{path}:2", f"{path}:3"]


def test_trec_topics_are_read_by_language_beside_a_corpus(tmp_path: Path) -> None:
    write_rows(tmp_path / "corpus.jsonl.gz", *CORPUS)
    write_lines(tmp_path / "topics.en.tsv", "1\tboard game?", "2\tlake?")
    write_lines(tmp_path / "topics.sw.tsv", "1\tmchezo?")
    write_lines(tmp_path / "qrels.txt", "1 0 d1 3", "1 0 d3 0", "2 0 d3 1")
    collection = load_collection(str(tmp_path), data=None)
    assert {code: [query.text for query in found] for code, found in collection.queries.items()} == {
        "en": ["board game?", "lake?"],
        "sw": ["mchezo?"],
    }
    assert collection.judgements == {"1": {"d1"}, "2": {"d3"}}
    assert collection.grades == {"1": {"d1": 3}}


def test_every_fault_of_trec_files_is_listed(tmp_path: Path) -> None:
    write_rows(tmp_path / "corpus.jsonl", *CORPUS)
    write_lines(tmp_path / "topics.swa.tsv", "1\tmchezo?")
    write_lines(tmp_path / "topics.en.tsv", "1\tboard game?", "1\tagain", "no tab")
    with pytest.raises(DataError) as caught:
        load_collection(str(tmp_path), data=None)
    text = str(caught.value)
    for line in (
        "topics.swa.tsv: unknown language 'swa'; write 'sw'",
        "topics.en.tsv:2: query '1' occurs twice",
        "topics.en.tsv:3: no tab",
        "qrels.txt: no such file",
    ):
        assert line in text, line
