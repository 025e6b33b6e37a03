"""Claims about the sign-flip test, against exhaustive enumeration and scipy."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from polybatch.statistics import permutation
from polybatch.statistics.permutation import is_exact, sign_flip, smallest_p

# few distinct values, in thirds, so that sums tie and are rounded
differences = st.lists(st.integers(-6, 6).map(lambda n: n / 3), min_size=2, max_size=10).map(np.array)


def flip(values: np.ndarray, *, permutations: int = 10_000, seed: int = 0) -> float:
    return sign_flip(values, permutations=permutations, rng=np.random.default_rng(seed))


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


def test_drawn_ways_come_near_to_all_ways() -> None:
    values = np.random.default_rng(1).normal(0.4, 1, 16)
    exact = flip(values, permutations=1 << 16)
    drawn = flip(values, permutations=(1 << 16) - 1)
    assert is_exact(16, permutations=1 << 16)
    assert not is_exact(16, permutations=(1 << 16) - 1)
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / (1 << 16)))
    assert drawn != exact


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
