"""Claims about effect size and power."""

import numpy as np
import pytest
from scipy import stats

from polybatch.statistics.chance import Chance, Part
from polybatch.statistics.power import smallest_detectable, standardised, wins_ties_losses


def of_deviation(deviation: float, clusters: int) -> np.ndarray:
    values = np.random.default_rng(0).normal(size=clusters)
    scaled: np.ndarray = (values - values.mean()) / values.std(ddof=1) * deviation
    return scaled


def detectable(deviation: float, clusters: int) -> float:
    """By clusters alone."""
    return smallest_detectable(Chance((Part(deviation**2 / clusters, clusters - 1),)))


def test_questions_and_deviation_of_xquad_r_resolve_a_hundredth() -> None:
    least = detectable(0.15, 1190)
    assert least == pytest.approx(0.012, abs=0.0005)
    assert 7.84 * 0.15**2 / least**2 == pytest.approx(1190, rel=0.005)


def test_the_smallest_detectable_difference_is_found_4_times_in_5() -> None:
    rng = np.random.default_rng(1)
    drawn = rng.normal(detectable(1, 60), 1, (4000, 60))
    found = np.mean(stats.ttest_1samp(drawn, 0, axis=1).pvalue <= 0.05)
    assert found == pytest.approx(0.8, abs=0.03)


def test_few_seeds_with_much_luck_find_large_differences_only() -> None:
    clusters = Part(0.01**2, 59)
    least = [smallest_detectable(Chance((clusters, Part(0.01**2, seeds - 1)))) for seeds in (3, 5, 60)]
    assert least == sorted(least, reverse=True)
    assert least[0] > 1.4 * least[2]
    assert smallest_detectable(Chance((Part(0.0, 59),))) == 0


def test_the_effect_is_the_mean_in_deviations_and_none_without_any() -> None:
    assert standardised(of_deviation(2, 50) + 1) == pytest.approx(0.5)
    assert standardised(np.full(5, 0.1 + 0.2)) is None
    assert standardised(np.zeros(5)) is None


def test_wins_are_on_the_better_side() -> None:
    differences = np.array([0.5, 0.1, 0.0, -2.0])
    assert wins_ties_losses(differences, lower_is_better=False) == (2, 1, 1)
    assert wins_ties_losses(differences, lower_is_better=True) == (1, 1, 2)
