"""Colours can be read and told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.report.colours import PALETTE, SCALE, contrast, ink_on, luminance, shade
from polybatch.report.heatmaps import scale_colours


def test_contrast_of_black_on_white_is_the_standard_s() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_text_on_every_step_of_the_scale_meets_the_contrast_that_wcag_asks() -> None:
    for _, light, on_light, dark, on_dark in scale_colours():
        assert contrast(light, on_light) >= 4.5
        assert contrast(dark, on_dark) >= 4.5


def test_text_on_every_kind_of_batch_meets_the_contrast_that_wcag_asks() -> None:
    assert all(contrast(colour, ink_on(colour)) >= 4.5 for colour in PALETTE)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_is_never_lighter(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert luminance(shade(low)) >= luminance(shade(high)) - 0.004  # a channel is rounded to 1/255


def test_a_scale_begins_and_ends_with_its_own_colours() -> None:
    assert (shade(0), shade(1)) == (SCALE[0], SCALE[-1])
    assert shade(2) == SCALE[-1]
