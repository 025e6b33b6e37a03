"""`polybatch data check`: what is wrong with training rows, and where. Nothing is mended."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from polybatch.cli.ending import Details, Ending, Grid, show
from polybatch.cli.options import COLLECTIONS_HELP, Data, parse_languages
from polybatch.cli.progress import make_progress
from polybatch.data.checking.table import CHECKS

if TYPE_CHECKING:
    from polybatch.data.checking.report import CheckReport

PLACE = 40  # letters of a cell, of which the end says most
CHECKS_HELP = "Checks to make, such as encoding,duplicate. " + "; ".join(
    f"[bold]{name}[/bold]: {one.about}" for name, one in CHECKS.items()
)


def check(
    rows: Annotated[
        Path,
        typer.Argument(
            help="A recipe, whose [[train]] tables are checked; a folder that data build wrote; or a .jsonl, .tsv or "
            ".tmx file.",
            show_default=False,
        ),
    ],
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="A test collection whose texts must not be trained on; may be repeated. " + COLLECTIONS_HELP + ".",
            show_default=False,
        ),
    ] = None,
    checks: Annotated[str | None, typer.Option(help=CHECKS_HELP, show_default="all")] = None,
    format: Annotated[
        Literal["text", "json"] | None,
        typer.Option(
            help="text lists the first places of each kind, json all of them.", show_default="a line for each kind"
        ),
    ] = None,
    details: Details = False,
    languages: Annotated[
        str | None,
        typer.Option(help="Languages of a file, such as en,sw; a .tmx file needs them.", show_default="all there are"),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(help="Processes that check rows.", min=1, show_default="one per core")
    ] = None,
    data: Data = None,
) -> None:
    """List problems in training rows, with their places. The exit status is 1 only if rows cannot be read.

    A finding need not be an error; you decide. For example, a query may stand in its passage because passages begin
    with their query's sentence, and a duplicate may be a second translation. Nothing is changed.

    Example: polybatch data check recipes/news-sw-ne.toml --against ntrex-news
    """
    from polybatch.data.checking.check import check_sources
    from polybatch.data.checking.report import FORMATS
    from polybatch.data.collections.table import load_collections, missing_data
    from polybatch.data.opening import open_source
    from polybatch.errors import DataError
    from polybatch.experiment.recipe import load_recipe

    if rows.suffix == ".toml":
        sources = list(load_recipe(rows).train)
        needed = {folder: upstream for source in sources for folder, upstream in source.folders().items()}
        if needed and data is None:
            raise DataError([missing_data(needed, where=str(rows))])
        folder = data or Path()
    else:
        sources, folder = [open_source(rows, languages=parse_languages(languages))], rows.parent
    report = check_sources(
        sources,
        folder,
        checks=checks.split(",") if checks is not None else None,
        against=load_collections(against or (), data=data),
        processes=processes,
        progress=make_progress(),
    )
    if details or format:
        typer.echo(FORMATS[format or "text"](report))
    else:
        show(_ending(report))
    if report.faults:
        raise typer.Exit(1)


def _ending(report: "CheckReport") -> Ending:
    """How many rows there are, and a line for each kind of finding, with its first place."""
    from polybatch.data.checking.report import SHOWN
    from polybatch.report.wording import plural

    told = [f"{one.name}: {plural(one.read, 'row')} read, {one.items:,} used." for one in report.sources]
    rows = []
    for one in report.sources:
        for kind, counts in (("left out", one.left_out), ("note", one.notes)):
            for reason, count in counts.items():
                rows.append(
                    [one.name, f"{kind}: {reason}", next(iter(one.places.get(reason, ())), ""), f"{count:,}", ""]
                )
        for name, found in one.checks.items():
            if found.rows:
                first = f"{found.findings[0].where} {found.findings[0].language}" if found.findings else ""
                rows.append([one.name, name, first, f"{found.rows:,}", f"{found.rows / one.items:.1%}"])
    clean = {name for one in report.sources for name, found in one.checks.items() if not found.rows}
    clean -= {row[1] for row in rows}
    told += [f"Fault: {fault}." for fault in report.faults[:SHOWN]]
    if len(report.faults) > SHOWN:
        told.append(f"And {len(report.faults) - SHOWN:,} more faults.")
    told += [f"Nothing found by {', '.join(sorted(clean))}."] if clean else []
    cut = [[cell if len(cell) <= PLACE else f"…{cell[1 - PLACE :]}" for cell in row] for row in rows]
    grid = Grid(["source", "finding", "first place", "rows", "share"], cut, words=3)
    return Ending(told, grid, "--details says what each finding means and lists the first places." if rows else "")
