"""What a run says of itself, every part optional: `manifest.json` as records. No results, and nothing is shown here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from polybatch.errors import Fault, ResultsError
from polybatch.evaluation.results import MANIFEST


@dataclass(frozen=True)
class Recipe:
    """The recipe of a run; `text` is the whole file."""

    name: str = ""
    title: str = ""
    text: str = ""


@dataclass(frozen=True)
class NamedSystem:
    """A system in the order in which a run wants it shown."""

    system: str
    strategy: str | None = None
    title: str = ""


@dataclass(frozen=True)
class TrainingData:
    """One training corpus."""

    name: str
    licence: str = ""
    items: int | None = None
    groups: int | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class CollectionData:
    """One collection: how many queries and candidate passages it has in each language."""

    name: str
    licence: str = ""
    queries: Mapping[str, int] = field(default_factory=dict)
    passages: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language of a query or a passage, in the manifest's order."""
        return tuple(dict.fromkeys((*self.queries, *self.passages)))


@dataclass(frozen=True)
class Mix:
    """What one training run drew: batches of each kind, rows of each direction (`en-sw`)."""

    system: str
    seed: int | None = None
    batches: int = 0
    rows: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    directions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """`manifest.json`; what is empty was not recorded."""

    polybatch: str = ""
    kind: str = ""
    finished: bool = False
    created: str = ""
    command: str = ""
    recipe: Recipe = field(default_factory=Recipe)
    systems: tuple[NamedSystem, ...] = ()
    seeds: tuple[int | None, ...] = ()
    training: tuple[TrainingData, ...] = ()
    collections: tuple[CollectionData, ...] = ()
    mix: tuple[Mix, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)


def parse_manifest(folder: Path, value: Mapping[str, Any]) -> Manifest:
    """The manifest of a folder from its JSON; null means not recorded, unknown keys are let be.

    Raises ResultsError with every key whose value is of the wrong kind.
    """
    try:
        return TypeAdapter(Manifest).validate_python(_without_nulls(value))
    except ValidationError as error:
        works = "what `polybatch run` writes works"
        raise ResultsError(
            Fault(f"{folder / MANIFEST}: {'.'.join(map(str, fault['loc']))}", fault["msg"], works)
            for fault in error.errors()[:20]
        ) from None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value if not isinstance(value, list) else [_without_nulls(inner) for inner in value]
