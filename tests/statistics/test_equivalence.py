"""Claims about TOST, against statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_paired

from polybatch.statistics.chance import Chance, Part, chance_of
from polybatch.statistics.equivalence import equivalence


def p_of(differences: np.ndarray, margin: float) -> float:
    """p of equivalence by clusters alone."""
    return equivalence(
        float(differences.mean()), chance_of(differences, *[differences[None]] * 2, paired=True), margin=margin
    )


@given(st.integers(0, 1000), st.integers(2, 200), st.floats(0.001, 0.1))
@settings(deadline=None, max_examples=50)
def test_p_is_that_of_statsmodels(seed: int, clusters: int, margin: float) -> None:
    differences = np.random.default_rng(seed).normal(0.002, 0.05, clusters)
    theirs, _, _ = ttost_paired(differences, np.zeros(clusters), -margin, margin)
    assert p_of(differences, margin) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(("difference", "p"), [(0.0, 0.0), (0.009, 0.0), (-0.009, 0.0), (0.01, 1.0), (-0.02, 1.0)])
def test_differences_that_are_all_the_same_are_inside_or_not(difference: float, p: float) -> None:
    assert p_of(np.full(5, difference), 0.01) == p


def test_not_having_found_a_difference_is_no_equivalence() -> None:
    few = np.random.default_rng(1).normal(0, 0.2, 20)
    assert p_of(few - few.mean(), 0.01) > 0.3


def test_seeds_that_differ_make_equivalence_harder_to_show() -> None:
    clusters = Part(0.003**2, 59)
    alone, with_seeds = Chance((clusters,)), Chance((clusters, Part(0.003**2, 2)))
    assert equivalence(0.001, alone, margin=0.01) < 0.01 < equivalence(0.001, with_seeds, margin=0.01)
