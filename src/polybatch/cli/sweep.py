"""`polybatch sweep`: one key of a recipe over several values, chosen on development data, tested once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from polybatch.cli.ending import Details, Ending, Grid, Quiet, show, then_command
from polybatch.cli.narrowing import Seeds, Systems, narrowed
from polybatch.cli.options import Data, Recipe, command_line
from polybatch.cli.run import Table
from polybatch.cli.tracking import Track, parse_trackers
from polybatch.errors import Fault, RecipeError
from polybatch.training.processes import joined

if TYPE_CHECKING:
    from polybatch.experiment.sweeping.sweep import Found


def sweep(
    recipe: Recipe,
    alpha: Annotated[
        str | None, typer.Option(help="Shares of monolingual batches in hybrid.", metavar="0,.25,.5,.75,1")
    ] = None,
    temperature: Annotated[str | None, typer.Option(help="Temperatures of the loss.", metavar=".01,.02,.05")] = None,
    composition: Annotated[
        str | None, typer.Option(help="Compositions of cross-lingual batches.", metavar="mixed,pair")
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(help="Shares of the training rows; passage groups stay whole.", metavar="1,.5,.25"),
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            help="Development collection, never one of the recipe's test; may be repeated.",
            show_default="the recipe's selection.development",
        ),
    ] = None,
    test: Annotated[
        bool, typer.Option("--test/--no-test", help="Test the chosen value once, on the recipe's test.")
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the sweep.", show_default="runs/ and the recipe's name, -sweep- and the key"
        ),
    ] = None,
    data: Data = None,
    table: Table = None,
    systems: Systems = None,
    seeds: Seeds = None,
    track: Track = "auto",
    details: Details = False,
    quiet: Quiet = False,
) -> None:
    """Train a recipe with each value of one key, choose a value on development data, then test it once.

    Each value is a run of its own, with all seeds and the systems that the key affects, evaluated on development data
    only. The value with the highest mean mAP over the three settings, systems and seeds is chosen. Values that are not
    significantly worse are named. The whole recipe is then run with the chosen value on its own test, in chosen/ of
    the out folder, and chosen/report.html includes the curve. Prints the table; sweep.json holds every number, and
    curve.svg the curve with its band over seeds. If a sweep was stopped, the same command continues it.

    Example: polybatch sweep recipes/news-sw-ne.toml --alpha 0,.25,.5,.75,1 --on global-voices-dev --data DIR
    """
    from polybatch.cli.processes import progress_of
    from polybatch.experiment.recipe import load_recipe
    from polybatch.experiment.sweeping import KEYS, run_sweep
    from polybatch.experiment.sweeping.keys import parse_values
    from polybatch.experiment.sweeping.markdown import to_markdown

    asked = {"alpha": alpha, "temperature": temperature, "composition": composition, "size": size}
    given = {key: text for key, text in asked.items() if text is not None}
    if len(given) != 1:
        works = "one of " + "; ".join(f"--{key}: {one.about}" for key, one in KEYS.items())
        raise RecipeError([Fault("polybatch sweep", f"{len(given) or 'no'} keys to sweep over", works)])
    ((key, text),) = given.items()
    values, trackers = parse_values(key, text), parse_trackers(track)
    checked = narrowed(load_recipe(recipe), systems=systems, seeds=seeds)
    folder = out or Path("runs") / f"{checked.name}-sweep-{key}"
    options: list[str | Path] = [f"--{key}", text]
    options += [word for one in on or () for word in ("--on", one)]
    options += [] if test else ["--no-test"]
    named = (("--out", out), ("--data", data), ("--table", table), ("--systems", systems), ("--seeds", seeds))
    options += [part for option, path in named if path for part in (option, path)]
    with joined() as processes:
        progress = progress_of(processes, folder)
        found = run_sweep(
            checked,
            key,
            values,
            on=on or (),
            test=test,
            data=data,
            out=folder,
            progress=progress,
            command=command_line("sweep", recipe, *options),
            table=table,
            processes=processes,
            track=trackers,
        )
    if not processes.first:
        return
    if found.chosen:
        from polybatch.files import write_text
        from polybatch.report import load_runs, to_html
        from polybatch.results.store import REPORT

        write_text(found.chosen / REPORT, to_html(load_runs([folder])))
    if details and not quiet:
        typer.echo(to_markdown(key, found.points, found.choice, development=found.development))
        return
    show(_ending(found, folder), quiet=quiet)


def _ending(found: "Found", folder: Path) -> Ending:
    """The value chosen, every value's scores on development data, and where the report of the test is."""
    from polybatch.experiment.sweeping.markdown import HEADS, cells
    from polybatch.experiment.sweeping.sweep import CURVE
    from polybatch.results.store import REPORT

    rows: list[list[str]] = []
    bold: set[tuple[int, int]] = set()
    for point in found.points:
        for scores in point.systems:
            if point.value == found.choice.value:
                bold.add((len(rows), 0))
            rows.append([point.value, scores.system, *cells(scores)])
    grid = Grid([found.key, "system", *HEADS.values(), "mean", "± seeds"], rows, words=2, bold=frozenset(bold))
    told = [f"Chosen on {', '.join(found.development)}: {found.choice.text}."]
    written, then = [("curve", folder / CURVE)], [then_command("report", folder)]
    if found.chosen:
        written.append(("report of the test", found.chosen / REPORT))
        then = [then_command("compare", found.chosen)]
    return Ending(told, grid, "Means over seeds, on development data.", written, then)
