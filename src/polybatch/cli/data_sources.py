"""`polybatch data sources`: where training rows can come from. Reads no data."""

from typing import Annotated, Literal

import typer


def sources(
    format: Annotated[Literal["text", "md", "json"], typer.Option(help="What to write.")] = "text",
) -> None:
    """List the sources of training rows, each with its licence, size, languages and where it comes from.

    Their names are what `source = "..."` of a recipe takes; docs/recipes.md has the keys of each. None of these texts
    comes with polybatch.

    Example: polybatch data sources --format md
    """
    from polybatch.data.sources.listing import FORMATS

    typer.echo(FORMATS[format]())
