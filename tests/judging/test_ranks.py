"""Claims about ranks: exact against brute force, whatever the blocks, with ties that favour nobody."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.judging import ranks, scorers
from polybatch.judging.judge import judge_collection, judge_vectors
from polybatch.judging.ranks import tie_order
from polybatch.measures.measures import measure
from polybatch.records import Collection, Passage, Query
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA

from .pools import LANGUAGES, TableEncoder, brute_force, judged


@settings(max_examples=80, deadline=None)
@given(judged(), st.integers(0, 6))
def test_ranks_places_and_the_top_equal_brute_force_on_pools_with_ties(
    case: tuple[Collection, TableEncoder], size: int
) -> None:
    collection, encoder = case
    found = judge_collection(encoder, collection, system="table", top=size)
    assert found.ranks.schema.equals(RANKS_SCHEMA)
    assert found.top.schema.equals(TOP_SCHEMA)
    home = {passage.id: code for code, of in collection.passages.items() for passage in of}
    ranked, best = set(), []
    for one in brute_force(collection, encoder):
        relevant = collection.judgements[one.question]
        for passage in relevant & set(one.order):
            place = (one.setting, one.asked, one.question, passage, home[passage], len(one.order))
            ranked.add((*place, one.rank(passage), one.place(passage), collection.grades[one.question][passage]))
        if (one.setting == "multilingual" or len(collection.languages) == 1) and relevant & set(one.order):
            top = zip(one.order[:size], one.scores[:size], strict=True)
            best += [
                (one.asked, one.question, place, passage, home[passage], passage in relevant, score)
                for place, (passage, score) in enumerate(top, start=1)
            ]
    columns = ["setting", "query_language", "query_id", "passage_id", "passage_language", "pool_size"]
    assert set(rows(found.ranks, *columns, "rank", "place", "grade")) == ranked
    assert found.ranks.num_rows == len(ranked)
    columns = ["query_language", "query_id", "position", "passage_id", "language", "relevant"]
    told = [(*row, round(score, 4)) for *row, score in rows(found.top, *columns, "score")]
    assert sorted(told) == sorted(best)


@settings(max_examples=60, deadline=None)
@given(judged(), st.integers(1, 5), st.integers(1, 4), st.sampled_from([1, 99]))
def test_the_shape_of_blocks_changes_nothing(
    case: tuple[Collection, TableEncoder], width: int, height: int, sort_from: int
) -> None:
    collection, encoder = case
    whole = judge_collection(encoder, collection, system="table", top=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorers, "WIDTH", width)
        patch.setattr(ranks, "ROWS", height)
        patch.setattr(ranks, "SCORES", 16)
        patch.setattr(ranks, "TILE", 8)
        patch.setattr(ranks, "SORT_FROM", sort_from)
        cut = judge_collection(encoder, collection, system="table", top=5)
    for one, other in ((whole.ranks, cut.ranks), (whole.top, cut.top)):
        assert one.drop_columns("score").equals(other.drop_columns("score"))


@pytest.mark.parametrize("width", [7, 64, 10_000])
def test_equal_passages_tie_exactly_and_none_is_better_than_itself(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorers, "WIDTH", width)
    rng = np.random.default_rng(1)
    distinct = rng.standard_normal((97, 384), dtype=np.float32)
    copies = rng.integers(0, 97, 400)
    factors = rng.choice([0.5, 1, 2], (400, 1))  # a power of two leaves the direction as it is, to the last bit
    passages = tuple(Passage(str(number), "") for number in range(400))
    queries = tuple(Query(f"q{number}", f"q{number}", "") for number in range(50))
    judgements = {f"q{number}": frozenset({str(7 * number % 400)}) for number in range(50)}
    collection = Collection("copies", {"en": queries}, {"en": passages}, judgements)
    asked = rng.standard_normal((50, 384), dtype=np.float32)
    found = judge_vectors({"en": asked}, {"en": distinct[copies] * factors}, collection, system="x").ranks
    exact = asked.astype(np.float64) @ (distinct / np.linalg.norm(distinct, axis=1, keepdims=True)).T.astype(np.float64)
    for query, passage, rank in rows(found, "query_id", "passage_id", "rank"):
        own = copies[int(passage)]
        scores = exact[int(query.removeprefix("q"))]
        better = sum(scores[copy] > scores[own] for copy in copies if copy != own)
        assert rank == 1 + better + (np.count_nonzero(copies == own) - 1) / 2


def test_a_constant_encoder_favours_no_language() -> None:
    passages = {code: tuple(Passage(f"{code}:{n}", f"{code} {n}") for n in range(20)) for code in LANGUAGES}
    queries = {code: tuple(Query(f"q{n}", f"q{n}", f"{code} q{n}") for n in range(20)) for code in LANGUAGES}
    judgements = {f"q{n}": frozenset(f"{code}:{n}" for code in LANGUAGES) for n in range(20)}

    class Constant:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.ones((len(texts), 4))

    collection = Collection("constant", queries, passages, judgements)
    results = measure(judge_collection(Constant(), collection, system="constant").ranks, ["rank_distance", "Max@R"])
    assert {one.value for one in results if one.measure == "rank_distance"} == {0.0}
    assert {one.value for one in results if one.measure == "Max@R"} == {(60 + 1) / 2}


@settings(max_examples=50, deadline=None)
@given(judged())
def test_each_distinct_text_is_encoded_once(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    judge_collection(encoder, collection, system="table")
    passages = {passage.text for found in collection.passages.values() for passage in found}
    queries = {query.text for found in collection.queries.values() for query in found}
    assert sorted(encoder.encoded) == sorted([*passages, *queries])


def test_ties_favour_no_language() -> None:
    count = 2000
    ids = [f"{code}:{number}" for code in LANGUAGES for number in range(count)]
    places = tie_order(ids)
    means = places.reshape(len(LANGUAGES), count).mean(axis=1)
    assert sorted(places) == list(range(len(ids)))
    assert np.ptp(means) < 0.05 * len(ids)


def rows(table: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table.column(name).to_pylist() for name in columns), strict=True))
