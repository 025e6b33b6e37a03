"""Options that several commands share, and the checks that go with them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from polybatch.data.collections.table import COLLECTIONS, DATA_VARIABLE
from polybatch.errors import DataError, Fault, RecipeError
from polybatch.evaluation.families import FAMILIES, measure_form
from polybatch.languages import check_language
from polybatch.sampling.strategies import STRATEGIES

if TYPE_CHECKING:
    from polybatch.training.recipe import Recipe as Experiment

Recipe = Annotated[Path, typer.Argument(help="A recipe, a .toml file; recipes/ holds some.", show_default=False)]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar=DATA_VARIABLE,
        help="Folder with the collections as they are laid out upstream.",
        show_default=False,
    ),
]

Systems = Annotated[
    str | None,
    typer.Option("--systems", help="Only these of the recipe's systems.", metavar="x-y,hybrid", show_default="all"),
]
Seeds = Annotated[
    str | None,
    typer.Option("--seeds", help="These seeds instead of the recipe's.", metavar="1,2,3", show_default="the recipe's"),
]

STRATEGIES_HELP = "; ".join(f"[bold]{name}[/bold]: {one.about}" for name, one in STRATEGIES.items())
COLLECTIONS_HELP = f"By name: {', '.join(COLLECTIONS)}; docs/collections.md says what each is"

MEASURES_HELP = (
    f"Known: {', '.join(escape(measure_form(name)) for name in FAMILIES)}; docs/measures.md says what each is"
)


def parse_languages(text: str | None) -> list[str] | None:
    """Language codes out of `en,sw,ne`; raises DataError for one that is unknown or given twice."""
    if text is None:
        return None
    codes = _words(text)
    faults = [fault for code in codes for fault in check_language(code, where="--languages")]
    if not codes or len(set(codes)) < len(codes):
        faults.append(Fault("--languages", repr(text), "codes such as en,sw,ne, once each"))
    if faults:
        raise DataError(faults)
    return codes


def narrowed(recipe: "Experiment", *, systems: str | None, seeds: str | None) -> "Experiment":
    """A recipe with only the systems of `x-y,hybrid`, and with the seeds of `1,2,3` for its own; None leaves them.

    Systems stay in the recipe's order. Raises RecipeError for a system that it has not, for a seed that is no whole
    number of 0 or more, and for either twice.
    """
    faults: list[Fault] = []
    changed: dict[str, Any] = {}
    if systems is not None:
        names = _words(systems)
        known = ",".join(recipe.systems)
        faults += [
            Fault("--systems", repr(one), f"of the recipe: {known}") for one in names if one not in recipe.systems
        ]
        if not names or len(set(names)) < len(names):
            faults.append(Fault("--systems", repr(systems), f"some of {known}, once each"))
        changed["systems"] = [name for name in recipe.systems if name in names]
    if seeds is not None:
        parts = _words(seeds)
        if not parts or not all(part.isdecimal() for part in parts) or len(set(map(int, parts))) < len(parts):
            faults.append(Fault("--seeds", repr(seeds), "whole numbers such as 1,2,3, once each"))
        else:
            changed["seeds"] = list(map(int, parts))
    if faults:
        raise RecipeError(faults)
    return recipe.model_copy(update=changed)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def parse_folders(texts: Sequence[str]) -> dict[str, Path]:
    """Languages and folders out of `en=articles/en sw=articles/sw`; raises DataError for what is neither, or twice."""
    named = dict(one.partition("=")[::2] for one in texts)
    if len(named) < len(texts) or not all(named.values()):
        raise DataError([Fault("folders", " ".join(texts), "a language and a folder each: en=articles/en")])
    return {code: Path(folder) for code, folder in named.items()}


def command_line(*parts: str | Path) -> str:
    """The command as a user would repeat it, paths below the current folder made relative."""
    words = ["polybatch"]
    for part in parts:
        if isinstance(part, Path):
            here = os.path.relpath(part)
            words.append(str(part) if here.startswith("..") else here)
        else:
            words.append(part)
    return " ".join(words)
