"""Claims about the sign-flip test and its interval, against exhaustive enumeration and scipy."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from polybatch.statistics import permutation
from polybatch.statistics.crossed import crossed
from polybatch.statistics.permutation import SignFlips, is_exact, smallest_p

# few distinct values, in thirds, so that sums tie and are rounded
differences = st.lists(st.integers(-6, 6).map(lambda n: n / 3), min_size=2, max_size=10).map(np.array)


def flips(values: np.ndarray, *, permutations: int = 10_000, seed: int = 0) -> SignFlips:
    return SignFlips(values, crossed(values[None], np.zeros((1, len(values))), paired=True), permutations, seed)


def flip(values: np.ndarray, **options: int) -> float:
    return flips(values, **options).p


@given(differences)
@settings(deadline=None)
def test_p_is_the_share_of_all_ways_of_flipping_that_lie_as_far(values: np.ndarray) -> None:
    thirds = [round(3 * value) for value in values]
    ways = list(product((1, -1), repeat=len(thirds)))
    far = sum(abs(sum(s * d for s, d in zip(way, thirds, strict=True))) >= abs(sum(thirds)) for way in ways)
    assert flip(values) == far / len(ways)


@given(st.integers(0, 1000), st.integers(2, 11))
@settings(deadline=None, max_examples=30)
def test_p_is_that_of_scipy(seed: int, clusters: int) -> None:
    values = np.random.default_rng(seed).normal(0.3, 1, clusters)
    theirs = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True)
    assert flip(values) == pytest.approx(theirs.pvalue, abs=1e-12)


@given(differences, st.sampled_from([0.05, 0.01, 0.2]))
@settings(deadline=None)
def test_the_interval_holds_the_true_differences_that_are_not_rejected(values: np.ndarray, level: float) -> None:
    low, high = flips(values).interval(level)
    if math.isinf(low):
        assert 2.0 ** (1 - len(values)) > level
        return
    assert low <= values.mean() <= high
    for inside in (low + 1e-6, high - 1e-6):
        if low < inside < high:
            assert flip(values - inside) > level
    for outside in (low - 1e-6, high + 1e-6):
        assert flip(values - outside) <= level


@given(differences, st.sampled_from([0.05, 0.01, 0.005]))
@settings(deadline=None)
def test_no_difference_that_is_not_significant_is_larger_than_the_detectable_one(
    values: np.ndarray, level: float
) -> None:
    test = flips(values)
    if test.p > level:
        assert abs(values.mean()) <= test.detectable(level) + 1e-12


def test_too_few_clusters_can_show_nothing_and_say_so() -> None:
    test = flips(np.full(5, 0.3) + np.arange(5) / 100)
    assert test.p == 2 / 32
    assert test.interval(0.05) == (-math.inf, math.inf)
    assert test.detectable(0.05) == math.inf


def test_equivalence_is_two_one_sided_tests() -> None:
    values = np.random.default_rng(2).normal(0.001, 0.01, 12)
    margin = 0.02
    ends = [flip(values - margin), flip(values + margin)]
    assert flips(values).p_equivalent(margin) == pytest.approx(max(ends) / 2)
    assert flips(values + 0.03).p_equivalent(margin) == 1
    wide = np.random.default_rng(1).normal(0, 0.2, 20)
    assert flips(wide - wide.mean()).p_equivalent(0.01) > 0.3, "not significant is not equivalent"


def test_drawn_ways_come_near_to_all_ways() -> None:
    values = np.random.default_rng(1).normal(0.4, 1, 16)
    exact = flip(values, permutations=1 << 16)
    drawn = flip(values, permutations=(1 << 16) - 1)
    assert is_exact(16, permutations=1 << 16)
    assert not is_exact(16, permutations=(1 << 16) - 1)
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / (1 << 16)))
    assert drawn != exact


def test_with_many_clusters_p_and_interval_come_near_to_those_of_t() -> None:
    values = np.random.default_rng(5).normal(0.1, 1, 400)
    test = flips(values)
    assert test.p == pytest.approx(test.crossed.p, abs=0.01)
    assert test.interval(0.05) == pytest.approx(test.crossed.interval(0.05), abs=0.01)
    assert test.p_equivalent(0.2) == pytest.approx(test.crossed.p_equivalent(0.2), abs=0.01)


def test_drawn_p_counts_the_way_observed_so_that_it_is_never_zero() -> None:
    assert flip(np.ones(200), permutations=999) == smallest_p(200, permutations=999) == 1 / 1000
    assert flip(np.ones(10)) == smallest_p(10, permutations=999) == 2 / 1024


@given(differences)
@settings(deadline=None)
def test_the_sign_of_all_and_the_scale_do_not_matter(values: np.ndarray) -> None:
    many = np.tile(values, 3)
    assert flip(values) == flip(-values) == flip(values * 1e-9)
    assert flip(many, permutations=500) == flip(-many, permutations=500)


@pytest.mark.parametrize("clusters", [2, 14, 3000])
def test_no_difference_at_all_has_p_1(clusters: int) -> None:
    assert flip(np.zeros(clusters)) == 1


def test_blocks_do_not_change_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).normal(0.2, 1, 12)
    whole = flip(values)
    monkeypatch.setattr(permutation, "BLOCK", 100)
    assert flip(values) == whole


def test_the_same_seed_gives_the_same_p_and_another_seed_another() -> None:
    values = np.random.default_rng(3).normal(0.1, 1, 100)
    assert flip(values, seed=5) == flip(values, seed=5)
    assert flip(values, seed=5) != flip(values, seed=6)
