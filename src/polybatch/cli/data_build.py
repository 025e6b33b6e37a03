"""`polybatch data build`: the rows that a recipe trains on, written once as a table. Loads no model."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import Data, Recipe, command_line
from polybatch.cli.progress import make_progress


def build(
    recipe: Recipe,
    out: Annotated[
        Path, typer.Option(help="Folder for the table: a new one, or one built before.", show_default=False)
    ],
    data: Data = None,
) -> None:
    """Write the rows that a recipe trains on as one aligned table, their texts normalised as the recipe says.

    A row is an item, with a column for each language's query and passage. Prints how many rows there are of each
    dataset, language and direction, and how many were left out and why; manifest.json has all of it, with the
    licences and hashes of the texts. Stopped, the same command goes on from there; done, it only checks that the
    recipe's sources and their files are still the same. The folder is read memory-mapped, whatever its size.

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
    typer.echo(to_text(built))
