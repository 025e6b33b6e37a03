"""The first screen of the page: which system to use, drawn and said, for each collection. No numbers worked out."""

from collections.abc import Sequence
from dataclasses import dataclass

from polybatch.report import figures
from polybatch.report.advice import Advice, advice_on, advised_model, intervals, next_to
from polybatch.report.findings import ranked
from polybatch.report.summary import MAP, RANK_DISTANCE, Quantity, Report, System
from polybatch.report.tables import Column, judged

PLOTS = (
    Column("mAP in the pool of all languages (Mul)", "multilingual", MAP),
    Column("mAP across languages (Cr)", "cross-lingual", MAP),
    Column("mAP within one language (Mo)", "monolingual", MAP),
    Column("Rank distance (lower is better)", "multilingual", RANK_DISTANCE),
)
MOST = 8  # systems in a plot of the first screen; the plots further down have all


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot with its title; the SVG is markup already."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The answer on one collection: words, pictures, whether these show intervals and all systems, the model to use."""

    collection: str
    advice: Advice
    pictures: tuple[Picture, ...]
    has_intervals: bool
    left_out: int
    model: str


def openings(report: Report) -> list[Opening]:
    """What stands at the top, a part for each collection."""
    return [_opening(report, name, f"o{number}") for number, name in enumerate(report.collections, 1)]


def _opening(report: Report, name: str, identity: str) -> Opening:
    shown = _shown(report, name)
    pictures, known = [], False
    for number, column in enumerate(PLOTS, 1):
        quantity = Quantity.macro(name, column.setting, column.measure)
        between = intervals(report, quantity)
        cells = dict(zip(report.systems_of(name), judged(report, quantity), strict=True))
        rows = [
            figures.IntervalRow(
                system.title, cells[system].mean or 0, cells[system].text, between.get(system.name), cells[system].best
            )
            for system in shown
            if cells[system].mean is not None
        ]
        if rows:
            known = known or any(row.interval for row in rows)
            alt = f"Dot plot, {column.head}: {'; '.join(f'{row.label} {row.text}' for row in rows)}"
            pictures.append(Picture(column.head, figures.interval_plot(rows, name=f"{identity}-{number}", alt=alt)))
    model = advised_model(report) if name == report.collections[0] else ""
    left_out = len(report.systems_of(name)) - len(shown)
    return Opening(name, advice_on(report, name), tuple(pictures), known, left_out, model)


def _shown(report: Report, name: str) -> Sequence[System]:
    """The systems that the plots have, in display order: those that the words are about, then the best."""
    systems = report.systems_of(name)
    order = [system for system, _ in ranked(report, Quantity.macro(name, "multilingual", MAP))]
    kept = list(dict.fromkeys([*next_to(report, name), *order, *systems]))[:MOST]
    return [system for system in systems if system in kept]
