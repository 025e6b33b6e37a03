"""What of a recipe can be swept: each key, the systems that it changes, and how its values are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from polybatch.errors import Fault, RecipeError
from polybatch.experiment.recipe import Recipe
from polybatch.sampling.strategies import COMPOSITIONS, STRATEGIES, strategies_with

Value = float | str


@dataclass(frozen=True)
class Key:
    """A key of a recipe: the `part` and `field` that it stands in, none for the share of the rows.

    `systems` are those that train differently with another value; `words` its values where they are no numbers.
    """

    about: str
    part: str
    field: str
    systems: tuple[str, ...]
    words: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers, which have an order."""
        return not self.words


ALL = tuple(STRATEGIES)
KEYS: dict[str, Key] = {
    "alpha": Key("share of monolingual batches in hybrid", "batches", "alpha", strategies_with("alpha")),
    "temperature": Key("what the loss divides cosines by", "loss", "temperature", ALL),
    "composition": Key(
        "languages of a cross-lingual batch",
        "batches",
        "composition",
        strategies_with("composition"),
        tuple(COMPOSITIONS),
    ),
    "size": Key("share of the training rows, by whole passage groups", "", "", ALL),
}


def parse_values(key: str, text: str) -> list[Value]:
    """Values out of `0,.25,.5`, numbers in rising order. Raises RecipeError for one that is none, or stands twice."""
    one = KEYS[key]
    parts = [part.strip() for part in text.split(",") if part.strip()]
    read: Callable[[str], Value] = float if one.is_number else str
    works = "numbers such as .25,.5" if one.is_number else ",".join(one.words)
    values, faults = [], []
    for part in parts:
        try:
            values.append(read(part))
        except ValueError:
            faults.append(Fault(f"--{key}", repr(part), works))
    if key == "size":
        faults += [
            Fault("--size", f"{value:g}", "shares over 0 and at most 1") for value in values if not _is_share(value)
        ]
    if not faults and (len(values) < 2 or len(set(map(label, values))) < len(values)):
        faults.append(Fault(f"--{key}", repr(text), f"two values or more, once each: {works}"))
    if faults:
        raise RecipeError(faults)
    return sorted(values) if one.is_number else values


def label(value: Value) -> str:
    """A value as it is named in tables and folders."""
    return value if isinstance(value, str) else f"{value:g}"


def affected(recipe: Recipe, key: str) -> list[str]:
    """The systems of a recipe that a key changes. Raises RecipeError where there are none."""
    found = [system for system in recipe.systems if system in KEYS[key].systems]
    if not found:
        works = f"one of {', '.join(KEYS[key].systems)} among them"
        raise RecipeError([Fault(f"recipe {recipe.name}", f"{key} changes none of its systems", works)])
    return found


def with_values(recipe: Recipe, key: str, values: Sequence[Value]) -> list[Recipe]:
    """The recipe with each of the values; the same for the size, which changes the rows alone.

    Raises RecipeError with every value that the recipe would refuse.
    """
    one, faults, found = KEYS[key], [], []
    for value in values:
        if not one.part:
            found.append(recipe)
            continue
        part: BaseModel = getattr(recipe, one.part)
        try:
            changed = type(part).model_validate(part.model_dump(exclude_unset=True) | {one.field: value})
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            faults.append(Fault(f"--{key}", label(value), message[0].lower() + message[1:]))
            continue
        found.append(recipe.model_copy(update={one.part: changed}))
    if faults:
        raise RecipeError(faults)
    return found


def _is_share(value: Value) -> bool:
    return isinstance(value, float) and 0 < value <= 1
