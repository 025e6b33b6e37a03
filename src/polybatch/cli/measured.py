"""How commands that measure end: the systems of a run in one table, and what it comes to. The report has the rest."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from polybatch.cli.ending import Ending, Grid, show

if TYPE_CHECKING:
    from polybatch.report import Report
    from polybatch.report.tables import Cell, Table

Form = Annotated[
    Literal["md", "json", "csv", "tex"] | None,
    typer.Option("--format", help="Print the results in this form instead.", show_default="a short answer"),
]


def show_measured(
    report: "Report",
    *,
    written: Sequence[tuple[str, Path]],
    then: Sequence[str],
    details: bool,
    form: str | None,
    quiet: bool,
) -> None:
    """Print a report: in short, or whole as Markdown (`details`) or in another form."""
    from polybatch.report import FORMATS

    if (details or form) and not quiet:
        typer.echo(FORMATS[form or "md"](report))
        for what, path in written:
            typer.echo(f"{what}: {path}", err=True)
        return
    show(short(report, written=written, then=then), quiet=quiet)


def short(report: "Report", *, written: Sequence[tuple[str, Path]], then: Sequence[str]) -> Ending:
    """What a report comes to, in sentences, and its collections in one table."""
    from polybatch.report.advice import advice_on
    from polybatch.report.tables import short_caption, short_table

    several = len(report.collections) > 1
    told: list[str] = [f"This run was cut short: {run.label}." for run in report.unfinished]
    told += report.cautions
    heads: tuple[str, ...] = ()
    rows: list[list[str]] = []
    bold: set[tuple[int, int]] = set()
    tables = {name: short_table(report, name) for name in report.collections}
    heads = max((table.heads for table in tables.values()), key=len)
    for name, table in tables.items():
        advice = advice_on(report, name)
        told.append(f"{name}: {advice.headline}" if several else advice.headline)
        told += [] if several else advice.sentences[:2]
        texts = _texts(table, heads)
        for row, cells in zip(table.rows, texts, strict=True):
            lead = [name] if several else []
            at = len(lead) + 1
            best = {table.heads[place] for place, cell in enumerate(row.cells) if cell.best}
            bold |= {(len(rows), at + place) for place, head in enumerate(heads) if head in best}
            rows.append([*lead, row.head, *cells])
    lead = ["Collection", "System"] if several else ["System"]
    grid = Grid([*lead, *heads], rows, words=len(lead), bold=frozenset(bold))
    return Ending(told, grid, short_caption(report), written, then)


def _texts(table: "Table", heads: Sequence[str]) -> list[list[str]]:
    """The cells of every row under these heads, each with its deviation, at one width, so that points line up."""
    places = [table.heads.index(head) if head in table.heads else None for head in heads]
    spreads = table.spreads
    return [["–" if at is None else _text(row.cells[at], spreads[at]) for at in places] for row in table.rows]


def _text(cell: "Cell", room: int) -> str:
    return f"{cell.text} {cell.spread:<{room}}" if room else cell.text
