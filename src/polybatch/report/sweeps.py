"""Sweeps as a report reads them, `sweep.json` as records: the scores of each value, and which one was chosen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from polybatch.errors import Fault, ResultsError
from polybatch.files import why_unreadable
from polybatch.records import SETTINGS
from polybatch.report.manifest import CollectionData, Recipe

SWEEP, CHOSEN = "sweep.json", "chosen"
MACRO, DISTANCE = "macro mean", "rank distance"
COLUMNS = (*SETTINGS, MACRO, DISTANCE)
TO_SCALE = ("alpha",)  # other values stand at equal steps, as halves and words do best
WORDS = ("composition",)  # whose values have no order that a line would show

ABOUT = {
    "alpha": "alpha, the share of monolingual batches in hybrid",
    "temperature": "temperature of the loss",
    "composition": "composition of cross-lingual batches",
    "size": "share of the training rows",
}


@dataclass(frozen=True)
class Score:
    """One figure of one value: a value for each seed, their mean, and their deviation, None of one seed."""

    seeds: tuple[float, ...]
    mean: float
    deviation: float | None = None


@dataclass(frozen=True)
class Value:
    """One value of the key: how many training rows there were, and each system's scores by COLUMNS."""

    value: str
    rows: int
    systems: Mapping[str, Mapping[str, Score]]


@dataclass(frozen=True)
class Choice:
    """The value that was chosen, and why, in words."""

    value: str
    text: str


@dataclass(frozen=True)
class Sweep:
    """A key of a recipe over its values, on development data; `choice` is None where it was cut short before."""

    key: str
    recipe: Recipe
    seeds: tuple[int, ...]
    development: tuple[CollectionData, ...] = ()
    values: tuple[Value, ...] = ()
    choice: Choice | None = None
    tested: str | None = None
    finished: bool = False
    command: str = ""
    label: str = field(default="", kw_only=True)

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


def is_sweep(folder: Path) -> bool:
    """Whether a folder is that of a sweep."""
    return (folder / SWEEP).is_file()


def read_sweep(folder: Path, *, label: str) -> Sweep:
    """The sweep of a folder. Raises ResultsError where its record cannot be read, or is none."""
    path = folder / SWEEP
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(Sweep).validate_python(stored | {"label": label})
    except OSError as error:
        found = why_unreadable(error)
    except ValidationError as error:
        found = f"{'.'.join(map(str, error.errors()[0]['loc']))}: {error.errors()[0]['msg']}"
    except (ValueError, TypeError) as error:
        found = f"no record of a sweep ({error})"
    raise ResultsError([Fault(str(path), found, "what `polybatch sweep` writes works; give its command again")])
