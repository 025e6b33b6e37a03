"""`polybatch run`: a whole recipe, trained, evaluated and reported."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.ending import Details, Quiet, then_command
from polybatch.cli.measured import Form, show_measured
from polybatch.cli.narrowing import Seeds, Systems, narrowed
from polybatch.cli.options import Data, Recipe, Vectors, command_line
from polybatch.cli.tracking import Track, parse_trackers
from polybatch.errors import DataError
from polybatch.training.processes import joined

Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the run.", show_default="runs/ and the recipe's name")
]

Table = Annotated[
    Path | None,
    typer.Option(
        "--table",
        help="Folder of rows that `polybatch data build` wrote from the recipe.",
        show_default="built from the recipe",
    ),
]


def run(
    recipe: Recipe,
    out: Out = None,
    data: Data = None,
    table: Table = None,
    systems: Systems = None,
    seeds: Seeds = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan with estimates, and load no model.")
    ] = False,
    track: Track = "auto",
    cache: Vectors = None,
    details: Details = False,
    form: Form = None,
    quiet: Quiet = False,
) -> None:
    """Train and evaluate every system of a recipe, say which one to use, and write a report.

    The out folder then holds results.json, ranks.parquet, manifest.json, report.html, and the trained models under
    systems/. If a run was stopped or killed, the same command continues it. For several processes on one or more
    machines, put `torchrun --nproc-per-node N -m` before the command; each process takes its share of every batch.

    Example: polybatch run recipes/news-sw-ne.toml --data DIR --out runs/news
    """
    from polybatch.cli.processes import progress_of
    from polybatch.experiment.recipe import load_recipe
    from polybatch.experiment.run import run_recipe
    from polybatch.files import write_text
    from polybatch.report import load_runs, to_html
    from polybatch.report.advice import advised_model
    from polybatch.results.store import REPORT

    checked, trackers = narrowed(load_recipe(recipe), systems=systems, seeds=seeds), parse_trackers(track)
    folder = out or Path("runs") / checked.name
    if dry_run:
        from polybatch.cli.progress import make_progress
        from polybatch.experiment.estimate import dry_run_text
        from polybatch.experiment.unread import plan_without_data

        try:
            plan = dry_run_text(checked, data=data, folder=folder, table=table, progress=make_progress())
        except DataError:
            typer.echo(plan_without_data(checked) + "\n")
            raise
        typer.echo(plan)
        return
    named = (
        ("--out", out),
        ("--data", data),
        ("--table", table),
        ("--cache", cache),
        ("--systems", systems),
        ("--seeds", seeds),
    )
    command = command_line("run", recipe, *(part for option, path in named if path for part in (option, path)))
    with joined() as processes:
        progress = progress_of(processes, folder)
        run_recipe(
            checked,
            data=data,
            out=folder,
            progress=progress,
            command=command,
            table=table,
            processes=processes,
            track=trackers,
            vectors=cache,
        )
    if not processes.first:
        return
    report = load_runs([folder])
    write_text(folder / REPORT, to_html(report))
    written, then = [("report", folder / REPORT)], [then_command("compare", folder)]
    if model := advised_model(report):
        written.append(("model", folder / model))
        then = [then_command("index", folder / model, "ARTICLES", "--out", "INDEX")]
    show_measured(report, written=written, then=then, details=details, form=form, quiet=quiet)
