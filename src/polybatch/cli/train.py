"""`polybatch train`: one system of a recipe, to a model folder."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import STRATEGIES_HELP, Data, Recipe
from polybatch.cli.progress import make_progress
from polybatch.errors import Fault, RecipeError
from polybatch.sampling.strategies import STRATEGIES


def train(
    recipe: Recipe,
    strategy: Annotated[str, typer.Option(help=f"How batches are made. {STRATEGIES_HELP}.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the model.", show_default=False)],
    seed: Annotated[int, typer.Option(help="Seed of the initial vectors, the batches and the dropout.", min=0)] = 1,
    data: Data = None,
) -> None:
    """Train one encoder with one strategy. SentenceTransformer(OUT) loads the result.

    It is the model that `polybatch run` trains for this strategy and seed. An existing model is replaced when the new
    one is whole.

    Example: polybatch train recipes/demo.toml --strategy hybrid --seed 1 --out models/hybrid
    """
    from polybatch.training.recipe import load_recipe
    from polybatch.training.run import train_one
    from polybatch.training.train import RECORD

    if strategy not in STRATEGIES:
        raise RecipeError([Fault("--strategy", repr(strategy), f"known: {', '.join(STRATEGIES)}")])
    if out.exists() and not (out / RECORD).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise RecipeError([Fault(str(out), "is not empty and holds no model of polybatch", "name another --out")])
    train_one(load_recipe(recipe), strategy, seed=seed, data=data, out=out, progress=make_progress())
    typer.echo(out)
