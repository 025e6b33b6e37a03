"""Claims about Holm's correction, against statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from polybatch.statistics.holm import LEVEL, holm, levels


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=40))
@settings(deadline=None, max_examples=20)
def test_corrected_p_is_that_of_statsmodels(ps: list[float]) -> None:
    assert holm(ps) == pytest.approx(multipletests(ps, method="holm")[1], abs=1e-15)


@given(st.lists(st.sampled_from([0.001, 0.01, 0.02, 0.5]), min_size=1, max_size=12), st.randoms())
def test_the_order_of_the_comparisons_does_not_matter(ps: list[float], random: np.random.Generator) -> None:
    places = list(range(len(ps)))
    random.shuffle(places)
    corrected = holm(ps)
    assert holm([ps[place] for place in places]) == tuple(corrected[place] for place in places)


def test_one_comparison_is_not_corrected_and_none_is_none() -> None:
    assert holm([0.03]) == (0.03,)
    assert holm([]) == ()


@given(st.lists(st.sampled_from([0.0005, 0.001, 0.004, 0.01, 0.02, 0.024, 0.05, 0.5]), min_size=1, max_size=12))
def test_a_p_is_significant_just_where_it_is_at_most_its_level(ps: list[float]) -> None:
    for p, corrected, level in zip(ps, holm(ps), levels(ps), strict=True):
        assert (corrected <= LEVEL + 1e-12) == (p <= level + 1e-12)


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=8), st.integers(0, 7), st.floats(0.0001, 1))
def test_the_level_of_a_comparison_does_not_depend_on_its_own_p(ps: list[float], place: int, other: float) -> None:
    place %= len(ps)
    changed = [*ps[:place], other, *ps[place + 1 :]]
    assert levels(changed)[place] == levels(ps)[place]


def test_levels_rise_with_what_the_others_show() -> None:
    assert levels([0.3]) == (LEVEL,)
    assert levels([0.5, 0.5, 0.5, 0.5]) == (LEVEL / 4,) * 4
    assert levels([0.001, 0.5, 0.5, 0.5]) == (LEVEL / 4, LEVEL / 3, LEVEL / 3, LEVEL / 3)
    assert levels([0.001, 0.001, 0.9]) == (LEVEL / 2, LEVEL / 2, LEVEL)
