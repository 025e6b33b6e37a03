"""`polybatch data sources`: where training rows can come from. Reads no data."""

from typing import Annotated, Literal

import typer


def sources(
    format: Annotated[Literal["text", "md", "json"], typer.Option(help="What to write.")] = "text",
) -> None:
    """List the sources of training rows, with licence, size, languages and origin.

    A recipe names a source by `source = "..."`; docs/recipes.md lists the keys of each. None of these texts comes with
    polybatch.

    Example: polybatch data sources --format md
    """
    from polybatch.data.sources.listing import FORMATS

    typer.echo(FORMATS[format]())
