"""Options of commands that train: only some of a recipe's systems, and other seeds than its own."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from polybatch.cli.options import split_words
from polybatch.errors import Fault, RecipeError, did_you_mean

if TYPE_CHECKING:
    from polybatch.experiment.recipe import Recipe

Systems = Annotated[
    str | None,
    typer.Option("--systems", help="Only these of the recipe's systems.", metavar="x-y,hybrid", show_default="all"),
]
Seeds = Annotated[
    str | None,
    typer.Option("--seeds", help="These seeds instead of the recipe's.", metavar="1,2,3", show_default="the recipe's"),
]


def narrowed(recipe: "Recipe", *, systems: str | None, seeds: str | None) -> "Recipe":
    """A recipe with only the systems of `x-y,hybrid`, and with the seeds of `1,2,3` for its own; None leaves them.

    Systems stay in the recipe's order. Raises RecipeError for a system that it has not, for a seed that is no whole
    number of 0 or more, and for either twice.
    """
    faults: list[Fault] = []
    changed: dict[str, Any] = {}
    if systems is not None:
        names = split_words(systems)
        known = ",".join(recipe.systems)
        faults += [
            Fault("--systems", repr(one), f"{did_you_mean(one, recipe.systems)}of the recipe: {known}")
            for one in names
            if one not in recipe.systems
        ]
        if not names or len(set(names)) < len(names):
            faults.append(Fault("--systems", repr(systems), f"some of {known}, once each"))
        changed["systems"] = [name for name in recipe.systems if name in names]
    if seeds is not None:
        parts = split_words(seeds)
        if not parts or not all(part.isdecimal() for part in parts) or len(set(map(int, parts))) < len(parts):
            faults.append(Fault("--seeds", repr(seeds), "whole numbers such as 1,2,3, once each"))
        else:
            changed["seeds"] = list(map(int, parts))
    if faults:
        raise RecipeError(faults)
    return recipe.model_copy(update=changed)
