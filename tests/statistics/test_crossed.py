"""Claims about the test with clusters and seeds as crossed effects: against scipy, statsmodels and drawn truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import gammaln
from statsmodels.stats.weightstats import ttost_paired

from polybatch.statistics.crossed import Crossed, Part, crossed, mean_difference, seed_deviation, seeds_alone

parts = st.lists(st.builds(Part, st.floats(1e-6, 1), st.integers(1, 100)), min_size=1, max_size=3).map(tuple)
levels = st.floats(1e-5, 0.2)

OURS = np.array([[0.5, 0.7], [0.6, 0.8], [0.7, 0.9]])  # macro means .6, .7, .8
THEIRS = np.array([[0.4, 0.6], [0.5, 0.7], [0.6, 0.6]])  # .5, .6, .6


def of_clusters(differences: np.ndarray) -> Crossed:
    return crossed(differences[None], np.zeros((1, len(differences))), paired=True)


def test_clusters_alone_are_the_plain_t_test() -> None:
    differences = np.random.default_rng(0).normal(0.3, 1, 40)
    made = of_clusters(differences)
    plain = stats.ttest_1samp(differences, 0)
    assert made.p == pytest.approx(plain.pvalue)
    assert made.interval(0.05) == pytest.approx(tuple(plain.confidence_interval(0.95)))


def test_seeds_alone_are_the_paired_t_test_of_seeds() -> None:
    ours = np.array([0.1, 0.2, 0.4])
    made = crossed(ours[:, None] + np.zeros((1, 30)), np.zeros((3, 30)), paired=True)
    assert made.p == pytest.approx(stats.ttest_1samp(ours, 0).pvalue)
    assert seeds_alone(ours.tolist()).p == pytest.approx(made.p)
    assert seeds_alone([0.1, 0.1, 0.1]).p == 0
    assert seeds_alone([0.0, 0.0]).p == 1


def test_the_parts_are_the_mean_squares_of_the_crossed_analysis_of_variance() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(4, 25)) + rng.normal(size=(1, 25)) + 3 * rng.normal(size=(4, 1))
    whole, by_seed, by_cluster = values.mean(), values.mean(axis=1), values.mean(axis=0)
    of_seeds = 25 * np.square(by_seed - whole).sum() / 3
    of_clusters_alone = 4 * np.square(by_cluster - whole).sum() / 24
    total = np.square(values - whole).sum()
    residual = (total - 3 * of_seeds - 24 * of_clusters_alone) / 72
    clusters, seeds = crossed(values, np.zeros((1, 25)), paired=False).parts
    assert clusters.variance == pytest.approx(of_clusters_alone / 100)
    assert clusters.degrees == 24
    assert seeds.variance == pytest.approx((of_seeds - residual) / 100)
    assert seeds.degrees == 3


def test_seeds_that_came_out_alike_are_not_taken_to_be_alike() -> None:
    noise = np.random.default_rng(1).normal(size=(3, 20))
    noise -= noise.mean(axis=1, keepdims=True)  # every seed has the same mean
    _, seeds = crossed(noise, np.zeros((1, 20)), paired=False).parts
    residual = np.square(noise - noise.mean(axis=0)).sum() / (2 * 19)
    assert seeds.variance == pytest.approx(residual / 60 / 2)
    assert seeds.degrees == 2


def test_not_paired_each_system_of_several_seeds_has_a_part_and_one_of_a_single_seed_none() -> None:
    rng = np.random.default_rng(1)
    ours, theirs = rng.normal(size=(3, 20)), rng.normal(size=(5, 20))
    assert [part.degrees for part in crossed(ours, theirs, paired=False).parts] == [19, 2, 4]
    assert [part.degrees for part in crossed(ours, theirs[:1], paired=False).parts] == [19, 2]
    assert [part.degrees for part in crossed(ours, theirs[:3], paired=True).parts] == [19, 2]
    assert [part.degrees for part in crossed(ours[:1], theirs[:1], paired=True).parts] == [19]


def test_what_seeds_have_in_common_is_taken_out_where_they_pair() -> None:
    luck = np.array([[0.0], [1.0], [-1.0]]) + np.random.default_rng(1).normal(0, 0.01, (3, 20))
    paired, apart = (crossed(luck + 0.1, luck[::1] * 1.001, paired=paired) for paired in (True, False))
    assert paired.p < 0.001 < 0.5 < apart.p


@given(parts, st.floats(1e-6, 0.49))
def test_tail_undoes_quantile(made: tuple[Part, ...], tail: float) -> None:
    test = Crossed(0.0, made)
    assert test.tail(test.quantile(tail) * test.error) == pytest.approx(tail, rel=1e-6)


@given(parts, st.floats(0, 10), st.floats(0, 10))
def test_a_larger_difference_has_no_larger_p_and_signs_do_not_matter(
    made: tuple[Part, ...], one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert Crossed(large, made).p <= Crossed(small, made).p * (1 + 1e-9)
    assert Crossed(-one, made).p == Crossed(one, made).p


@given(parts, st.floats(-3, 3), levels)
def test_the_interval_leaves_out_zero_just_where_p_is_under_the_level(
    made: tuple[Part, ...], mean: float, level: float
) -> None:
    test = Crossed(mean, made)
    low, high = test.interval(level)
    if abs(test.p - level) > 1e-9:
        assert (low > 0 or high < 0) == (test.p < level)


@given(parts, st.floats(-3, 3), levels)
@settings(deadline=None)
def test_no_difference_that_is_not_significant_is_larger_than_the_detectable_one(
    made: tuple[Part, ...], mean: float, level: float
) -> None:
    test = Crossed(mean, made)
    if test.p > level:
        assert abs(mean) < test.detectable(level)


def test_without_any_chance_zero_is_nothing_and_all_else_is_significant() -> None:
    none = (Part(0.0, 9), Part(0.0, 2))
    assert [Crossed(mean, none).p for mean in (0.0, 0.1, -0.1)] == [1, 0, 0]
    assert Crossed(0.1, none).interval(0.05) == (0.1, 0.1)
    assert Crossed(0.1, none).detectable(0.05) == 0


@given(st.integers(0, 1000), st.integers(2, 200), st.floats(0.001, 0.1))
@settings(deadline=None, max_examples=50)
def test_p_of_equivalence_is_that_of_statsmodels(seed: int, clusters: int, margin: float) -> None:
    differences = np.random.default_rng(seed).normal(0.002, 0.05, clusters)
    theirs, _, _ = ttost_paired(differences, np.zeros(clusters), -margin, margin)
    assert of_clusters(differences).p_equivalent(margin) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(("difference", "p"), [(0.0, 0.0), (0.009, 0.0), (-0.009, 0.0), (0.01, 1.0), (-0.02, 1.0)])
def test_differences_that_are_all_the_same_are_inside_or_not(difference: float, p: float) -> None:
    assert of_clusters(np.full(5, difference)).p_equivalent(0.01) == p


def test_seeds_that_differ_make_equivalence_harder_to_show() -> None:
    clusters = Part(0.003**2, 59)
    alone, with_seeds = Crossed(0.001, (clusters,)), Crossed(0.001, (clusters, Part(0.003**2, 2)))
    assert alone.p_equivalent(0.01) < 0.01 < with_seeds.p_equivalent(0.01)


def test_questions_and_deviation_resolve_what_the_usual_formula_says() -> None:
    least = Crossed(0, (Part(0.15**2 / 1190, 1189),)).detectable(0.05)
    assert 7.84 * 0.15**2 / least**2 == pytest.approx(1190, rel=0.005)


def test_with_clusters_alone_power_is_that_of_the_noncentral_t() -> None:
    made = Crossed(0, (Part(1 / 12, 11),))
    bias = np.sqrt(2 / 11) * np.exp(gammaln(6) - gammaln(5.5))  # of an estimated deviation
    effect = made.detectable(0.05) * bias * np.sqrt(12)
    critical = stats.t.ppf(0.975, 11)
    assert stats.nct.sf(critical, 11, effect) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(("seeds", "luck", "level"), [(3, 0.03, 0.05), (3, 0.03, 0.005), (5, 0.01, 0.005)])
def test_the_detectable_effect_printed_on_average_is_found_4_times_in_5(seeds: int, luck: float, level: float) -> None:
    rng = np.random.default_rng(seeds)

    def drawn(effect: float) -> Crossed:
        values = rng.normal(effect, 0.2, (1, 48)) + rng.normal(0, luck, (seeds, 1)) + rng.normal(0, 0.08, (seeds, 48))
        return crossed(values, np.zeros((1, 48)), paired=False)

    effect = float(np.mean([drawn(0).detectable(level) for _ in range(300)]))
    found = np.mean([drawn(effect).p <= level for _ in range(1500)])
    assert found == pytest.approx(0.8, abs=0.05)


def test_more_seeds_find_more() -> None:
    clusters = Part(0.01**2, 59)
    least = [Crossed(0, (clusters, Part(0.03**2 / seeds, seeds - 1))).detectable(0.05) for seeds in (2, 3, 5, 10, 20)]
    assert least == sorted(least, reverse=True)
    assert least[1] > 2 * least[3]


@pytest.mark.parametrize(("seeds", "most"), [(2, 0.065), (3, 0.06), (5, 0.06)])
@pytest.mark.parametrize("luck", [0.0, 0.03])
def test_where_nothing_differs_it_is_seldom_significant(seeds: int, most: float, luck: float) -> None:
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(1000):
        values = rng.normal(0, 0.2, (1, 100)) + rng.normal(0, luck, (seeds, 1)) + rng.normal(0, 0.08, (seeds, 100))
        wrong += crossed(values, np.zeros((1, 100)), paired=False).p <= 0.05
    assert wrong / 1000 <= most
    if seeds > 2:
        assert wrong / 1000 >= 0.02


def test_the_deviation_over_seeds_is_that_of_differences_where_they_pair() -> None:
    assert seed_deviation(OURS, THEIRS, paired=True) == pytest.approx(np.std([0.1, 0.1, 0.2], ddof=1))
    variance = np.var([0.6, 0.7, 0.8], ddof=1) + np.var([0.5, 0.6], ddof=1)
    assert seed_deviation(OURS, THEIRS[:2], paired=False) == pytest.approx(np.sqrt(variance))
    assert seed_deviation(OURS, THEIRS[:1], paired=False) == pytest.approx(0.1)
    assert seed_deviation(OURS[:1], THEIRS[:1], paired=True) is None
    assert seed_deviation(OURS[:1], THEIRS[:1], paired=False) is None


def test_values_whose_sums_were_rounded_differently_are_equal() -> None:
    ours, theirs = np.array([[0.1 + 0.2, 0.5]]), np.array([[0.3, 0.25]])
    assert mean_difference(ours, theirs).tolist() == [0, 0.25]
