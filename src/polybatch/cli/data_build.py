"""`polybatch data build`: the rows that a recipe trains on, written once as a table. Loads no model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from polybatch.cli.ending import Details, Ending, Grid, Quiet, show, then_command
from polybatch.cli.options import Data, Recipe, command_line
from polybatch.cli.progress import make_progress

if TYPE_CHECKING:
    from polybatch.data.building import Built


def build(
    recipe: Recipe,
    out: Annotated[
        Path, typer.Option(help="Folder for the table: a new one, or one built before.", show_default=False)
    ],
    data: Data = None,
    details: Details = False,
    quiet: Quiet = False,
) -> None:
    """Write the rows that a recipe trains on as one aligned table, normalised as the recipe says.

    The table has a row per item, and columns for the query and passage in each language. Prints the number of rows of
    each dataset, language and direction, and of rows that were left out, with the reason. manifest.json adds the
    licences and hashes of the texts. If the command was stopped, run it again to continue. If the table is complete,
    it only checks that the recipe's sources and their files are unchanged. The table is memory-mapped when it is read.

    Example: polybatch data build recipes/news-sw-ne.toml --out tables/news
    """
    from polybatch.data.building import build_table
    from polybatch.data.building.summary import to_text
    from polybatch.data.collections.table import missing_data
    from polybatch.errors import DataError
    from polybatch.experiment.recipe import load_recipe

    checked = load_recipe(recipe)
    needed = {folder: upstream for source in checked.train for folder, upstream in source.folders().items()}
    if needed and data is None:
        raise DataError([missing_data(needed, where=f"recipe {checked.name}")])
    where: tuple[str | Path, ...] = ("--data", data) if data else ()
    command = command_line("data", "build", recipe, "--out", out, *where)
    built = build_table(
        checked.train,
        out,
        data=data or Path(),
        normalisation=checked.normalisation,
        command=command,
        progress=make_progress(),
    )
    if details and not quiet:
        typer.echo(to_text(built))
        return
    show(_ending(built, recipe, out), quiet=quiet)


def _ending(built: "Built", recipe: Path, out: Path) -> Ending:
    """How many rows there are, in which languages, and a line for each dataset."""
    from polybatch.data.building.summary import dataset_rows
    from polybatch.report.wording import listing, plural

    heads, *rows = dataset_rows(built)
    left_out = sum(sum(one["left_out"].values()) for one in built.manifest["datasets"])
    told = [f"{plural(built.manifest['rows'], 'row')} in {listing(built.manifest['languages'])}."]
    told += (
        [f"{plural(left_out, 'row')} left out; --details says why, and counts languages and directions."]
        if left_out
        else []
    )
    then = then_command("run", recipe, "--table", out)
    return Ending(told, Grid(heads, rows), written=[("table", out)], then=[then])
