"""`polybatch train`: one system of a recipe, to a model folder."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import STRATEGIES_HELP, Data, Recipe, command_line
from polybatch.cli.run import Table
from polybatch.cli.tracking import Track, parse_trackers
from polybatch.errors import Fault, RecipeError
from polybatch.sampling.strategies import STRATEGIES
from polybatch.training.processes import joined


def train(
    recipe: Recipe,
    strategy: Annotated[str, typer.Option(help=f"How batches are made. {STRATEGIES_HELP}.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the model.", show_default=False)],
    seed: Annotated[int, typer.Option(help="Seed of the initial vectors, the batches and the dropout.", min=0)] = 1,
    data: Data = None,
    table: Table = None,
    track: Track = "auto",
    push_to_hub: Annotated[
        str | None,
        typer.Option(help="Then upload the model, its card and its record to this name on the hub, as private."),
    ] = None,
) -> None:
    """Train one encoder with one strategy. SentenceTransformer(OUT) loads the result.

    It is the model that `polybatch run` trains for this strategy and seed. An existing model is replaced when the new
    one is whole. A training that was stopped, even killed, goes on at its last checkpoint when the same command is
    given again. For several processes put `torchrun --nproc-per-node N -m` before the command.

    Example: polybatch train recipes/demo.toml --strategy hybrid --seed 1 --out models/hybrid
    """
    from polybatch.cli.processes import progress_of
    from polybatch.encoders.loading import RECORD
    from polybatch.training.recipe import load_recipe
    from polybatch.training.run import train_one

    if strategy not in STRATEGIES:
        raise RecipeError([Fault("--strategy", repr(strategy), f"known: {', '.join(STRATEGIES)}")])
    if out.exists() and not (out / RECORD).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise RecipeError([Fault(str(out), "is not empty and holds no model of polybatch", "name another --out")])
    checked, trackers = load_recipe(recipe), parse_trackers(track)
    with joined() as processes:
        progress = progress_of(processes, out)
        train_one(
            checked,
            strategy,
            seed=seed,
            data=data,
            out=out,
            progress=progress,
            command=command_line("train", recipe, "--strategy", strategy, "--seed", str(seed), "--out", out),
            table=table,
            processes=processes,
            track=trackers,
        )
    if not processes.first:
        return
    if push_to_hub:
        from polybatch.training.hub import push_model

        progress.say(f"on the hub: {push_model(out, push_to_hub)}")
    typer.echo(out)
