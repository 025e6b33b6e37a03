"""The report as one self-contained HTML page: what its template needs, put together. No numbers worked out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from polybatch.records import SETTINGS
from polybatch.report import figures, mixes, wording
from polybatch.report.answer import Answer
from polybatch.report.cases import Examples
from polybatch.report.claims import ABOUT, decided_rows, undecided
from polybatch.report.curves import Curve, curves, sweep_table, told
from polybatch.report.findings import statement
from polybatch.report.heatmaps import HeatMaps, heat_maps, scale_colours
from polybatch.report.opening import openings
from polybatch.report.published import CAPTION, disagreement, published_table
from polybatch.report.queries import SHARES
from polybatch.report.summary import MAP, RANK_DISTANCE, UNTRAINED, Quantity, Report, System
from polybatch.report.tables import Column, Table, caption, distance_table, excess_table, judged, main_table
from polybatch.results.manifest import Manifest
from polybatch.results.store import ALL
from polybatch.results.sweep import Sweep
from polybatch.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Plot:
    """A dot plot: its title, its SVG, which is markup already, and whether an arrow stands for a system."""

    title: str
    svg: str
    arrows: bool


@dataclass(frozen=True, slots=True)
class CollectionPart:
    """What the page shows of one collection; `anchor` is its id on the page."""

    name: str
    anchor: str
    languages: tuple[str, ...]
    answers: tuple[Answer, ...]
    statement: str
    caption: str
    main: Table
    plots: tuple[Plot, ...]
    heat: HeatMaps | None
    distance: Table | None
    distance_plot: Plot | None
    spread: str | None
    excess: Table | None
    published: Table | None
    disagreement: str
    licence: str
    examples: Examples | None


@dataclass(frozen=True, slots=True)
class SweepPart:
    """What the page shows of one sweep; `anchor` is its id on the page."""

    sweep: Sweep
    anchor: str
    curves: tuple[Curve, ...]
    table: Table | None
    told: tuple[str, ...]


def to_html(report: Report) -> str:
    """One page that asks nothing of the network; the same report gives the same bytes."""
    template = _environment().get_template("page.html.j2")
    return template.render(
        report=report,
        openings=openings(report),
        parts=[_part(report, name, f"c{number}") for number, name in enumerate(report.collections, 1)],
        sweeps=[_sweep(one, f"s{number}") for number, one in enumerate(report.sweeps, 1)],
        published_about=CAPTION,
        steps=scale_colours(),
        mix=mixes.mixes(report),
        claims=decided_rows(report.claims),
        undecided=undecided(report.claims),
        claims_about=ABOUT,
        training=_shared(report, lambda manifest: manifest.training),
        collections=_shared(report, lambda manifest: manifest.collections),
        version=__version__,
        ALL=ALL,
        NOT_RECORDED=wording.NOT_RECORDED,
    )


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("polybatch.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        language=wording.language,
        direction=wording.direction,
        score=lambda value: wording.number(value, MAP),
        listing=wording.listing,
        machine=wording.machine,
        whole=_whole,
        plural=wording.plural,
        duration=wording.duration,
        date=wording.date,
    )
    return environment


def _whole(text: str, systems: Sequence[System]) -> "Markup":
    """Text as markup in which no line breaks within a short title, at the hyphen of X-Y for one."""
    from markupsafe import Markup, escape

    titles = sorted({system.title for system in systems if len(system.title) <= 16}, key=len, reverse=True)
    if not titles:
        return escape(text)
    pieces = re.split(rf"(?<!\w)({'|'.join(map(re.escape, titles))})(?!\w)", text)
    known = set(titles)
    return Markup("").join(
        Markup('<span class="whole">{}</span>').format(piece) if piece in known else escape(piece) for piece in pieces
    )


def _part(report: Report, name: str, anchor: str) -> CollectionPart:
    spread = Column("Rank distance", "multilingual", RANK_DISTANCE)
    plots = (
        _plot(report, name, Column(setting.capitalize(), setting, MAP), f"{anchor}-{setting}") for setting in SETTINGS
    )
    return CollectionPart(
        name=name,
        anchor=anchor,
        languages=report.languages(name),
        answers=report.answers_on(name),
        statement="" if report.answers_on(name) else statement(report, name),
        caption=caption(report, name),
        main=main_table(report, name),
        plots=tuple(plot for plot in plots if plot),
        heat=heat_maps(report, name),
        distance=distance_table(report, name),
        distance_plot=_plot(report, name, spread, f"{anchor}-distance"),
        spread=_spread(report, name, f"{anchor}-spread"),
        excess=excess_table(report, name),
        published=published_table(report, name),
        disagreement=disagreement(report, name),
        licence=next((one.licence for run in report.runs for one in run.manifest.collections if one.name == name), ""),
        examples=next((one for one in report.examples if one.collection == name), None),
    )


def _sweep(sweep: Sweep, anchor: str) -> SweepPart:
    return SweepPart(sweep, anchor, curves(sweep, name=anchor), sweep_table(sweep), told(sweep))


def dot_rows(report: Report, name: str, column: Column) -> list[figures.DotRow]:
    """Every system's seeds in one macro mean, in display order; those that were not measured are left out."""
    cells = judged(report, Quantity.macro(name, column.setting, column.measure))
    return [
        figures.DotRow(
            system.title, cell.values, cell.mean, cell.text, cell.best, background=system.strategy in UNTRAINED
        )
        for system, cell in zip(report.systems_of(name), cells, strict=True)
        if cell.mean is not None
    ]


def _plot(report: Report, name: str, column: Column, identity: str) -> Plot | None:
    """Every system's seeds in one macro mean; None where it was not measured."""
    rows = dot_rows(report, name, column)
    if not rows:
        return None
    values = "; ".join(f"{row.label} {row.text}" for row in rows)
    alt = f"Dot plot, {column.head}: {values}"
    arrows = any(figures.off_scale(row, figures.shown_range(rows)) for row in rows)
    return Plot(column.head, figures.dot_plot(rows, name=identity, alt=alt), arrows)


def spread_rows(report: Report, name: str) -> list[figures.SpreadRow]:
    """The quantiles of rank distance of every system of a collection, in display order."""
    found = {one.system: one for one in report.spreads if one.collection == name}
    return [
        figures.SpreadRow(system.title, found[system.name].quantiles, f"{found[system.name].quantiles[2]:,.0f}")
        for system in report.systems_of(name)
        if system.name in found
    ]


def _spread(report: Report, name: str, identity: str) -> str | None:
    rows = spread_rows(report, name)
    told = "; ".join(f"{row.label} {', '.join(f'{value:,.0f}' for value in row.quantiles)}" for row in rows)
    shares = ", ".join(f"{share:.0%}" for share in SHARES)
    alt = f"Rank distance by system, at {shares} of queries: {told}"
    return figures.spread_plot(rows, name=identity, alt=alt) if rows else None


Entry = TypeVar("Entry")


def _shared(report: Report, entries: Callable[[Manifest], Sequence[Entry]]) -> list[tuple[Entry, list[str]]]:
    """Entries of all manifests, equal ones once, each with the labels of the runs that list it."""
    found: list[tuple[Entry, list[str]]] = []
    for run in report.runs:
        for entry in entries(run.manifest):
            labels = next((labels for known, labels in found if known == entry), None)
            if labels is None:
                found.append((entry, labels := []))
            labels.append(run.label)
    return found
