"""`polybatch report`: stored results as a page, as tables, as JSON. Loads no model."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer


def report(
    runs: Annotated[list[Path], typer.Argument(help="Out folders of run or evaluate.", show_default=False)],
    format: Annotated[Literal["html", "md", "json"], typer.Option(help="What to write.")] = "html",
    out: Annotated[Path | None, typer.Option(help="File to write to.", show_default="stdout")] = None,
) -> None:
    """Set the systems of one or more runs side by side.

    Goes to stdout, so that it pipes; where stdout is a terminal, html goes to report.html in the first run's folder.

    Example: polybatch report runs/news --format md
    """
    from polybatch.evaluation.results import REPORT
    from polybatch.files import write_text
    from polybatch.report import FORMATS, load_runs

    text = FORMATS[format](load_runs(runs))
    if out is None and format == "html" and sys.stdout.isatty():
        out = runs[0] / REPORT
    if out is None:
        typer.echo(text)
    else:
        write_text(out, text)
        typer.echo(out)
