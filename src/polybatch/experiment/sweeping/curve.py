"""The curve of a sweep as one SVG: mAP by value, a line for each setting, bands over seeds."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from polybatch.experiment.sweeping.choice import Choice
from polybatch.experiment.sweeping.keys import KEYS
from polybatch.experiment.sweeping.points import Point
from polybatch.files import written_aside
from polybatch.records import SETTINGS
from polybatch.results.sweep import MACRO, TO_SCALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"monolingual": "#0072b2", "cross-lingual": "#d55e00", "multilingual": "#009e73", MACRO: "#000000"}
WIDTH, HEIGHT = 4.6, 3.8  # inches of one system's panel


def write_curve(path: Path, key: str, points: Sequence[Point], choice: Choice, *, development: Sequence[str]) -> None:
    """Write the SVG in one step, the same bytes every time: a panel for each system, bands of one deviation."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "polybatch"}):
        figure = draw(key, points, choice, development=development)
        with written_aside(path) as new:
            figure.savefig(new, format="svg", metadata={"Date": None})


def draw(key: str, points: Sequence[Point], choice: Choice, *, development: Sequence[str]) -> "Figure":
    """The figure, without pyplot and so without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    systems = points[0].systems
    figure = Figure(figsize=(WIDTH * len(systems) + 0.4, HEIGHT), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(systems), sharey=True, squeeze=False)[0]
    places = [float(one.value) for one in points] if key in TO_SCALE else [float(n) for n in range(len(points))]
    for number, axes in enumerate(panels):
        axes.set_title(systems[number].system, fontsize=11, loc="left")
        _lines(axes, places, [point.systems[number].columns for point in points], joined=KEYS[key].is_number)
        chosen = next(place for place, point in zip(places, points, strict=True) if point.value == choice.value)
        axes.axvline(chosen, color="#777777", linewidth=0.8, linestyle=":", zorder=0)
        axes.set_xticks(places, [point.value for point in points])
        axes.set_xlabel(f"{key} (dotted: chosen)")
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("mAP")
    seeds = len(points[0].seeds)
    band = f"mean and ± 1 deviation of {seeds} seeds" if seeds > 1 else "one seed, no band"
    figure.suptitle(f"{', '.join(development)} (development); {band}", fontsize=9, color="#444444")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=2 if len(systems) == 1 else len(handles),
        frameon=False,
        fontsize=9,
    )
    return figure


def _lines(
    axes: "Axes", places: Sequence[float], columns: Sequence[dict[str, tuple[float, ...]]], *, joined: bool
) -> None:
    """A line with its band for each setting; points with bars where the values have no order that a line would show."""
    for name in (*SETTINGS, MACRO):
        if name not in columns[0]:
            continue
        values = np.array([one[name] for one in columns])  # (points, seeds)
        means = values.mean(axis=1)
        spread = values.std(axis=1, ddof=1) if values.shape[1] > 1 else np.zeros(len(values))
        if not joined:
            axes.errorbar(places, means, spread, fmt="o", color=COLOURS[name], capsize=3, label=name)
            continue
        width = 2.2 if name == MACRO else 1.4
        axes.plot(places, means, "o-", color=COLOURS[name], linewidth=width, markersize=4, label=name)
        axes.fill_between(places, means - spread, means + spread, color=COLOURS[name], alpha=0.15, linewidth=0)
