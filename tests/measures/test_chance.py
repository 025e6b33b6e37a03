"""Claims about the random and the ideal ranker: exact means over every order, and figures of the literature."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.collections.table import load_collection
from polybatch.errors import Fault
from polybatch.judging.judge import judge_collection, judge_vectors
from polybatch.measures.chance import average_precision, rank_distance
from polybatch.measures.measures import measure, parse_measure, reference
from polybatch.measures.table import FAMILIES
from polybatch.progress import Progress
from polybatch.records import SETTINGS, Collection, Passage, Query, Setting
from polybatch.results.store import Result
from tests.judging.pools import TableEncoder, judged


def distance_by_trying_every_order(per_language: tuple[int, ...], pool: int) -> Fraction:
    """The mean over all ways to place the relevant passages in the ranking."""
    total = times = 0
    for ranks in permutations(range(1, pool + 1), sum(per_language)):
        rest, best = list(ranks), []
        for count in per_language:
            best.append(min(rest[:count]))
            rest = rest[count:]
        total, times = total + max(best) - min(best), times + 1
    return Fraction(total, times)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(0, 2))
def test_rank_distance_is_the_mean_over_every_order_of_the_pool(per_language: list[int], others: int) -> None:
    counts = tuple(per_language[:2] if sum(per_language) > 5 else per_language)
    pool = min(sum(counts) + others, max(sum(counts), 7))
    assert rank_distance(counts, pool) == pytest.approx(float(distance_by_trying_every_order(counts, pool)), abs=1e-12)


@given(st.integers(1, 13), st.integers(0, 100_000))
def test_one_passage_a_language_gives_the_known_formula(languages: int, others: int) -> None:
    pool = languages + others
    expected = (languages - 1) * (pool + 1) / (languages + 1)
    assert rank_distance((1,) * languages, pool) == pytest.approx(expected)


def test_many_passages_of_many_languages_lose_no_precision() -> None:
    assert 0 < rank_distance((40,) * 13, 100_000) < rank_distance((1,) * 13, 100_000)


@given(st.integers(1, 4), st.integers(0, 6), st.integers(1, 12))
def test_average_precision_is_the_mean_over_every_order_of_the_pool(relevant: int, others: int, cut: int) -> None:
    pool = relevant + others
    values = [
        sum(hits / rank for hits, rank in enumerate(ranks, 1) if rank <= cut) / min(relevant, cut)
        for ranks in combinations(range(1, pool + 1), relevant)
    ]
    assert average_precision(relevant, pool, cut) == pytest.approx(sum(values) / len(values))


class Orders:
    """A scorer that ranks five passages in one of their orders, whatever the query."""

    def __init__(self, order: tuple[int, ...]) -> None:
        self.order = order

    def prepare(self, passages: list[str], progress: Progress):  # type: ignore[no-untyped-def]
        scores = np.array([self.order[int(text)] for text in passages], dtype=np.float32)
        return lambda queries: np.tile(scores, (len(queries), 1))


FIVE = Collection(
    "five",
    {code: (Query("q", "q", code),) for code in ("en", "sw")},
    {
        code: tuple(Passage(f"p{number}", str(number)) for number in numbers)
        for code, numbers in {"en": (0, 1, 2), "sw": (3, 4)}.items()
    },
    {"q": frozenset({"p0", "p1", "p3"})},
    grades={"q": {"p1": 3, "p3": 2}},
)


@pytest.mark.parametrize("means", [SETTINGS, SETTINGS[1:]])
def test_every_measure_of_a_random_ranker_is_the_mean_over_every_order_of_the_pool(means: tuple[Setting, ...]) -> None:
    families = FAMILIES.items()
    names = [f"{name}@{cut}" for name, family in families for cut in (2,) if family.cut != "no"]
    names += [name for name, family in families if family.cut != "yes"]
    found = [
        judge_collection(Orders(order), replace(FIVE, settings=means), system=str(order))
        for order in permutations(range(5))
    ]
    ranks = pa.concat_tables([one.ranks for one in found]).unify_dictionaries()
    top = pa.concat_tables([one.top for one in found]).unify_dictionaries()
    values: dict[tuple[str, ...], list[float]] = {}
    refused: list[Fault] = []
    for row in measure(ranks, names, top=top, faults=refused):
        values.setdefault(place(row), []).append(row.value)
    random = {place(row): row.value for row in reference(found[0].ranks, names, ranker="random")}
    assert {fault.where for fault in refused} == (set() if means == SETTINGS else {"PEER@2"}), "none is left to compare"
    assert random.keys() == {key for key in values if key[-1] != "score_offset"}
    for key, value in random.items():
        known = parse_measure(key[-1])
        drawn = known is not None and known.family.drawn
        assert len(values[key]) == 120, key
        assert value == pytest.approx(np.mean(values[key]), abs=0.02 if drawn else 1e-12), key


def place(row: Result) -> tuple[str, ...]:
    return row.setting, row.query_language, row.passage_language, row.measure


@settings(max_examples=40, deadline=None)
@given(judged())
def test_no_ranker_is_better_than_the_ideal_one(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    ranks = judge_collection(encoder, collection, system="table").ranks
    names = ["mAP", "mAP@3", "nDCG@3", "R@3", "P@3", "RR", "Success@1", "Comp@4", "Max@R", "normalised_Max@R"]
    ideal = {place(row): row.value for row in reference(ranks, names, ranker="ideal")}
    for row in measure(ranks, names):
        if row.measure == "Max@R":  # expected ranks may come before the last of so many, under ties
            assert ideal[place(row)] >= 1
        else:
            assert row.value <= ideal[place(row)] + 1e-12
    assert all(value == 1 for (*_, name), value in ideal.items() if name in ("mAP", "RR", "nDCG@3"))


@pytest.mark.parametrize(
    ("name", "distance", "macro", "queries"), [("xquad-r", 10_846, 10_846, 13_090), ("mlqa-r", 11_540, 11_806, 4_199)]
)
def test_the_random_rank_distance_of_the_literature_comes_out_of_the_real_files(
    real_data: Path, name: str, distance: int, macro: int, queries: int
) -> None:
    collection = load_collection(name, data=real_data)
    rng = np.random.default_rng(0)
    asked, passages = (
        {code: rng.standard_normal((len(found), 8), dtype=np.float32) for code, found in side.items()}
        for side in (collection.queries, collection.passages)
    )
    ranks = judge_vectors(asked, passages, collection, system="noise", top=0).ranks
    random = {row.query_language: row for row in reference(ranks, ["rank_distance"], ranker="random")}
    noise = {row.query_language: row for row in measure(ranks, ["rank_distance"])}
    # every question stands in English, so that this is the mean over questions; other languages of MLQA-R have fewer
    assert random["en"].value == pytest.approx(distance, abs=1)
    assert round(random["mean"].value) == macro
    assert noise["mean"].value == pytest.approx(macro, rel=0.02)
    assert noise["mean"].queries == random["mean"].queries == queries
