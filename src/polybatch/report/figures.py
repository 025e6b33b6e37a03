"""Dot plots, stacked bars and strips as SVG to stand within a page, in the page's own colours and type. No numbers."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from math import log1p
from typing import TYPE_CHECKING

from polybatch.report.colours import PALETTE, ink_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 23  # height of a row, in px of the figure; 1 px is 1 pt of matplotlib
TYPE = 12
LABEL = 22  # letters of the longest label
LETTER = 7.2  # a generous width of one letter: the page's font is not known here
TICKS = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000)  # of a logarithmic scale
INK, SOFT, HAIR, DOT, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
MONO, CROSS, MULTI = "#060606", "#070707", "#080808"
TIP = "tip:"  # before the words that an artist shows to the pointer, as its id
_VARIABLES = {
    INK: "--ink",
    SOFT: "--soft",
    HAIR: "--hair",
    DOT: "--dot",
    PAPER: "--paper",
    MONO: "--mono",
    CROSS: "--cross",
    MULTI: "--multi",
}


@dataclass(frozen=True, slots=True)
class DotRow:
    """One system: its values over seeds, their mean as it is printed, and whether that is the best.

    A `background` row, such as an untuned model, gives way where it would squeeze the others together.
    """

    label: str
    values: tuple[float, ...]
    mean: float
    text: str
    best: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One system: a mean as it is printed, the interval around it where one is known, and whether it is the best."""

    label: str
    mean: float
    text: str
    interval: tuple[float, float] | None = None
    best: bool = False


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """One system: five quantiles of its values, which are 0 or more, and the middle one as it is printed."""

    label: str
    quantiles: tuple[float, ...]
    text: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """One system: shares of the kinds, in the order of the kinds, and a note at the bar's end."""

    label: str
    shares: tuple[float, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Course:
    """Shares of the kinds in each stretch of a training, from one edge to the next, in batches; NaN for a gap."""

    edges: tuple[int, ...]
    shares: tuple[tuple[float, ...], ...]


def dot_plot(rows: Sequence[DotRow], *, name: str, alt: str) -> str:
    """An SVG with a dot for each seed, a bar at the mean and the mean in figures; `name` keeps its ids apart."""
    return to_svg(draw_dots(rows), name=name, alt=alt)


def draw_dots(rows: Sequence[DotRow]) -> Figure:
    """The figure of `dot_plot`, in stand-ins for the page's colours, as the other `draw` functions give it."""
    left, right = _room(rows), 10 + LETTER * max(5, *(len(row.text) for row in rows))
    figure, axes = _canvas(left + max(160, 330 - left) + right, len(rows) * ROW + 30, left=left, right=right, bottom=26)
    low, high = shown_range(rows)
    margin = (high - low) * 0.08 or max(abs(high) * 0.1, 0.01)
    axes.set_xlim(max(0, low - margin), high + margin)
    _value_axis(axes, short_score)
    for y, row in enumerate(rows):
        axes.axhline(y, color=HAIR, linewidth=0.8, zorder=0)
        _side_labels(axes, y, row.label, row.text, bold=row.best)
        if off_scale(row, (low, high)):
            x, marker = (0.015, "<") if row.mean < low else (0.985, ">")
            axes.plot(x, y, marker, color=SOFT, markersize=6, transform=axes.get_yaxis_transform(), zorder=3)
            continue
        tip = f"{TIP}{row.label}: {row.text}; by seed {', '.join(map(short_score, row.values))}"
        ends = [y - 0.34, y + 0.34]
        axes.plot([row.mean] * 2, ends, color=INK, linewidth=2.2, solid_capstyle="butt", zorder=2, gid=tip)
        axes.plot(
            row.values,
            [y] * len(row.values),
            "o",
            color=DOT,
            markersize=7,
            markeredgecolor=PAPER,
            markeredgewidth=0.8,
            alpha=0.85,
            zorder=3,
            gid=tip,
        )
    return figure


def interval_plot(rows: Sequence[IntervalRow], *, name: str, alt: str) -> str:
    """An SVG with a dot at each mean, a line over its interval, and the mean in figures; the best in bold."""
    left, right = _room(rows), 10 + LETTER * max(5, *(len(row.text) for row in rows))
    figure, axes = _canvas(left + 280 + right, len(rows) * ROW + 30, left=left, right=right, bottom=26)
    ends = [end for row in rows for end in (*(row.interval or ()), row.mean)]
    margin = (max(ends) - min(ends)) * 0.05 or max(abs(max(ends)) * 0.1, 0.01)
    axes.set_xlim(max(0, min(ends) - margin), max(ends) + margin)
    _value_axis(axes, short_score)
    for y, row in enumerate(rows):
        axes.axhline(y, color=HAIR, linewidth=0.8, zorder=0)
        _side_labels(axes, y, row.label, row.text, bold=row.best)
        between = f"; 95 % interval {' to '.join(map(short_score, row.interval))}" if row.interval else ""
        tip = f"{TIP}{row.label}: {row.text}{between}"
        if row.interval:
            axes.plot(row.interval, [y, y], color=DOT, linewidth=3, solid_capstyle="butt", zorder=2, gid=tip)
        axes.plot(
            row.mean, y, "o", color=DOT, markersize=9 if row.best else 7, markeredgecolor=PAPER, zorder=3, gid=tip
        )
    return to_svg(figure, name=name, alt=alt)


def shown_range(rows: Sequence[DotRow]) -> tuple[float, float]:
    """Lowest and highest value on the scale; background rows are left out where they more than double it."""
    every = [value for row in rows for value in row.values]
    front = [value for row in rows if not row.background for value in row.values] or every
    if max(front) > min(front) and max(every) - min(every) > 2 * (max(front) - min(front)):
        return min(front), max(front)
    return min(every), max(every)


def off_scale(row: DotRow, shown: tuple[float, float]) -> bool:
    """Whether an arrow at the edge stands for a row, because a value of it lies outside."""
    return min(row.values) < shown[0] or max(row.values) > shown[1]


def spread_plot(rows: Sequence[SpreadRow], *, name: str, alt: str) -> str:
    """An SVG with a line between the outer quantiles, a thick one between the inner, a dot at the middle; log scale."""
    return to_svg(draw_spreads(rows), name=name, alt=alt)


def draw_spreads(rows: Sequence[SpreadRow]) -> Figure:
    """The figure of `spread_plot`."""
    left, right = _room(rows), 52
    figure, axes = _canvas(left + 330 + right, len(rows) * ROW + 30, left=left, right=right, bottom=26)
    axes.set_xlim(0, log1p(max(row.quantiles[-1] for row in rows)) * 1.04 or 1)
    for y, row in enumerate(rows):
        axes.axhline(y, color=HAIR, linewidth=0.8, zorder=0)
        _side_labels(axes, y, row.label, row.text)
        outer, inner, middle, inner_end, outer_end = map(log1p, row.quantiles)
        tip = f"{TIP}{row.label}: {', '.join(f'{one:,.0f}' for one in row.quantiles)}"
        axes.plot([outer, outer_end], [y, y], color=DOT, linewidth=1.6, zorder=2, gid=tip)
        axes.plot([inner, inner_end], [y, y], color=DOT, linewidth=8, solid_capstyle="butt", zorder=3, gid=tip)
        axes.plot(middle, y, "o", color=PAPER, markersize=5, markeredgecolor=INK, markeredgewidth=1.4, zorder=4)
    _value_axis(axes, str)
    end = axes.get_xlim()[1]
    ticks = [tick for tick in TICKS if log1p(tick) <= end]
    axes.set_xticks([log1p(tick) for tick in ticks], [f"{tick:,}" for tick in ticks])
    return figure


def stacked_bars(rows: Sequence[BarRow], *, name: str, alt: str) -> str:
    """An SVG with a bar for each system, split by the shares of the kinds; wide parts carry their share."""
    return to_svg(draw_bars(rows), name=name, alt=alt)


def draw_bars(rows: Sequence[BarRow]) -> Figure:
    """The figure of `stacked_bars`."""
    left, right = _room(rows), 10 + LETTER * max(len(row.note) for row in rows)
    figure, axes = _canvas(left + 300 + right, len(rows) * (ROW + 3) + 4, left=left, right=right, bottom=2)
    axes.set_xlim(0, 1)
    for y, row in enumerate(rows):
        start = 0.0
        for number, share in enumerate(row.shares):
            colour = kind_colour(number)
            axes.barh(y, share, left=start, height=0.74, color=colour, edgecolor=PAPER, linewidth=1)[0].set_gid(
                f"{TIP}{row.label}: {share:.1%}"
            )
            if share >= 0.12:
                write(axes, start + share / 2, y, f"{share:.0%}", color=ink_on(colour), ha="center")
            start += share
        _side_labels(axes, y, row.label, row.note)
    return figure


def strip(course: Course, seeds: Sequence[Course], *, name: str, alt: str) -> str:
    """An SVG of a training from left to right, split upwards by the shares of the kinds; `seeds` are thin lines."""
    figure, axes = bare_axes(330, 118, left=46, right=22, bottom=36, top=8)
    axes.set_xlim(course.edges[0], course.edges[-1])
    axes.set_ylim(0, 1)
    for number, tops in reversed(list(enumerate(_tops(course)))):  # each over the ones above it: no seams
        axes.stairs(tops, course.edges, fill=True, color=kind_colour(number), linewidth=0)
    for seed in seeds:
        for tops in _tops(seed)[:-1]:
            axes.stairs(tops, seed.edges, baseline=None, color=PAPER, linewidth=0.8)
    _value_axis(axes, "{:,.0f}".format)
    axes.set_xlabel("batches", color=SOFT, fontsize=TYPE - 1, labelpad=3)
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.tick_params(axis="y", length=0, pad=5, labelsize=TYPE - 1, labelcolor=SOFT)
    return to_svg(figure, name=name, alt=alt)


def _tops(course: Course) -> list[tuple[float, ...]]:
    """Where the part of each kind ends, at each stretch: the shares added up."""
    return list(zip(*map(accumulate, course.shares), strict=True))


def kind_colour(number: int) -> str:
    """The colour of a kind of batch by its place in the order of kinds."""
    return PALETTE[number % len(PALETTE)]


def _room(rows: Sequence[DotRow] | Sequence[BarRow] | Sequence[SpreadRow] | Sequence[IntervalRow]) -> float:
    return 20 + LETTER * max(len(_short(row.label)) for row in rows)


def _short(label: str) -> str:
    """A label that leaves room for the plot: the end of a long one, where hub models have their own name."""
    return label if len(label) <= LABEL else "…" + label[1 - LABEL :]


def _canvas(width: float, height: float, *, left: float, right: float, bottom: float) -> tuple[Figure, Axes]:
    figure, axes = bare_axes(width, height, left=left, right=right, bottom=bottom, top=2)
    rows = round((height - bottom - 2) / ROW) if bottom > 2 else round((height - 4) / (ROW + 3))
    axes.set_ylim(rows - 0.5, -0.5)
    return figure, axes


def bare_axes(
    width: float, height: float, *, left: float, right: float, bottom: float, top: float
) -> tuple[Figure, Axes]:
    """A figure of this size in px, with bare axes inside of these margins."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    inner = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    axes = figure.add_axes(inner)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    return figure, axes


def _value_axis(axes: Axes, form: Callable[[float], str]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))
    axes.grid(axis="x", color=HAIR, linewidth=0.8)
    axes.tick_params(axis="x", length=0, pad=5, labelsize=TYPE - 1, labelcolor=SOFT)
    axes.set_axisbelow(True)


def short_score(value: float) -> str:
    """A value at a tick: four digits, without the zero before the point; thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}".removeprefix("0") or "0"


def _side_labels(axes: Axes, y: float, label: str, note: str, *, bold: bool = False) -> None:
    from matplotlib.transforms import offset_copy

    side, figure = axes.get_yaxis_transform(), axes.figure
    for x, text, ha, shift in ((0, _short(label), "right", -10), (1, note, "left", 8)):
        place = offset_copy(side, figure, x=shift, units="points")  # type: ignore[arg-type]
        write(axes, x, y, text, ha=ha, transform=place, weight="bold" if bold else "normal")


def write(axes: Axes, x: float, y: float, text: str, *, color: str = INK, ha: str = "center", **how: object) -> None:
    """Text in the figure's type, at the middle of its height; never read as mathematics."""
    axes.text(x, y, text, color=color, ha=ha, va="center", fontsize=TYPE, parse_math=False, **how)  # type: ignore[arg-type]


def to_svg(figure: Figure, *, name: str, alt: str) -> str:
    """The figure as an element: no prologue, no outside names, ids of its own, colours and type left to the page.

    An artist whose id begins with TIP shows the rest of it to the pointer.
    """
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "polybatch", "svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # the page's font sets the text
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(rf'<g id="{TIP}([^"]*)">', r"<g><title>\1</title>", text)
    text = re.sub(r'(<[^<>]*\bid=")', rf"\g<1>{name}-", text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
    text = re.sub(r"font-family: [^;\"]*; ?", "", text)
    text = re.sub(r'\bd="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), text)  # finer than any screen
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    width, height = (round(float(side) * 72) for side in figure.get_size_inches())
    opening = (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(alt)}">'
    )
    return opening + re.sub(r"\n\s*", "\n", text[text.index(">") + 1 :])
