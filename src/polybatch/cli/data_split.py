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
    """Make an experiment from your own articles: training texts, a held-out test, and two recipes.

    It reads every archive that `polybatch index` reads. In a text file, the first line is the headline. Articles count
    as translations of each other if they share a file name, an id, or an address except for its language, or if they
    name each other's addresses or a common group (hreflang). --translations reads these pairs from a file instead.
    Some stories are held out in all their languages: their headlines become queries, their passages the answers.
    recipe.toml compares the strategies; best.toml trains one encoder to search with. Both give the reason for each
    value, and you can change them.

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
