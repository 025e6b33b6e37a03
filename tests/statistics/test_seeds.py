"""Claims about the deviation over seeds."""

import numpy as np
import pytest

from polybatch.statistics.seeds import seed_deviation

OURS = np.array([[0.5, 0.7], [0.6, 0.8], [0.7, 0.9]])  # macro means .6, .7, .8
THEIRS = np.array([[0.4, 0.6], [0.5, 0.7], [0.6, 0.6]])  # .5, .6, .6


def test_paired_it_is_that_of_the_seeds_differences() -> None:
    assert seed_deviation(OURS, THEIRS, paired=True) == pytest.approx(np.std([0.1, 0.1, 0.2], ddof=1))


def test_not_paired_the_variances_add() -> None:
    variance = np.var([0.6, 0.7, 0.8], ddof=1) + np.var([0.5, 0.6], ddof=1)
    assert seed_deviation(OURS, THEIRS[:2], paired=False) == pytest.approx(np.sqrt(variance))


def test_a_system_of_one_seed_adds_none_and_two_of_them_have_none() -> None:
    assert seed_deviation(OURS, THEIRS[:1], paired=False) == pytest.approx(0.1)
    assert seed_deviation(OURS[:1], THEIRS[:1], paired=True) is None
    assert seed_deviation(OURS[:1], THEIRS[:1], paired=False) is None
