"""`polybatch data split`: archives of translated articles into an experiment: training texts, held-out test, recipe."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.ending import Ending, Quiet, show, then_command
from polybatch.cli.options import Translations, parse_archives


def split(
    archives: Annotated[
        list[str],
        typer.Argument(
            help="Language and archive of its articles, a folder or a file: en=articles/en sw=archive.csv.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for training texts, test and recipe.", show_default=False)],
    licence: Annotated[str, typer.Option(help="Terms of the texts, for manifests and reports.")] = "private",
    share: Annotated[float, typer.Option(help="Share of the articles held out as the test.", min=0.02, max=0.5)] = 0.2,
    translations: Translations = None,
    quiet: Quiet = False,
) -> None:
    """Make an experiment of your own articles: texts to train on, a test that is held out, and two recipes.

    Archives are all that polybatch index reads; of a text file, the first line is the headline. Articles are
    translations of each other by one file name, one id, one address but for its language, or the addresses or the group
    of translations that they name (hreflang); or as a file says. Some stories are held out, in all their languages:
    their headlines are the queries, their passages the answers. recipe.toml compares the strategies; best.toml trains
    the one encoder to search with. Both say why they have their values, and can be changed.

    Example: polybatch data split en=articles/en sw=articles/sw --out mine
    """
    paths = parse_archives(archives)
    from polybatch.data.own_recipes import recipe_name
    from polybatch.data.splitting import BEST, RECIPE, split_articles

    name = recipe_name(out.resolve().name)
    split = split_articles(paths, out, name=name, share=share, licence=licence, order=translations)
    written = [("recipe that compares strategies", out / RECIPE), ("recipe of the encoder to search with", out / BEST)]
    told = [line if line.endswith(".") else f"{line}." for line in split.said()]
    then = [then_command("run", out / RECIPE, "--data", out)]
    show(Ending(told, written=written, then=then), quiet=quiet)
