"""Claims about the bootstrap interval: one level against scipy, two levels against the variances they must have."""

import numpy as np
import pytest
from scipy import stats

from polybatch.statistics import bootstrap
from polybatch.statistics.bootstrap import bootstrap_interval


def interval(
    ours: np.ndarray, theirs: np.ndarray, *, paired: bool = True, resamples: int = 20_000
) -> tuple[float, float]:
    return bootstrap_interval(ours, theirs, paired=paired, resamples=resamples, rng=np.random.default_rng(0))


def width(ours: np.ndarray, theirs: np.ndarray, *, paired: bool = True) -> float:
    low, high = interval(ours, theirs, paired=paired)
    return high - low


@pytest.fixture
def one_seed() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    easy = rng.normal(size=(1, 80))
    return easy + rng.exponential(1, (1, 80)), easy


def test_one_seed_is_the_cluster_bootstrap_of_scipy(one_seed: tuple[np.ndarray, np.ndarray]) -> None:
    difference = (one_seed[0] - one_seed[1])[0]
    rng = np.random.default_rng(1)
    theirs = stats.bootstrap((difference,), np.mean, n_resamples=20_000, method="percentile", rng=rng)
    assert interval(*one_seed) == pytest.approx(theirs.confidence_interval, abs=0.02)


def test_swapping_the_systems_turns_the_interval_round(one_seed: tuple[np.ndarray, np.ndarray]) -> None:
    low, high = interval(*one_seed)
    assert interval(*reversed(one_seed)) == pytest.approx((-high, -low), abs=1e-12)


def test_seeds_that_agree_wholly_add_no_width(one_seed: tuple[np.ndarray, np.ndarray]) -> None:
    ours, theirs = (np.repeat(side, 5, axis=0) for side in one_seed)
    assert width(ours, theirs) == pytest.approx(width(*one_seed), rel=0.03), "clusters' luck must not average out"


def test_seeds_that_differ_add_their_variance() -> None:
    seeds, clusters = 5, 400
    rng = np.random.default_rng(3)
    ours = rng.normal(size=(seeds, 1)) + rng.normal(size=(1, clusters))
    theirs = np.zeros((1, clusters))
    variance = np.var(ours.mean(axis=1)) / seeds + np.var(ours.mean(axis=0)) / clusters
    assert width(ours, theirs, paired=False) == pytest.approx(2 * 1.96 * np.sqrt(variance), rel=0.06)


def test_pairing_by_seed_takes_the_seeds_luck_out() -> None:
    rng = np.random.default_rng(4)
    luck = rng.normal(size=(3, 1))
    ours, theirs = luck + 0.1 * rng.normal(size=(1, 50)), np.repeat(luck, 50, axis=1)
    assert width(ours, theirs) < 0.1
    assert width(ours, theirs, paired=False) > 0.5


def test_the_interval_covers_the_truth_about_19_times_in_20() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        ours = rng.normal(0.5, 1, (1, 60))
        low, high = interval(ours, np.zeros((1, 60)), resamples=400)
        covered += low <= 0.5 <= high
    assert 0.91 < covered / 400 < 0.98


def test_more_clusters_than_a_block_holds_are_no_trouble(
    one_seed: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = interval(*one_seed)
    monkeypatch.setattr(bootstrap, "BLOCK", 10)
    assert interval(*one_seed, resamples=3_000) == pytest.approx(whole, abs=0.03)
