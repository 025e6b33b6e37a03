"""The tables of a collection as cells: means, deviations, which is best. No markup and no files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import NamedTuple

from polybatch.measures.families import DEFAULT
from polybatch.records import Setting
from polybatch.report.findings import ranked
from polybatch.report.summary import (
    EXCESS,
    IDEAL_RANKER,
    MAP,
    RANDOM_RANKER,
    RANK_DISTANCE,
    Quantity,
    Report,
)
from polybatch.report.wording import NOT_RECORDED, language, listing, number


class Column(NamedTuple):
    """A column of the main table: a macro mean."""

    head: str
    setting: Setting
    measure: str


SHORT: Mapping[Setting, str] = {"monolingual": "Mo", "cross-lingual": "Cr", "multilingual": "Mul"}

COLUMNS = (
    Column("Mo mAP", "monolingual", MAP),
    Column("Cr mAP", "cross-lingual", MAP),
    Column("Mul mAP", "multilingual", MAP),
    Column("Mo R@1", "monolingual", "R@1"),
    Column("Cr R@1", "cross-lingual", "R@1"),
    Column("Mul R@10", "multilingual", "R@10"),
    Column("Rank distance", "multilingual", RANK_DISTANCE),
)


SHORT_HEADS = tuple(column.head for column in COLUMNS if column.measure in (MAP, RANK_DISTANCE))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a mean over seeds, its deviation, the seeds' values, and how it stands to the best of its column.

    `best` holds for every cell that prints the same mean as the best. `mean` is None where nothing was measured.
    """

    measure: str
    mean: float | None = None
    deviation: float | None = None
    values: tuple[float, ...] = ()
    best: bool = False

    @property
    def text(self) -> str:
        """The mean as it is printed, `–` where there is none."""
        return "–" if self.mean is None else number(self.mean, self.measure)

    @property
    def spread(self) -> str:
        """`± .004`, or nothing where there is no deviation."""
        return "" if self.deviation is None else f"± {number(self.deviation, self.measure).removeprefix('+')}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells under its head; `reference` rows stand apart and never win."""

    head: str
    cells: tuple[Cell, ...]
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column heads; `heads` leaves out the head of the rows' own heads."""

    corner: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def spreads(self) -> tuple[int, ...]:
        """The letters that each column's widest deviation takes; 0 where a column has none."""
        return tuple(max(len(row.cells[i].spread) for row in self.rows) for i in range(len(self.heads)))


def main_table(report: Report, collection: str) -> Table:
    """Systems by the macro means of the settings, and a random and an ideal ranker; what none has is no column.

    COLUMNS, and after them every measure that was asked for by name.
    """
    columns = [*COLUMNS, *_asked(report)]
    quantities = [Quantity.macro(collection, column.setting, column.measure) for column in columns]
    return _by_system(report, collection, "System", [column.head for column in columns], quantities)


def _asked(report: Report) -> list[Column]:
    """A column in each setting for the measures that somebody asked for by name, those of the table left out."""
    asked = _asked_measures(report)
    found = [Column(f"{SHORT[setting]} {name}", setting, name) for name in asked for setting in SHORT]
    shown = {(column.setting, column.measure) for column in COLUMNS}
    return [column for column in found if (column.setting, column.measure) not in shown]


def _asked_measures(report: Report) -> dict[str, None]:
    """The measures that somebody asked for by name, each once, in their order."""
    lists = [run.manifest.measures for run in report.runs]
    return dict.fromkeys(name for names in lists if set(names) != set(DEFAULT) for name in names)


def short_table(report: Report, collection: str) -> Table:
    """The main table with mAP of the settings, rank distance and what was asked for by name, and the random ranker."""
    whole = main_table(report, collection)
    measures = {column.head: column.measure for column in (*COLUMNS, *_asked(report))}
    asked = _asked_measures(report)
    kept = [head in SHORT_HEADS or measures[head] in asked for head in whole.heads]
    rows = [replace(row, cells=tuple(compress(row.cells, kept))) for row in whole.rows if row.head != IDEAL_RANKER]
    return Table(whole.corner, tuple(compress(whole.heads, kept)), tuple(rows))


def distance_table(report: Report, collection: str) -> Table | None:
    """Systems by rank distance per query language and their mean, and both rankers; None if never measured."""
    macro = Quantity.macro(collection, "multilingual", RANK_DISTANCE)
    found = report.quantities(collection, measure=RANK_DISTANCE)
    if not found:
        return None
    quantities = [*(quantity for quantity in found if quantity != macro), macro]
    heads = [language(quantity.query_language) for quantity in quantities]
    return _by_system(report, collection, "System", heads, quantities)


def excess_table(report: Report, collection: str) -> Table | None:
    """Systems by the excess of the query's language in the top ten; None if never measured. None is best."""
    macro = Quantity.macro(collection, "multilingual", EXCESS)
    found = report.quantities(collection, measure=EXCESS)
    if not found:
        return None
    quantities = [*(quantity for quantity in found if quantity != macro), macro]
    heads = [language(quantity.query_language) for quantity in quantities]
    table = _by_system(report, collection, "System", heads, quantities)
    plain = [replace(row, cells=tuple(replace(cell, best=False) for cell in row.cells)) for row in table.rows]
    return replace(table, rows=tuple(plain))


def direction_table(report: Report, collection: str) -> Table | None:
    """Directions by the cross-lingual mAP of every system; None where no direction was measured."""
    systems = report.systems_of(collection)
    codes = report.query_languages(collection), report.passage_languages(collection)
    rows = []
    for quantity in (
        Quantity(collection, "cross-lingual", query, passage, MAP)
        for query in codes[0]
        for passage in codes[1]
        if query != passage
    ):
        cells = judged(report, quantity)
        if any(cell.mean is not None for cell in cells):
            head = f"{language(quantity.query_language)} → {language(quantity.passage_language)}"
            rows.append(Row(head, cells))
    return Table("Direction", tuple(system.title for system in systems), tuple(rows)) if rows else None


def caption(report: Report, collection: str) -> str:
    """What the main table's numbers rest on, and what ± and bold mean."""
    counts = {setting: report.queries(collection, setting) for setting in SHORT}
    judged_in = [setting for setting, count in counts.items() if count is not None]
    queries = listing(f"{counts[setting]:,} {setting}" for setting in judged_in)
    names = listing(f"{language(code)} ({code})" for code in report.languages(collection))
    told = [f"{collection}: means over directions, and over seeds. Languages: {names}."]
    told.append(f"Queries, summed over directions: {queries or NOT_RECORDED}.")
    if notes := report.notes(collection):
        told.append(" ".join(f"{key[:1].upper()}{key[1:]}: {note}." for key, note in notes.items()))
    if judged_in:
        told.append(f"{', '.join(SHORT[setting] for setting in judged_in)}: {', '.join(judged_in)}.")
    if any(report.seeds_of(system, collection) != (None,) for system in report.systems_of(collection)):
        told.append(f"Seeds: {_seeds(report, collection)}.")
    else:
        told.append("Nothing here was trained with a seed, so there is no deviation over seeds.")
    if any(cell.deviation is not None for row in main_table(report, collection).rows for cell in row.cells):
        told.append("± is the standard deviation over seeds (n−1), which is not a significance test.")
    elif report.seeds:
        told.append("One seed each: no deviation over seeds.")
    if len(report.systems_of(collection)) > 1:
        told.append("Best in bold.")
    return " ".join(told)


def short_caption(report: Report) -> str:
    """What the columns of short tables mean, in two lines."""
    told = ["mAP within one language (Mo), across two (Cr), in the pool of all languages (Mul)."]
    told.append("Rank distance: the number of ranks between the versions of an answer in that pool; lower is better.")
    if any(len(report.seeds_of(system, name)) > 1 for name in report.collections for system in report.systems_of(name)):
        told.append("±: standard deviation over seeds.")
    return " ".join(told)


def _seeds(report: Report, collection: str) -> str:
    """`1, 2 and 3; 1 for X-Y; none for Untuned`: the seeds of most systems, then those of the others."""
    systems_of: dict[tuple[int | None, ...], list[str]] = {}
    for system in report.systems_of(collection):
        systems_of.setdefault(report.seeds_of(system, collection), []).append(system.title)
    most, *others = sorted(systems_of, key=lambda seeds: (-len(seeds), seeds != (None,)))
    spelled = {seeds: listing(seed for seed in seeds if seed is not None) or "none" for seeds in systems_of}
    return "; ".join([spelled[most], *(f"{spelled[seeds]} for {listing(systems_of[seeds])}" for seeds in others)])


def _by_system(
    report: Report, collection: str, corner: str, heads: Sequence[str], quantities: Sequence[Quantity]
) -> Table:
    systems = report.systems_of(collection)
    measured = [any(report.estimate(system, quantity) for system in systems) for quantity in quantities]
    if any(measured):
        heads, quantities = list(compress(heads, measured)), list(compress(quantities, measured))
    columns = [judged(report, quantity) for quantity in quantities]
    rows = [Row(system.title, cells) for system, cells in zip(systems, zip(*columns, strict=True), strict=True)]
    for head, values in ((RANDOM_RANKER, report.chance), (IDEAL_RANKER, report.ideal)):
        cells = tuple(Cell(quantity.measure, values.get(quantity)) for quantity in quantities)
        if any(cell.mean is not None for cell in cells):
            rows.append(Row(head, cells, reference=True))
    return Table(corner, tuple(heads), tuple(rows))


def judged(report: Report, quantity: Quantity) -> tuple[Cell, ...]:
    """One quantity's cells, in the order of the collection's systems, each held against the best."""
    systems = report.systems_of(quantity.collection)
    order = ranked(report, quantity)
    top = order[0] if len(order) > 1 else None
    cells = []
    for system in systems:
        estimate = report.estimate(system, quantity)
        if estimate is None:
            cells.append(Cell(quantity.measure))
            continue
        best = top is not None and number(estimate.mean, quantity.measure) == number(top[1].mean, quantity.measure)
        cells.append(Cell(quantity.measure, estimate.mean, estimate.deviation, estimate.values, best))
    return tuple(cells)
