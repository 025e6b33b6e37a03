"""The main figures as files for papers: PNG, SVG and PDF, in print colours. No markup, no numbers worked out."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from polybatch.files import written_aside
from polybatch.records import SETTINGS
from polybatch.report import figures
from polybatch.report.curves import draw_panel, gains, panels
from polybatch.report.heatmaps import HeatMaps, heat_maps, scale_colours
from polybatch.report.mixes import bar_rows
from polybatch.report.page import dot_rows, spread_rows
from polybatch.report.summary import MAP, RANK_DISTANCE, Report
from polybatch.report.tables import Column

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("png", "svg", "pdf")
DOTS = 300  # to the inch, of a PNG
ACROSS = 3  # heat maps side by side
PRINT = {
    figures.INK: "#16202a",
    figures.SOFT: "#55626f",
    figures.HAIR: "#d5dce3",
    figures.DOT: "#0072b2",
    figures.PAPER: "#ffffff",
    figures.MONO: "#0072b2",
    figures.CROSS: "#b34a00",
    figures.MULTI: "#007a5a",
}


def write_figures(report: Report, folder: Path) -> list[Path]:
    """Write every figure that the report has numbers for, named by collection and what it shows; the paths written.

    The same report gives the same bytes. A letter that matplotlib's own font lacks is a box in PNG and PDF; in SVG text
    stays text.
    """
    import matplotlib

    written = []
    style = {"svg.hashsalt": "polybatch", "svg.fonttype": "none", "pdf.fonttype": 42}
    with matplotlib.rc_context(style), warnings.catch_warnings():  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        for name, figure in _figures(report):
            _paint(figure)
            for kind in KINDS:
                path = folder / f"{name}.{kind}"
                dates = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
                with written_aside(path) as new:
                    figure.savefig(new, format=kind, dpi=DOTS if kind == "png" else 72, metadata=dates)
                written.append(path)
    return written


def _figures(report: Report) -> Iterator[tuple[str, Figure]]:
    for number, collection in enumerate(report.collections, 1):
        name = re.sub(r"[^\w.+-]+", "-", collection).strip(".-") or f"collection-{number}"
        columns = [Column(setting, setting, MAP) for setting in SETTINGS]
        for column in (*columns, Column("rank-distance", "multilingual", RANK_DISTANCE)):
            if rows := dot_rows(report, collection, column):
                yield f"{name}-{column.head}", figures.draw_dots(rows)
        if spreads := spread_rows(report, collection):
            yield f"{name}-rank-distance-queries", figures.draw_spreads(spreads)
        if maps := heat_maps(report, collection):
            yield f"{name}-heat-maps", _draw_heat(maps)
    for sweep in report.sweeps:
        for number, panel in enumerate((*gains(sweep), *panels(sweep)), 1):
            yield f"sweep-{sweep.key}-{number}", draw_panel(panel)
    if bars := bar_rows(report):
        yield "batches", figures.draw_bars(bars)


def _draw_heat(maps: HeatMaps) -> Figure:
    """The heat maps of all systems on one scale of colours, each cell with its number."""
    from matplotlib.figure import Figure

    colours = {step: (light, ink) for step, light, ink, _, _ in scale_colours()}
    wide, high = len(maps.columns), len(maps.maps[0].rows)
    down = -(-len(maps.maps) // ACROSS)
    across = min(ACROSS, len(maps.maps))
    figure = Figure(figsize=(across * (0.46 * wide + 0.6), down * (0.32 * high + 0.7)), layout="constrained")
    grid = list(chain.from_iterable(figure.subplots(down, across, squeeze=False)))
    for axes in grid:
        axes.set_axis_off()
    for axes, one in zip(grid, maps.maps, strict=False):
        axes.set_axis_on()
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=8, labeltop=True, labelbottom=False)
        axes.set_title(one.system.title, fontsize=9, parse_math=False)
        axes.set_xticks([x + 0.5 for x in range(wide)], maps.columns)
        axes.set_yticks([y + 0.5 for y in range(high)], [code for code, _ in one.rows])
        axes.set_xlim(0, wide)
        axes.set_ylim(high, 0)
        for y, (_, cells) in enumerate(one.rows):
            for x, cell in enumerate(cells):
                paper, ink = colours[cell.step] if cell.step is not None else ("#ffffff", PRINT[figures.SOFT])
                axes.fill([x, x + 1, x + 1, x], [y, y, y + 1, y + 1], color=paper, edgecolor="#ffffff", linewidth=1)
                weight = "bold" if cell.setting == "monolingual" else "normal"
                size = 7.5 if wide <= 6 else 6
                axes.text(
                    x + 0.5, y + 0.5, cell.text or "–", color=ink, ha="center", va="center", size=size, weight=weight
                )
    return figure


def _paint(figure: Figure) -> None:
    """Put print colours where a drawing has stand-ins for the page's own."""
    from matplotlib.colors import to_hex

    for artist in figure.findobj():
        for part in ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor"):
            get, put = getattr(artist, f"get_{part}", None), getattr(artist, f"set_{part}", None)
            if get is None or put is None:
                continue
            try:
                colour = PRINT.get(to_hex(get()))
            except (TypeError, ValueError):  # several colours, or none
                continue
            if colour:
                put(colour)
