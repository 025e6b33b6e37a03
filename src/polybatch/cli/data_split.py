"""`polybatch data split`: archives of translated articles into an experiment: training texts, held-out test, recipe."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import Translations, parse_archives
from polybatch.cli.progress import make_progress


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
    share: Annotated[float, typer.Option(help="Share of the articles held out to judge by.", min=0.02, max=0.5)] = 0.2,
    translations: Translations = None,
) -> None:
    """Make an experiment of your own articles: what to train on, what to judge by, and two recipes. Prints the first.

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
    made = split_articles(paths, out, name=name, share=share, licence=licence, order=translations)
    progress = make_progress()
    for line in made.said():
        progress.say(line)
    progress.say(f"{out / BEST}: the encoder to search with, by polybatch run, or train --strategy x-y; it says why")
    typer.echo(out / RECIPE)
