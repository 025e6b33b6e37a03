"""Claims about what may be judged: encoders, scorers, given vectors, and input that is refused with every fault."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.collections.sentences import sentence_collection
from polybatch.errors import DataError, ModelError
from polybatch.judging.checks import collection_faults
from polybatch.judging.judge import judge_collection, judge_vectors, rank_collection
from polybatch.progress import Progress, Silent
from polybatch.records import SETTINGS, Collection, Passage, Query, Setting

from .pools import TableEncoder, judged, tiny
from .test_ranks import rows

VECTORS = {"question": np.ones(2), "one": np.array([1.0, 0]), "two": np.array([0, 1.0])}


class Told(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def say(self, message: str) -> None:
        self.told.append(message)


class Cosines:
    """A scorer that gives an encoder's cosines, all passages at once."""

    def __init__(self, encoder: TableEncoder) -> None:
        self.encoder = encoder

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        there = self._unit(passages, progress)
        return lambda queries: (self._unit(queries, progress) @ there.T).round(5)

    def _unit(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        vectors = self.encoder.encode_queries(texts, progress).astype(np.float64)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@settings(max_examples=40, deadline=None)
@given(judged())
def test_a_scorer_is_judged_as_an_encoder_of_the_same_scores_is(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    one = judge_collection(encoder, collection, system="x")
    other = judge_collection(Cosines(encoder), collection, system="x")
    assert one.ranks.drop_columns("score").equals(other.ranks.drop_columns("score"))
    assert one.top.drop_columns("score").equals(other.top.drop_columns("score"))


@settings(max_examples=40, deadline=None)
@given(judged())
def test_given_vectors_are_judged_as_the_encoder_that_gives_them(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    queries, passages = (
        {code: np.stack([encoder.vectors[one.text] for one in found]) for code, found in side.items()}
        for side in (collection.queries, collection.passages)
    )
    one = judge_collection(encoder, collection, system="x")
    tensors = {code: torch.from_numpy(found).to(torch.bfloat16) for code, found in passages.items()}
    for given_passages in (passages, tensors):
        other = judge_vectors(queries, given_passages, collection, system="x")
        assert one.ranks.equals(other.ranks)
        assert one.top.equals(other.top)


def test_the_caller_s_vectors_stay_as_they_are() -> None:
    passages = np.array([[3.0, 4.0], [1, 1]], dtype=np.float32)
    before = passages.copy()
    judge_vectors({"en": np.ones((1, 2))}, {"en": passages}, tiny(), system="x")
    assert np.array_equal(passages, before)


def test_any_object_with_encode_is_judged_and_its_own_methods_for_queries_and_documents_come_first() -> None:
    class Plain:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.stack([VECTORS[text] for text in texts])

    class Split(Plain):
        def encode_query(self, texts: list[str]) -> torch.Tensor:
            return torch.tensor([[0.0, 1.0]] * len(texts))

        def encode_document(self, texts: list[str]) -> torch.Tensor:
            return torch.from_numpy(self.encode(texts))

    assert rank_collection(Plain(), tiny(), system="x").column("rank").to_pylist() == [1.5]
    assert rank_collection(Split(), tiny(), system="x").column("rank").to_pylist() == [2.0]
    with pytest.raises(ModelError, match="str: can neither encode nor score; encode_queries"):
        rank_collection("a/model", tiny(), system="x")


def test_zero_vectors_score_zero_tie_and_are_told() -> None:
    progress = Told()
    encoder = TableEncoder({"question": np.ones(2), "one": np.zeros(2), "two": np.zeros(2)})
    found = judge_collection(encoder, tiny(), system="x", progress=progress)
    assert found.ranks.column("rank").to_pylist() == [1.5]
    assert found.ranks.column("score").to_pylist() == [0.0]
    assert found.notes == ("tiny: 2 of 2 passages have zero vectors and score 0: 'one', 'two'",)
    assert progress.told == list(found.notes)


def test_queries_that_cannot_be_judged_and_languages_that_only_add_candidates_are_told() -> None:
    passages = {**tiny().passages, "sw": (Passage("sw:1", "two"),)}
    queries = {"en": (*tiny().queries["en"], Query("r", "r", "one"))}
    collection = replace(tiny(), queries=queries, passages=passages)
    found = judge_collection(TableEncoder(VECTORS), collection, system="x")
    assert found.notes == (
        "tiny: 1 of 2 queries in en have no relevant passage and are left out: r",
        "tiny: no passage in sw is relevant to any query; it only adds candidates",
    )
    assert set(found.ranks.column("query_id").to_pylist()) == {"q"}


def wrong(queries: Any, passages: Any) -> Any:
    class Wrong:
        def encode_queries(self, texts: Sequence[str], progress: Progress) -> Any:
            return queries

        def encode_passages(self, texts: Sequence[str], progress: Progress) -> Any:
            return passages

    return Wrong()


@pytest.mark.parametrize(
    ("queries", "passages", "messages"),
    [
        (
            np.full((1, 3), np.inf),
            np.array([[np.nan, 1, 2], [1, 1, 1]]),
            [
                "1 of 2 passages have NaN or infinite values: 'one'",
                "1 of 1 queries have NaN or infinite values: 'question'",
            ],
        ),
        (np.ones((1, 3)), np.ones((3, 3)), ["the encoder gave passages of shape (3, 3); (2, dimensions) works"]),
        (np.ones(2), np.ones((2, 2)), ["the encoder gave queries of shape (2,); (1, dimensions) works"]),
        (np.ones((1, 3)), np.ones((2, 4)), ["queries have 3 dimensions, passages 4; one number of dimensions works"]),
        (np.full((1, 2), 1e38), np.full((2, 2), 3e38), ["2 of 2 passages have NaN or infinite values: 'one', 'two'"]),
    ],
)
def test_vectors_that_are_none_are_refused_with_the_faults_of_both_sides(
    queries: Any, passages: Any, messages: list[str]
) -> None:
    with pytest.raises(ModelError) as caught:
        rank_collection(wrong(queries, passages), tiny(), system="wrong")
    assert [str(fault).removeprefix("encoder: ") for fault in caught.value.faults] == messages


def test_given_vectors_that_do_not_fit_the_collection_are_refused() -> None:
    with pytest.raises(ModelError) as caught:
        judge_vectors({"sw": np.ones((1, 2))}, {"en": np.ones((3, 2))}, tiny(), system="x")
    assert list(map(str, caught.value.faults)) == [
        "queries in en: 0 vectors; 1 work",
        "queries in sw: 1 vectors; 0 work",
        "passages in en: 3 vectors; 2 work",
    ]


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.ones((1, 3)), "scorer: gave scores of shape (1, 3); (1, 2) works"),
        (np.array([[1, np.nan]]), "scorer: gave NaN for 1 of 1 queries, the first 'question'"),
    ],
)
def test_scores_that_are_none_are_refused(scores: np.ndarray, message: str) -> None:
    class Broken:
        def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
            return lambda queries: scores

    with pytest.raises(ModelError, match=re.escape(message)):
        rank_collection(Broken(), tiny(), system="broken")


def test_every_fault_of_a_collection_comes_at_once_with_its_place_before_anything_is_encoded() -> None:
    encoder = TableEncoder({})
    collection = Collection(
        "bad",
        {"en": (Query("q", "q", "a"), Query("q", "q", "b"))},
        {"en": (Passage("p", "x"), Passage("r", "z")), "sw": (Passage("p", "y"),), "ne": ()},
        {"q": frozenset({"lost"}), "gone": frozenset({"p"})},
        grades={"q": {"lost": 0, "r": 2}},
    )
    with pytest.raises(DataError) as caught:
        rank_collection(encoder, collection, system="x")
    assert list(map(str, caught.value.faults)) == [
        "bad: passages: id 'p' stands twice (en, sw); ids are unique",
        "bad: queries in en: id 'q' stands twice; ids are unique in a language",
        "bad: passages in ne: there are none; leave the language out, or give it passages",
        "bad: judgements: query 'gone' is in no language; the id of a query works",
        "bad: judgements of 'q': passage 'lost' is in no language; the id of a passage works",
        "bad: grades of 'q': 'lost' has 0; 1 or more for a relevant passage",
        "bad: grades of 'q': 'r' has 2; 1 or more for a relevant passage",
        "bad: no query has a relevant passage; judgements must name passages",
    ]
    assert encoder.encoded == []


@pytest.mark.parametrize(
    ("means", "fault"),
    [
        ((), "tiny: settings: none; one or more of monolingual, cross-lingual, multilingual, once each"),
        (("monolingual", "bilingual"), "tiny: settings: monolingual, bilingual; one or more of monolingual"),
        (("monolingual", "monolingual"), "tiny: settings: monolingual, monolingual; one or more of monolingual"),
        (
            SETTINGS[1:],
            "tiny: nothing to evaluate in the settings cross-lingual, multilingual; passages in other languages",
        ),
        (SETTINGS[2:], "tiny: nothing to evaluate in the settings multilingual; passages in other languages"),
    ],
)
def test_settings_that_are_none_or_have_nothing_to_judge_are_refused(means: tuple[Setting, ...], fault: str) -> None:
    with pytest.raises(DataError) as caught:
        rank_collection(TableEncoder({}), replace(tiny(), settings=means), system="x")
    (found,) = caught.value.faults
    assert str(found).startswith(fault)


def test_a_sentence_is_no_candidate_of_its_own_and_leaves_no_monolingual_row() -> None:
    sentences = sentence_collection(
        "lines", {code: ["a", "b"] for code in ("en", "sw")}, ["1", "2"], ["1", "2"], licence="", notes={}
    )
    encoder = TableEncoder({"a": np.array([1.0, 0.0]), "b": np.array([0.6, 0.8])})
    found = judge_collection(encoder, sentences, system="x")
    assert {row["setting"] for row in found.ranks.to_pylist()} == {"cross-lingual", "multilingual"}
    rows = [row for row in found.ranks.to_pylist() if row["setting"] == "multilingual"]
    assert [(row["query_language"], row["passage_id"], row["rank"], row["pool_size"]) for row in rows] == [
        *(("en", "sw:1", 1, 3), ("en", "sw:2", 1, 3), ("sw", "en:1", 1, 3), ("sw", "en:2", 1, 3)),
    ]
    top = {(row["query_language"], row["query_id"], row["passage_id"]) for row in found.top.to_pylist()}
    assert ("en", "1", "en:2") in top, "the other sentences of the query's language are candidates"
    assert not top & {(code, one, f"{code}:{one}") for code in ("en", "sw") for one in ("1", "2")}
    assert found.notes == ()


def test_a_device_that_is_not_there_is_refused_before_anything_is_encoded() -> None:
    encoder = TableEncoder(VECTORS)
    with pytest.raises(ModelError, match=r"device 'nonsense': .*; cpu works everywhere"):
        rank_collection(encoder, tiny(), system="x", device="nonsense")
    assert encoder.encoded == []


def test_many_faults_of_a_kind_are_listed_in_part_and_counted() -> None:
    judgements = {"q": frozenset({"en:1", *(f"lost {number}" for number in range(20))})}
    with pytest.raises(DataError) as caught:
        rank_collection(TableEncoder({}), replace(tiny(), judgements=judgements), system="x")
    assert len(caught.value.faults) == 6
    assert str(caught.value.faults[-1]) == "tiny: 15 more faults like these"


@settings(max_examples=40, deadline=None)
@given(judged(), st.integers(0, 4), st.integers(0, 11))
def test_a_query_s_own_document_is_no_candidate_of_it_in_any_setting(
    case: tuple[Collection, TableEncoder], number: int, row: int
) -> None:
    drawn, encoder = case
    code = drawn.languages[0]
    question, row = f"q{number % len(drawn.queries[code])}", row % len(drawn.passages[code])
    known = {one: question if one == f"{code}:{row}" else one for one in drawn.homes}
    judgements = {
        query: frozenset(known[one] for one in found) - ({question} if query == question else set())
        for query, found in drawn.judgements.items()
    }
    grades = {q: {one: drawn.grades[q].get(one, 1) for one in found} for q, found in judgements.items()}
    passages = {of: tuple(replace(one, id=known[one.id]) for one in found) for of, found in drawn.passages.items()}
    collection = replace(drawn, passages=passages, judgements=judgements, grades=grades)
    without = {of: tuple(one for one in found if one.id != question) for of, found in passages.items()}
    if collection_faults(collection) or not all(without.values()):
        return
    columns = ("setting", "query_language", "passage_language", "query_id", "passage_id", "rank", "place", "pool_size")
    shown = ("setting", "query_language", "query_id", "position", "passage_id", "relevant")
    found = judge_collection(encoder, collection, system="x", top=3)
    alone = replace(collection, passages=without, judgements={question: judgements[question]}, grades={})
    alone = replace(
        alone, queries={of: tuple(q for q in side if q.id == question) for of, side in alone.queries.items()}
    )
    if collection_faults(alone):
        assert question not in found.ranks.column("query_id").to_pylist()
        return
    told = judge_collection(encoder, alone, system="x", top=3)
    of_question = pc.field("query_id") == question
    assert rows(found.ranks.filter(of_question), *columns) == rows(told.ranks, *columns)
    assert rows(found.top.filter(of_question), *shown) == rows(told.top, *shown)
    assert any("queries have a passage of their own id, which is left out" in note for note in found.notes)


def test_a_document_of_a_query_s_id_that_is_judged_to_answer_it_is_an_answer() -> None:
    queries, passages = {"en": (Query("1", "1", "a"),)}, {"en": (Passage("1", "b"), Passage("2", "c"))}
    encoder = TableEncoder({"a": np.array([1.0, 0]), "b": np.array([1.0, 0]), "c": np.array([0, 1.0])})
    found = judge_collection(encoder, Collection("x", queries, passages, {"1": frozenset({"1"})}), system="x")
    assert rows(found.ranks, "passage_id", "rank", "pool_size") == [("1", 1, 2)]
    assert not found.notes
