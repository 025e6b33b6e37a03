"""Figures hold every value, in the page's own colours, and no text is taken for markup or mathematics."""

import re
from math import nan

from polybatch.report.figures import BarRow, Course, DotRow, dot_plot, off_scale, shown_range, stacked_bars, strip


def row(label: str, *values: float, background: bool = False) -> DotRow:
    return DotRow(label, values, sum(values) / len(values), "text", background=background)


def test_every_seed_is_a_dot() -> None:
    svg = dot_plot([row("A", 0.1, 0.2, 0.3), row("B", 0.2)], name="x", alt="two")
    assert len(re.findall(r"<use [^>]*fill: var\(--dot\)", svg)) == 4


def test_text_is_text() -> None:
    svg = dot_plot([row("a $x_1$ & <b>", 0.1, 0.2)], name="x", alt='the "alt" <text>')
    assert ">a $x_1$ &amp; &lt;b&gt;</text>" in svg
    assert 'aria-label="the &quot;alt&quot; &lt;text&gt;"' in svg


def test_colours_and_type_are_left_to_the_page() -> None:
    svg = dot_plot([row("A", 0.1, 0.2)], name="x", alt="one")
    assert not re.findall(r"#[0-9a-f]{6}|font-family|<style|http", svg)


def test_a_background_row_gives_way_where_it_would_squeeze_the_others() -> None:
    front = [row("A", 0.50, 0.51), row("B", 0.53)]
    far, close = row("far", 0.1, background=True), row("close", 0.48, background=True)
    assert shown_range([*front, far]) == (0.50, 0.53)
    assert off_scale(far, (0.50, 0.53))
    assert shown_range([*front, close]) == (0.48, 0.53)
    assert shown_range([*front, row("far", 0.1)]) == (0.1, 0.53)


def test_background_rows_alone_have_a_scale() -> None:
    assert shown_range([row("A", 0.1, background=True), row("B", 0.9, background=True)]) == (0.1, 0.9)


def test_a_wide_part_of_a_bar_carries_its_share() -> None:
    svg = stacked_bars([BarRow("A", (0.95, 0.05), "600 batches")], name="x", alt="one")
    assert ">95%</text>" in svg
    assert ">5%</text>" not in svg


def test_a_strip_has_a_part_for_every_kind_and_a_line_where_a_seed_has_shares() -> None:
    mean = Course((0, 1000, 30_000), ((0.5, 0.3, 0.2), (0.1, 0.3, 0.6)))
    seed = Course(mean.edges, ((nan, nan, nan), (0.2, 0.2, 0.6)))
    svg = strip(mean, [seed], name="x", alt="one")
    assert len(re.findall(r"fill: #(?:0072b2|e69f00|009e73)", svg)) == 3
    assert len(re.findall(r"<path [^>]*stroke: var\(--paper\)", svg)) == 2
    assert ">20,000</text>" in svg
    assert ">50%</text>" in svg
    assert "nan" not in svg.lower()
