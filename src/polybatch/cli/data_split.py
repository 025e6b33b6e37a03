"""`polybatch data split`: folders of translated articles into an experiment: training texts, held-out test, recipe."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import parse_folders
from polybatch.cli.progress import make_progress


def split(
    folders: Annotated[
        list[str],
        typer.Argument(help="Language and folder of its articles, such as en=articles/en.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="Folder for training texts, test and recipe.", show_default=False)],
    licence: Annotated[str, typer.Option(help="Terms of the texts, for manifests and reports.")] = "private",
    share: Annotated[float, typer.Option(help="Share of the articles held out to judge by.", min=0.02, max=0.5)] = 0.2,
) -> None:
    """Make an experiment of your own articles: what to train on, what to judge by, and two recipes. Prints the first.

    Each article is a UTF-8 text file whose first line is its headline; files of one name are translations of each
    other. Some articles are held out, in all their languages: their headlines are the queries, their passages the
    answers. recipe.toml compares the strategies; best.toml trains the one encoder to search with. Both say why they
    have their values, and can be changed.

    Example: polybatch data split en=articles/en sw=articles/sw --out mine
    """
    paths = parse_folders(folders)
    from polybatch.data.own_recipes import recipe_name
    from polybatch.data.splitting import BEST, RECIPE, split_articles

    found = split_articles(paths, out, name=recipe_name(out.resolve().name), share=share, licence=licence)
    progress = make_progress()
    for line in found.said():
        progress.say(line)
    progress.say(f"{out / BEST}: the encoder to search with, by polybatch run, or train --strategy x-y; it says why")
    typer.echo(out / RECIPE)
