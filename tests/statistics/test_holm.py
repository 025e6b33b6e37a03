"""Claims about Holm's correction, against statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from polybatch.statistics.holm import holm


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
