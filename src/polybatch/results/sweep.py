"""What a sweep measured, `sweep.json` as records: the scores of each value, and which one was chosen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import FiniteFloat

from polybatch.records import SETTINGS
from polybatch.results.manifest import CollectionData, Count, Recipe, Seed

CHOSEN = "chosen"  # the folder, in a sweep's, of the run on the test with the chosen value
MACRO, DISTANCE = "macro mean", "rank distance"
TO_SCALE = ("alpha",)  # keys whose values stand to scale in a drawing; others at equal steps, as halves and words do
COLUMNS = (*SETTINGS, MACRO, DISTANCE)
"""mAP of each setting, its mean over the settings that there are, and the rank distance; all on development data."""

ABOUT = {
    "alpha": "alpha, the share of monolingual batches in hybrid",
    "temperature": "temperature of the loss",
    "composition": "composition of cross-lingual batches",
    "size": "share of the training rows",
}


@dataclass(frozen=True)
class Score:
    """One figure of one value: a value for each seed, their mean, and their deviation, None of one seed."""

    seeds: tuple[FiniteFloat, ...]
    mean: FiniteFloat
    deviation: FiniteFloat | None = None


@dataclass(frozen=True)
class Value:
    """One value of the key: how many training rows there were, and each system's scores by COLUMNS."""

    value: str
    rows: Count
    systems: Mapping[str, Mapping[str, Score]]


@dataclass(frozen=True)
class Choice:
    """The value that was chosen, and why, in words."""

    value: str
    text: str


@dataclass(frozen=True)
class Sweep:
    """A key of a recipe over its values, on development data; `choice` is None where it was cut short before.

    All values have scores of the same systems, for every seed, and what was chosen is one of them: what cannot be so is
    a ValueError.
    """

    key: str
    recipe: Recipe
    seeds: tuple[Seed, ...]
    development: tuple[CollectionData, ...] = ()
    values: tuple[Value, ...] = ()
    choice: Choice | None = None
    tested: str | None = None
    finished: bool = False
    command: str = ""
    label: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        names = [one.value for one in self.values]
        if len(set(names)) < len(names):
            raise ValueError("a value stands there twice")
        if self.choice and self.choice.value not in names:
            raise ValueError(f"the choice {self.choice.value!r} is no value of the sweep")
        if self.key in TO_SCALE and not all(_is_number(name) for name in names):
            raise ValueError(f"values of {self.key} are numbers")
        figures = {(tuple(one.systems), *map(frozenset, one.systems.values())) for one in self.values}
        if len(figures) > 1:
            raise ValueError("values have figures of different systems, or different ones")
        for one in self.values:
            for system, scores in one.systems.items():
                if unknown := scores.keys() - set(COLUMNS):
                    raise ValueError(f"{system} has a figure {min(unknown)!r}, none of {', '.join(COLUMNS)}")
                if any(len(score.seeds) != len(self.seeds) for score in scores.values()):
                    raise ValueError(f"{system} with {one.value} has scores of other than {len(self.seeds)} seeds")

    @property
    def about(self) -> str:
        """The key in words."""
        return ABOUT.get(self.key, self.key)

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that the key changes."""
        return tuple(self.values[0].systems) if self.values else ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The figures that the development data have."""
        there = {name for value in self.values for scores in value.systems.values() for name in scores}
        return tuple(name for name in COLUMNS if name in there)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
