"""`polybatch data split`: folders of translated articles into an experiment: training texts, held-out test, recipe."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.ending import Ending, Quiet, show, then_command
from polybatch.cli.options import parse_folders


def split(
    folders: Annotated[
        list[str],
        typer.Argument(help="Language and folder of its articles, such as en=articles/en.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="Folder for training texts, test and recipe.", show_default=False)],
    licence: Annotated[str, typer.Option(help="Terms of the texts, for manifests and reports.")] = "private",
    share: Annotated[float, typer.Option(help="Share of the articles held out as the test.", min=0.02, max=0.5)] = 0.2,
    quiet: Quiet = False,
) -> None:
    """Make an experiment of your own articles: texts to train on, a test that is held out, and two recipes.

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
    written = [("recipe that compares strategies", out / RECIPE), ("recipe of the encoder to search with", out / BEST)]
    told = [line if line.endswith(".") else f"{line}." for line in found.said()]
    then = [then_command("run", out / RECIPE, "--data", out)]
    show(Ending(told, written=written, then=then), quiet=quiet)
