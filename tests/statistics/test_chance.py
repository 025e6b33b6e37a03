"""Claims about the t test over clusters and seeds: against the plain t test, and against drawn truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from polybatch.statistics.chance import Chance, Part, chance_of

parts = st.builds(Part, st.floats(1e-6, 1), st.integers(1, 100))


def test_clusters_alone_are_the_plain_t_test() -> None:
    differences = np.random.default_rng(0).normal(0.3, 1, 40)
    chance = chance_of(differences, differences[None], np.zeros((1, 40)), paired=True)
    plain = stats.ttest_1samp(differences, 0)
    assert not chance.knows_seeds
    assert chance.p(float(differences.mean())) == pytest.approx(plain.pvalue)
    interval = plain.confidence_interval(0.95)
    assert 2 * chance.half_width(0.95) == pytest.approx(interval.high - interval.low)


def test_seeds_alone_are_the_t_test_of_seeds() -> None:
    ours = np.array([0.1, 0.2, 0.4])[:, None] + np.zeros((1, 30))
    chance = chance_of(ours.mean(axis=0), ours, np.zeros_like(ours), paired=True)
    assert chance.p(float(ours.mean())) == pytest.approx(stats.ttest_1samp(ours[:, 0], 0).pvalue)


def test_not_paired_each_system_of_several_seeds_has_a_part_and_one_of_a_single_seed_none() -> None:
    rng = np.random.default_rng(1)
    ours, theirs = rng.normal(size=(3, 20)), rng.normal(size=(5, 20))
    difference = ours.mean(axis=0) - theirs.mean(axis=0)
    assert [part.degrees for part in chance_of(difference, ours, theirs, paired=False).parts] == [19, 2, 4]
    assert [part.degrees for part in chance_of(difference, ours, theirs[:1], paired=False).parts] == [19, 2]
    assert [part.degrees for part in chance_of(difference, ours, theirs[:3], paired=True).parts] == [19, 2]


@given(st.lists(parts, min_size=1, max_size=3), st.floats(1e-6, 0.49))
def test_tail_undoes_quantile(made: list[Part], tail: float) -> None:
    chance = Chance(tuple(made))
    assert chance.tail(chance.quantile(tail) * chance.error) == pytest.approx(tail, rel=1e-6)


@given(st.lists(parts, min_size=1, max_size=3), st.floats(0, 10), st.floats(0, 10))
def test_a_larger_difference_is_never_less_sure_and_signs_do_not_matter(
    made: list[Part], one: float, other: float
) -> None:
    chance = Chance(tuple(made))
    small, large = sorted((one, other))
    assert chance.p(large) <= chance.p(small) * (1 + 1e-9)
    assert chance.p(-one) == chance.p(one)


def test_without_any_chance_zero_is_nothing_and_all_else_is_sure() -> None:
    none = Chance((Part(0.0, 9), Part(0.0, 2)))
    assert (none.p(0.0), none.p(0.1), none.p(-0.1), none.half_width(0.95)) == (1, 0, 0, 0)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("level", [0.05, 0.005])
def test_where_nothing_differs_it_errs_no_oftener_than_promised(share: float, level: float) -> None:
    """Three seeds and 60 clusters; `share` of the variance is the seeds'."""
    rng = np.random.default_rng(2)
    count = 20_000
    seeds, clusters = (size * rng.chisquare(n, count) / n for size, n in ((share, 2), (1 - share, 59)))
    difference = rng.normal(size=count)
    t = np.abs(difference) / np.sqrt(seeds + clusters)
    weight = seeds / (seeds + clusters)
    limits = [Chance((Part(1.0, n),)).quantile(level / 2) for n in (2, 59)]
    wrong = np.mean(t > weight * limits[0] + (1 - weight) * limits[1])
    assert wrong <= level * 1.2 + 2 * np.sqrt(level / count)
    first = Chance((Part(clusters[0], 59), Part(seeds[0], 2)))
    assert (first.p(difference[0]) <= level) == bool(t[0] > weight[0] * limits[0] + (1 - weight[0]) * limits[1])
