"""The contract of every measure in the table: whoever adds one is held to it, in whichever file it stands.

Bounds hold for any ranking, ties included; the random ranker agrees with simulated ones; the ideal ranker is bounded by
none and attains the bound where it is one; cases without a value have none, and no measure raises for them.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.errors import FaultyInputError
from polybatch.measures.bias import ByTarget
from polybatch.measures.cases import Cases, Floats
from polybatch.measures.measures import Measure
from polybatch.measures.table import FAMILIES

PER_QUERY = [name for name, family in FAMILIES.items() if family.per_query]
SIZES = (4, 3, 2)  # passages in each of three languages
POOL, LANGUAGES = sum(SIZES), np.repeat(np.arange(len(SIZES)), SIZES)


def cases_of(orders: np.ndarray, relevant: np.ndarray, *, asked: int = 0, levels: int = POOL) -> Cases:
    """Cases of one query against nine passages: an order each, relevant passages, and scores of so many levels."""
    places = np.argsort(orders, axis=1) + 1
    rows = np.argsort(places[:, relevant], axis=1)
    place = np.take_along_axis(places[:, relevant], rows, axis=1)
    passages = relevant[rows]
    tied = -(-place * levels // POOL)  # places of one level tie
    rank = np.array(
        [[np.mean([p for p in range(1, POOL + 1) if -(-p * levels // POOL) == t]) for t in r] for r in tied]
    )
    count, each = len(orders), len(relevant)
    return Cases(
        setting="multilingual",
        languages=("a", "b", "c"),
        sizes=np.array(SIZES),
        case=np.repeat(np.arange(count), each),
        language=LANGUAGES[passages].ravel(),
        place=place.ravel(),
        rank=rank.ravel(),
        score=-rank.ravel(),
        grade=(1 + passages % 2).ravel(),
        starts=np.arange(count) * each,
        pool=np.full(count, POOL),
        asked=np.full(count, asked),
        target=np.full(count, -1),
        row=np.arange(count),
        top=LANGUAGES[orders],
        hits=np.isin(orders, relevant),
    )


def values_of(found: Floats | ByTarget | None) -> Floats:
    assert found is not None
    return found.value if isinstance(found, ByTarget) else found


def measure_of(name: str, cut: int = 4) -> Measure:
    return Measure(name, cut if FAMILIES[name].cut == "yes" else None)


relevants = st.sets(st.integers(0, POOL - 1), min_size=1).map(lambda chosen: np.array(sorted(chosen)))


@pytest.mark.parametrize("name", PER_QUERY)
@settings(max_examples=15, deadline=None)
@given(relevants, st.integers(0, 10_000), st.integers(0, 2), st.integers(1, POOL), st.integers(1, 12))
def test_values_lie_within_the_bounds_whatever_the_ranking_and_its_ties(
    name: str, relevant: np.ndarray, seed: int, asked: int, levels: int, cut: int
) -> None:
    rng, family = np.random.default_rng(seed), FAMILIES[name]
    cases = cases_of(np.stack([rng.permutation(POOL) for _ in range(5)]), relevant, asked=asked, levels=levels)
    measured = measure_of(name, min(cut, POOL) if family.needs_top else cut)
    try:
        found = values_of(measured.of(cases))
    except FaultyInputError:  # a measure may refuse cases over which it cannot vary
        return
    there = found[~np.isnan(found)]
    assert np.all(there >= family.low - 1e-9)
    assert np.all(there <= family.high + 1e-9)
    assert np.isfinite(there).all()
    random = measured.of_random(cases)
    if random is not None:
        assert np.array_equal(np.isnan(values_of(random)), np.isnan(found)), "a value for the same cases"


@pytest.mark.parametrize("name", PER_QUERY)
@pytest.mark.parametrize("relevant", [(0, 1, 4, 7), (0, 4, 7), (5, 6, 8)])
def test_the_random_ranker_is_the_mean_over_simulated_rankings(name: str, relevant: tuple[int, ...]) -> None:
    rng, measured = np.random.default_rng(1), measure_of(name)
    orders = np.stack([rng.permutation(POOL) for _ in range(4000)])
    cases = cases_of(orders, np.array(relevant))
    if FAMILIES[name].random is None:
        assert measured.of_random(cases) is None
        return
    expected = values_of(measured.of_random(replace_with_first(cases)))
    if np.isnan(expected).all():
        return
    found = values_of(measured.of(cases))
    per_case = found.reshape(len(orders), -1)
    error = per_case.std(axis=0) / math.sqrt(len(orders))
    room = 5 * error + (0.05 * np.ptp(per_case) if FAMILIES[name].drawn else 1e-9)
    # by target, values come language by language in a case, as the expected ones do
    assert np.all(np.abs(per_case.mean(axis=0) - expected) <= room)


def replace_with_first(cases: Cases) -> Cases:
    """The first case alone: a random ranker's value is the same for all."""
    each = int(cases.relevant[0])
    parts = {name: getattr(cases, name)[:each] for name in ("case", "language", "place", "rank", "score", "grade")}
    parts |= {name: getattr(cases, name)[:1] for name in ("starts", "pool", "asked", "target", "row", "top", "hits")}
    return replace(cases, **parts)


@pytest.mark.parametrize("name", [name for name in PER_QUERY if FAMILIES[name].ideal and FAMILIES[name].better])
@settings(max_examples=25, deadline=None)
@given(relevants, st.integers(0, 10_000))
def test_no_ranking_is_better_than_the_ideal_one_which_attains_the_bound(
    name: str, relevant: np.ndarray, seed: int
) -> None:
    rng, family = np.random.default_rng(seed), FAMILIES[name]
    cases = cases_of(np.stack([rng.permutation(POOL) for _ in range(5)]), relevant)
    cases = replace(cases, grade=np.ones_like(cases.grade))  # where grades differ, the best go before other languages
    measured = measure_of(name, POOL)
    ideal, found = values_of(measured.of_ideal(cases)), values_of(measured.of(cases))
    sign = 1 if family.better == "higher" else -1
    there = ~np.isnan(found)
    assert np.all(sign * (ideal - found)[there] >= -1e-9)
    if name != "P" and family.low == 0 and math.isfinite(family.high):
        assert np.allclose(ideal[there], family.high if sign > 0 else family.low)
