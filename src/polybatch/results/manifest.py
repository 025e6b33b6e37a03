"""What a run says of itself, every part optional: `manifest.json` as records. Reading and writing it is in `store`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, FiniteFloat

Count = Annotated[int, Field(ge=0, lt=1 << 53)]
Seed = Annotated[int, Field(ge=-(1 << 63), lt=1 << 63)]  # what an int64 of a table holds


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
    items: Count | None = None
    groups: Count | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contamination:
    """How many training rows have a text that also stands in a test collection, and whether those were left out."""

    rows: Count
    left_out: bool


@dataclass(frozen=True)
class CollectionData:
    """One collection: how many queries and candidate passages it has in each language; `texts` is a hash of all."""

    name: str
    licence: str = ""
    queries: Mapping[str, Count] = field(default_factory=dict)
    passages: Mapping[str, Count] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    texts: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language of a query or a passage, in the manifest's order."""
        return tuple(dict.fromkeys((*self.queries, *self.passages)))


@dataclass(frozen=True)
class Blocks:
    """The same counts as a Mix's, block by block: each name with one count for every block of `batches` batches.

    All names have equally many blocks, and only the last may be short; what cannot be so is a ValueError.
    """

    batches: Annotated[int, Field(gt=0)] = 1
    kinds: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)
    directions: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)
    datasets: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {len(counts) for part in (self.kinds, self.directions, self.datasets) for counts in part.values()}
        if len(lengths) > 1:
            raise ValueError(f"from {min(lengths)} to {max(lengths)} blocks, not the same number for every name")
        for number, size in enumerate(self.sizes, 1):
            if size != self.batches and not (number == len(self.sizes) and 0 < size < self.batches):
                raise ValueError(f"block {number} has kinds for {size} batches, not for {self.batches}")

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many batches each block has; empty where no blocks were recorded."""
        return tuple(map(sum, zip(*self.kinds.values(), strict=True)))


@dataclass(frozen=True)
class Mix:
    """What one training run drew: batches of each kind, rows of each direction (`en-sw`) and dataset.

    Blocks that were recorded, and do not add up to the totals, are a ValueError.
    """

    system: str
    seed: Seed | None = None
    batches: Count = 0
    rows: Count = 0
    kinds: Mapping[str, Count] = field(default_factory=dict)
    directions: Mapping[str, Count] = field(default_factory=dict)
    datasets: Mapping[str, Count] = field(default_factory=dict)
    blocks: Blocks = field(default_factory=Blocks)

    def __post_init__(self) -> None:
        for part in ("kinds", "directions", "datasets"):
            totals, blocks = getattr(self, part), getattr(self.blocks, part)
            if blocks and {name: sum(counts) for name, counts in blocks.items()} != dict(totals):
                raise ValueError(f"the blocks of {part} do not add up to its totals")


@dataclass(frozen=True)
class Manifest:
    """`manifest.json`; what is empty was not recorded."""

    polybatch: str = ""
    kind: str = ""
    finished: bool = False
    created: str = ""
    command: str = ""
    fingerprint: str = ""
    recipe: Recipe = field(default_factory=Recipe)
    systems: tuple[NamedSystem, ...] = ()
    seeds: tuple[Seed | None, ...] = ()
    measures: tuple[str, ...] = ()
    training: tuple[TrainingData, ...] = ()
    contamination: Contamination | None = None
    collections: tuple[CollectionData, ...] = ()
    mix: tuple[Mix, ...] = ()
    seconds: Mapping[str, FiniteFloat] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)
