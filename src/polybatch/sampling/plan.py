"""Plan batches: which rows, in which languages, in what order. Pure: no texts, no torch, no global randomness."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from polybatch.errors import Fault, RecipeError
from polybatch.records import Direction
from polybatch.sampling.shape import CorpusShape
from polybatch.sampling.strategies import BatchKind, Strategy

KIND_BLOCK = 20  # batches: over each block of them the mix of kinds is exact to one batch

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Batch:
    """One batch: `rows` are int64 row numbers, shape (size,); `directions[i]` belongs to `rows[i]`."""

    kind: str
    rows: np.ndarray
    directions: tuple[Direction, ...]

    def __len__(self) -> int:
        return len(self.rows)


def plan_batches(shape: CorpusShape, strategy: Strategy, *, size: int, seed: int) -> Iterator[Batch]:
    """An endless sequence of full batches, the same for the same arguments.

    Kinds come in their shares, exact to one batch over every KIND_BLOCK batches; languages and pairs uniformly, each
    once before any twice; datasets in proportion to their rows in the direction (arXiv 2408.10536, section 3). Within
    a dataset and direction every passage group is drawn once before any is drawn twice, and a group's items take
    turns. No two rows of a batch share a group, so none meets its own passage as a negative, in any language.

    Raises RecipeError, before the first batch, with all of `plan_faults`.
    """
    if faults := plan_faults(shape, strategy, size):
        raise RecipeError(faults)
    return _batches(shape, strategy, size, np.random.default_rng(seed))


def plan_faults(shape: CorpusShape, strategy: Strategy, size: int) -> list[Fault]:
    """Why batches of this size cannot be planned: kinds without any direction, directions with too few groups."""
    faults: list[Fault] = []
    if size < 2:
        faults.append(Fault("batch size", f"{size}; a contrastive batch needs negatives", "2 or more works"))
    for kind, _ in strategy.kinds:
        if not kind.directions:
            found = f"no row of the corpora can fill a {kind.name} batch"
            faults.append(Fault(f"strategy {strategy.name}", found, _drawable(shape)))
        elif size > (largest := largest_batch(shape, kind)):
            found = f"a {kind.name} batch of {size} would repeat a passage group"
            where = f"strategy {strategy.name}"
            faults.append(Fault(where, found, f"the largest that works is {largest} ({_scarcest(shape, kind)})"))
    return faults


def largest_batch(shape: CorpusShape, kind: BatchKind) -> int:
    """The largest batch of this kind that is sure to be filled without repeating a passage group.

    For one direction a batch, that is the least number of distinct groups of any direction. A mixed batch fills its
    directions from the scarcest up; each must find its share among groups that none before it could have taken.
    """
    groups = _groups_by_direction(shape, kind)
    if not kind.mixed:
        return min(len(found) for found in groups.values())

    def fits(size: int) -> bool:
        # the rows left over by an equal share may fall to any direction, so each is counted at its largest
        share, used = -(-size // len(groups)), 0
        done: list[np.ndarray] = []
        for found in sorted(groups.values(), key=len):
            rivals = sum(1 for other in done if np.intersect1d(found, other, assume_unique=True).size)
            used = min(rivals * share, size - 1) + min(share, size)
            if len(found) < min(used, size):
                return False
            done.append(found)
        return True

    low, high = 0, sum(len(found) for found in groups.values())
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


@dataclass
class Mix:
    """What was really drawn: batches by kind, rows by direction and by dataset."""

    kinds: Counter[str]
    directions: Counter[str]
    datasets: Counter[str]

    def as_record(self) -> dict[str, Any]:
        """As plain values for JSON, each part in sorted order."""
        return {
            "batches": self.kinds.total(),
            "rows": self.directions.total(),
            "kinds": dict(sorted(self.kinds.items())),
            "directions": dict(sorted(self.directions.items())),
            "datasets": dict(sorted(self.datasets.items())),
        }


def count_mix(shape: CorpusShape, batches: Sequence[Batch]) -> Mix:
    """Count the realised mix of batches."""
    starts = np.array([dataset.first for dataset in shape.datasets])
    names = [dataset.name for dataset in shape.datasets]
    mix = Mix(Counter(), Counter(), Counter())
    for batch in batches:
        mix.kinds[batch.kind] += 1
        mix.directions.update(str(direction) for direction in batch.directions)
        mix.datasets.update(names[i] for i in np.searchsorted(starts, batch.rows, side="right") - 1)
    return mix


def _batches(shape: CorpusShape, strategy: Strategy, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    streams = {
        direction: [
            _Stream(rows, shape.groups, rng)
            for dataset in range(len(shape.datasets))
            if len(rows := shape.rows(dataset, direction))
        ]
        for direction in strategy.directions
    }
    scarcity = {direction: sum(stream.distinct for stream in streams[direction]) for direction in streams}
    decks = {kind: _Deck(kind.directions, rng) for kind, _ in strategy.kinds}
    for kind in _kinds(strategy, rng):
        wanted = [decks[kind].draw() for _ in range(size)] if kind.mixed else [decks[kind].draw()] * size
        wanted.sort(key=lambda direction: (scarcity[direction], direction))
        used: set[int] = set()
        rows = np.array([_draw(streams[direction], used, rng) for direction in wanted], dtype=np.int64)
        order = rng.permutation(size)
        yield Batch(kind.name, rows[order], tuple(wanted[i] for i in order))


def _kinds(strategy: Strategy, rng: np.random.Generator) -> Iterator[BatchKind]:
    """Kinds of batches in shuffled blocks; a fraction of a batch is carried over to the next block."""
    shares = np.array([share for _, share in strategy.kinds])
    given = np.zeros(len(shares), dtype=np.int64)
    for block in range(1, 2**62):
        due = np.floor(shares * (block * KIND_BLOCK) + 0.5).astype(np.int64)
        due[-1] = block * KIND_BLOCK - due[:-1].sum()
        chosen = np.repeat(np.arange(len(shares)), due - given)
        given = due
        for index in rng.permutation(chosen):
            yield strategy.kinds[index][0]


class _Deck(Generic[Choice]):
    """Draws every choice once, in shuffled order, before any twice."""

    def __init__(self, choices: Sequence[Choice], rng: np.random.Generator) -> None:
        self._choices, self._rng, self._left = tuple(choices), rng, list[int]()

    def draw(self) -> Choice:
        if not self._left:
            self._left = self._rng.permutation(len(self._choices)).tolist()
        return self._choices[self._left.pop()]


class _Stream:
    """Rows of one dataset in one direction: every group once before any twice, the items of a group in turn."""

    def __init__(self, rows: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> None:
        self._rng, self.rows = rng, len(rows)
        self._items: dict[int, list[int]] = {}
        for row, group in zip(rows.tolist(), groups[rows].tolist(), strict=True):
            self._items.setdefault(group, []).append(row)
        self._turn = dict.fromkeys(self._items, 0)
        self._names = np.array(list(self._items))
        self._left: list[int] = []  # groups still to come, the next one last
        for items in self._items.values():
            rng.shuffle(items)

    @property
    def distinct(self) -> int:
        return len(self._items)

    def take(self, used: set[int]) -> int | None:
        """The next row whose group is not in use, or None if every group is; groups passed over come next time."""
        group = self._next(used)
        if group is None:
            fresh = self._rng.permutation(self._names).tolist()
            self._left = fresh + self._left
            group = self._next(used)
            if group is None:
                self._left = self._left[len(fresh) :]
                return None
        used.add(group)
        items = self._items[group]
        self._turn[group] += 1
        return items[(self._turn[group] - 1) % len(items)]

    def _next(self, used: set[int]) -> int | None:
        for index in range(len(self._left) - 1, -1, -1):
            if self._left[index] not in used:
                return self._left.pop(index)
        return None


def _draw(streams: list[_Stream], used: set[int], rng: np.random.Generator) -> int:
    """A row from one of the datasets, in proportion to their rows; a dataset with no unused group is passed over."""
    open_streams = list(streams)
    while open_streams:
        stream = open_streams[0]
        if len(open_streams) > 1:
            ends = np.cumsum([stream.rows for stream in open_streams])
            stream = open_streams[int(np.searchsorted(ends, rng.integers(ends[-1]), side="right"))]
        row = stream.take(used)
        if row is not None:
            return row
        open_streams.remove(stream)
    raise AssertionError("plan_faults let a batch pass that cannot be filled")


def _groups_by_direction(shape: CorpusShape, kind: BatchKind) -> dict[Direction, np.ndarray]:
    numbers = range(len(shape.datasets))
    return {
        direction: np.unique(shape.groups[np.concatenate([shape.rows(number, direction) for number in numbers])])
        for direction in kind.directions
    }


def _scarcest(shape: CorpusShape, kind: BatchKind) -> str:
    groups = _groups_by_direction(shape, kind)
    direction = min(groups, key=lambda direction: len(groups[direction]))
    return f"{direction} has {len(groups[direction])} distinct passage groups"


def _drawable(shape: CorpusShape) -> str:
    names = ", ".join(map(str, shape.directions)) or "none"
    return f"directions with rows: {names}"
