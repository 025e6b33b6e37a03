"""`polybatch run`: a whole recipe, trained, judged and reported."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import Data, Recipe, command_line
from polybatch.cli.progress import make_progress

Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the run.", show_default="runs/ and the recipe's name")
]


def run(recipe: Recipe, out: Out = None, data: Data = None) -> None:
    """Train and judge every system of a recipe, print the comparison, write a report.

    The out folder then holds results.json, ranks.parquet, manifest.json, report.html, and each trained model under
    systems/. A run that was stopped goes on where it was when the same command is given again.

    Example: polybatch run recipes/news-sw-ne.toml --data DIR --out runs/news
    """
    from polybatch.evaluation.results import REPORT
    from polybatch.files import write_text
    from polybatch.report import load_runs, to_html, to_markdown
    from polybatch.training.recipe import load_recipe
    from polybatch.training.run import run_recipe

    checked = load_recipe(recipe)
    folder = out or Path("runs") / checked.name
    command = command_line("run", recipe, *(("--out", out) if out else ()), *(("--data", data) if data else ()))
    progress = make_progress()
    run_recipe(checked, data=data, out=folder, progress=progress, command=command)
    found = load_runs([folder])
    write_text(folder / REPORT, to_html(found))
    typer.echo(to_markdown(found))
    progress.say(f"report: {folder / REPORT}")
