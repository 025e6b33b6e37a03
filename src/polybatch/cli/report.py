"""`polybatch report`: stored results as a page, tables, figures, JSON. Loads no model."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from polybatch.cli.progress import make_progress


def report(
    runs: Annotated[
        list[Path], typer.Argument(help="Out folders of run or evaluate; of sweep, for its curve.", show_default=False)
    ],
    format: Annotated[Literal["html", "md", "json", "tex", "csv"], typer.Option(help="What to write.")] = "html",
    out: Annotated[Path | None, typer.Option(help="File to write to.", show_default="stdout")] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Folder for the main figures: PNG, SVG, PDF.", show_default="none")
    ] = None,
) -> None:
    """Compare the systems of one or more runs on one page, which loads nothing from the network.

    For finished runs, the page also tests their claims, as `polybatch claims` does. The text goes to stdout. If stdout
    is a terminal, html goes to report.html in the first run's folder.

    The folder of a sweep adds its curve; given alone, the report shows its run on the test. Systems that were
    evaluated on different languages, queries, passages or candidate texts are not put into one table, and the page
    says why. An unfinished run is shown as far as it went, and marked. tex and csv hold the main tables.

    Example: polybatch report runs/news --format md --figures figures
    """
    from polybatch.files import write_text
    from polybatch.report import FORMATS, load_runs, write_figures
    from polybatch.results.store import REPORT

    text = FORMATS[format](found := load_runs(runs, progress=make_progress()))
    if figures is not None:
        written = write_figures(found, figures)
        typer.echo(f"{len(written)} figures in {figures}", err=True)
    if out is None and format == "html" and sys.stdout.isatty():
        out = runs[0] / REPORT
    if out is None:
        typer.echo(text)
    else:
        write_text(out, text)
        typer.echo(out)
