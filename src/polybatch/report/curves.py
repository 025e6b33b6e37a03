"""The curves of a sweep: each setting's mAP, and rank distance, by value, with bands over seeds. No numbers made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import stdev
from typing import TYPE_CHECKING

from polybatch.records import SETTINGS
from polybatch.report.figures import (
    CROSS,
    DOT,
    HAIR,
    INK,
    MONO,
    MULTI,
    SOFT,
    TYPE,
    bare_axes,
    short_score,
    to_svg,
    write,
)
from polybatch.report.summary import MAP, RANK_DISTANCE
from polybatch.report.tables import Cell, Row, Table
from polybatch.report.wording import number, plural
from polybatch.results.sweep import DISTANCE, MACRO, TO_SCALE, Sweep
from polybatch.results.systems import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 470, 236
WORDS = ("composition",)  # whose values have no order that a line would show
LINES = {
    "monolingual": (MONO, "o"),
    "cross-lingual": (CROSS, "s"),
    "multilingual": (MULTI, "^"),
    MACRO: (INK, "D"),
    DISTANCE: (DOT, "o"),
}
SYSTEMS = ((MONO, "o"), (CROSS, "s"), (MULTI, "^"), (INK, "D"), (SOFT, "v"))  # in the order of a sweep's systems
PLAIN = "en-en"
HEADS = {"monolingual": "Mo mAP", "cross-lingual": "Cr mAP", "multilingual": "Mul mAP"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel: its name, and at each value the mean and the deviation over seeds, None of one seed."""

    name: str
    means: tuple[float, ...]
    deviations: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """The lines of one system over the values of a key; `places` is where each value stands."""

    title: str
    key: str
    values: tuple[str, ...]
    places: tuple[float, ...]
    chosen: str | None
    lines: tuple[Line, ...]
    joined: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A panel as SVG markup under its title."""

    title: str
    svg: str


def panels(sweep: Sweep) -> Iterator[Panel]:
    """For each system a panel of mAP, and one of rank distance where it was measured."""
    if len(sweep.values) < 2:
        return
    for system in sweep.systems:
        for what, names in (("mAP", (*SETTINGS, MACRO)), (DISTANCE, (DISTANCE,))):
            lines = tuple(_line(sweep, system, name) for name in names if name in sweep.columns)
            if lines:
                heads = what[:1].upper() + what[1:] if what == DISTANCE else what
                title = f"{title_of(system)}: {what}" if len(sweep.systems) > 1 else heads
                chosen = sweep.choice.value if sweep.choice else None
                values = tuple(one.value for one in sweep.values)
                yield Panel(title, sweep.key, values, _places(sweep), chosen, lines, sweep.key not in WORDS)


def gains(sweep: Sweep) -> Iterator[Panel]:
    """For each setting a panel of how far each system lies above plain fine-tuning, by value, paired by seed.

    It shows how the effect of a strategy changes with the value, the share of the rows for one. None without En-En
    among several systems.
    """
    others = [name for name in sweep.systems if name != PLAIN]
    if PLAIN not in sweep.systems or not others or len(sweep.values) < 2:
        return
    for setting in SETTINGS:
        if setting in sweep.columns:
            lines = tuple(_gain(sweep, system, setting) for system in others)
            values = tuple(one.value for one in sweep.values)
            title = f"{setting.capitalize()} mAP above {title_of(PLAIN)}"
            yield Panel(title, sweep.key, values, _places(sweep), None, lines, sweep.key not in WORDS)


def curves(sweep: Sweep, *, name: str) -> tuple[Curve, ...]:
    """Every panel as an SVG to stand within a page; `name` keeps their ids apart."""
    return tuple(
        Curve(one.title, to_svg(draw_panel(one), name=f"{name}-{number}", alt=_alt(one)))
        for number, one in enumerate((*gains(sweep), *panels(sweep)), 1)
    )


def draw_panel(panel: Panel) -> Figure:
    """The figure of a panel: lines with bands where values have an order, else points with bars."""
    figure, axes = bare_axes(WIDTH, HEIGHT, left=44, right=104, bottom=42, top=16)
    ends = []
    for at, line in enumerate(panel.lines):
        colour, marker = LINES.get(line.name, SYSTEMS[at % len(SYSTEMS)])
        wide = 2.4 if line.name == MACRO else 1.7
        spread = [one or 0.0 for one in line.deviations]
        low, high = ([m + side * s for m, s in zip(line.means, spread, strict=True)] for side in (-1, 1))
        if panel.joined:
            axes.fill_between(panel.places, low, high, color=colour, alpha=0.16, linewidth=0)
            axes.plot(panel.places, line.means, color=colour, linewidth=wide, marker=marker, markersize=4.5)
        else:
            axes.errorbar(panel.places, line.means, spread, fmt=marker, color=colour, capsize=3, markersize=5)
        ends.append((line.means[-1], line.name, colour))
    _frame(axes, panel)
    for place, name, colour in _spaced(ends, axes.get_ylim()):
        write(axes, 1, place, f"  {name}", color=colour, ha="left", transform=axes.get_yaxis_transform())
    return figure


def sweep_table(sweep: Sweep) -> Table | None:
    """Values and systems by the scores; the chosen value's are marked as best. None where nothing was measured."""
    names = sweep.columns
    rows = []
    for one in sweep.values:
        for system, scores in one.systems.items():
            is_chosen = sweep.choice is not None and one.value == sweep.choice.value
            cells = tuple(
                Cell(RANK_DISTANCE if name == DISTANCE else MAP, score.mean, score.deviation, score.seeds, is_chosen)
                if (score := scores.get(name))
                else Cell(MAP)
                for name in names
            )
            rows.append(Row(f"{one.value}, {title_of(system)}" if len(sweep.systems) > 1 else one.value, cells))
    heads = tuple(HEADS.get(name, name.capitalize()) for name in names)
    corner = f"{sweep.key}, system" if len(sweep.systems) > 1 else sweep.key
    return Table(corner, heads, tuple(rows)) if rows else None


def told(sweep: Sweep) -> tuple[str, ...]:
    """What a sweep found, in sentences: the choice, what it rests on, and what happened on the test."""
    on = ", ".join(one.name for one in sweep.development)
    seeds = len(sweep.seeds)
    band = "one seed each, so there is no band" if seeds < 2 else f"band: one deviation over {seeds} seeds each way"
    found = [f"On development data ({on}) alone; {band}."]
    if sweep.choice:
        found.insert(0, f"Chosen: {sweep.choice.text}.")
    if not sweep.finished:
        found.append("This sweep was cut short; give its command again to continue it.")
    elif sweep.tested:
        found.append(f"The test was measured once, with {sweep.key} {sweep.tested}.")
    if sweep.key == "size" and sweep.values:
        rows = "; ".join(f"{one.value}: {plural(one.rows, 'row')}" for one in sweep.values)
        found.append(f"Training rows by share: {rows}.")
    return tuple(found)


def _line(sweep: Sweep, system: str, name: str) -> Line:
    scores = [one.systems[system][name] for one in sweep.values]
    return Line(name, tuple(one.mean for one in scores), tuple(one.deviation for one in scores))


def _gain(sweep: Sweep, system: str, setting: str) -> Line:
    means, deviations = [], []
    for value in sweep.values:
        ours, theirs = (value.systems[name][setting].seeds for name in (system, PLAIN))
        apart = [one - other for one, other in zip(ours, theirs, strict=True)]
        means.append(fsum(apart) / len(apart))
        deviations.append(stdev(apart) if len(apart) > 1 else None)
    return Line(title_of(system), tuple(means), tuple(deviations))


def _places(sweep: Sweep) -> tuple[float, ...]:
    values = [one.value for one in sweep.values]
    return tuple(map(float, values if sweep.key in TO_SCALE else range(len(values))))


def _frame(axes: Axes, panel: Panel) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.margins(x=0.04, y=0.1)
    axes.set_xticks(panel.places, panel.values)
    axes.set_xlabel(panel.key, color=SOFT, fontsize=TYPE - 1, labelpad=3)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short_score(value)))
    axes.tick_params(length=0, pad=5, labelsize=TYPE - 1, labelcolor=SOFT)
    axes.grid(axis="y", color=HAIR, linewidth=0.8)
    axes.set_axisbelow(True)
    if panel.chosen in panel.values:
        place = panel.places[panel.values.index(panel.chosen)]
        axes.axvline(place, color=SOFT, linewidth=1, linestyle=(0, (2, 2)), zorder=0)
        axes.text(
            place, 1.01, "chosen", color=SOFT, fontsize=TYPE - 1, ha="center", transform=axes.get_xaxis_transform()
        )


def _spaced(ends: Sequence[tuple[float, str, str]], limits: tuple[float, float]) -> Iterator[tuple[float, str, str]]:
    """Where the names of lines stand at their ends, pushed apart so that none covers another."""
    step = (limits[1] - limits[0]) * (TYPE + 3) / (HEIGHT - 58)
    last = -float("inf")
    placed = []
    for end, name, colour in sorted(ends):
        last = max(end, last + step)
        placed.append((last, name, colour))
    down = max(0.0, last - limits[1]) if placed else 0.0  # back into the panel
    yield from ((place - down, name, colour) for place, name, colour in placed)


def _alt(panel: Panel) -> str:
    measure = RANK_DISTANCE if panel.lines[0].name == DISTANCE else MAP
    lines = (
        f"{line.name} {', '.join(f'{v}: {number(m, measure)}' for v, m in zip(panel.values, line.means, strict=True))}"
        for line in panel.lines
    )
    chosen = f" Chosen: {panel.chosen}." if panel.chosen else ""
    return f"Curve of {panel.title} by {panel.key}. {'; '.join(lines)}.{chosen}"
