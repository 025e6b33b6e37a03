"""`polybatch plan`: what the batches of a recipe would hold, before any training."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from polybatch.cli.options import Data, Recipe, command_line
from polybatch.cli.progress import make_progress
from polybatch.cli.run import Table


def plan(
    recipe: Recipe,
    seed: Annotated[int, typer.Option(help="Seed of the batches.", min=0)] = 1,
    data: Data = None,
    table: Table = None,
) -> None:
    """Show what the batches of each system of a recipe would hold, without training.

    Prints a table of directions with the rows of each dataset and the rows that each system draws. It also prints the
    batches of each kind, the largest batch without a repeated passage group, and directions that can never be drawn.

    Example: polybatch plan recipes/demo.toml
    """
    from polybatch.experiment.inputs import load_inputs
    from polybatch.experiment.preview import preview, to_text
    from polybatch.experiment.recipe import load_recipe

    checked = load_recipe(recipe)
    with TemporaryDirectory(prefix="polybatch-") as folder:
        inputs = load_inputs(
            checked,
            data=data,
            folder=Path(folder),
            command=command_line("plan", recipe),
            progress=make_progress(),
            table=table,
            test=False,
            train=False,
        )
        typer.echo(to_text(inputs.table.shape, preview(checked, inputs.table.shape, seed=seed)))
