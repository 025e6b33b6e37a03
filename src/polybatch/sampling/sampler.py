"""Batches of one language or several in a plain sentence-transformers script: a sampler over a dataset a direction."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from polybatch.errors import DataError, Fault, RecipeError
from polybatch.records import Direction
from polybatch.sampling.plan import Plan, make_plan
from polybatch.sampling.schedules import Schedule
from polybatch.sampling.strategies import Composition
from polybatch.table.shape import PASSAGE, QUERY, CorpusShape, dataset_shape


class DirectionSampler:
    """The batches of a plan as lists of indices into the concatenation of one dataset a direction.

    A batch sampler by what it does: data loaders ask for no base class, and a plan needs no torch.

    Yields slices of `per_device` rows: the first `ranks` of them are the first batch of the plan, and so on, so that
    accelerate, which deals batches out to ranks in turn, gives each rank its slice of every batch. With one rank that
    is the batch itself. `len` is what iteration yields; `set_epoch` moves on to another epoch's batches.
    """

    drop_last = True

    def __init__(self, plan: Plan, offsets: Mapping[tuple[int, int], int], *, ranks: int) -> None:
        self._plan, self._ranks, self.batch_size = plan, ranks, plan.size // ranks
        languages = len(plan.shape.languages)
        self._offsets = np.full((languages, languages), -1, dtype=np.int64)
        for pair, offset in offsets.items():
            self._offsets[pair] = offset
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Go on with the batches of this epoch, counted from 0."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self._plan.length * self._ranks

    def __iter__(self) -> Iterator[list[int]]:
        for batch in self._plan.epoch(self.epoch):
            indices = (self._offsets[batch.queries, batch.passages] + batch.rows).tolist()
            for rank in range(self._ranks):
                yield indices[rank * self.batch_size : (rank + 1) * self.batch_size]


def direction_sampler(
    directions: Sequence[str],
    strategy: str = "hybrid",
    *,
    alpha: float | Schedule = 0.5,
    composition: Composition = "mixed",
    weights: Mapping[str, float] | None = None,
    groups: Sequence[Any] | None = None,
    length: int | None = None,
    epochs: float = 1,
    ranks: int | None = None,
) -> Callable[..., DirectionSampler]:
    """What to give as `multi_dataset_batch_sampler` over a DatasetDict with one dataset a direction.

    `directions`: the direction of each dataset (`en-sw`: English queries, Swahili passages), in the order of the
    DatasetDict; usually its keys. The datasets are aligned: row i of each is the same item in other languages, and all
    have as many rows; where a text is None, the row is not drawn in its language. `groups`: the passage group of every
    item, where several items share a passage. `length`: batches an epoch; as many as there are items for by default.
    Schedules of alpha need the number of `epochs`. `ranks`: processes that share a batch; by default WORLD_SIZE, as
    launchers set it, and 1 is right where accelerate itself is told to split batches. A training that goes on from a
    checkpoint, in any epoch and over any number of processes, sees the batches that it would have seen.

    What it returns raises DataError and RecipeError, before the first batch, with every fault.
    """
    return _Sampling(
        tuple(_direction(name) for name in directions),
        strategy,
        alpha,
        composition,
        {_direction(name): weight for name, weight in (weights or {}).items()},
        groups,
        length,
        epochs,
        ranks,
    )


@dataclass(frozen=True)
class _Sampling:
    """The options, until the trainer has the datasets. Not a closure: arguments are pickled with every checkpoint."""

    directions: tuple[Direction, ...]
    strategy: str
    alpha: float | Schedule
    composition: Composition
    weights: Mapping[Direction, float]
    groups: Sequence[Any] | None
    length: int | None
    epochs: float
    ranks: int | None

    def __call__(
        self, dataset: Any, batch_samplers: Sequence[Any], generator: Any = None, seed: int = 0
    ) -> DirectionSampler:
        shape = _aligned_shape(dataset, self.directions, self.groups)
        ranks = int(os.environ.get("WORLD_SIZE", "1")) if self.ranks is None else self.ranks
        plan = make_plan(
            shape,
            self.strategy,
            directions=[direction for direction in shape.directions if direction in self.directions],
            alpha=self.alpha,
            composition=self.composition,
            weights=self.weights,
            size=int(batch_samplers[0].batch_size) * ranks,
            ranks=ranks,
            seed=seed,
            length=self.length,
            epochs=self.epochs,
        )
        offsets = {shape.numbers(direction): place * shape.rows for place, direction in enumerate(self.directions)}
        sampler = DirectionSampler(plan, offsets, ranks=ranks)
        # where several processes go on from a checkpoint, accelerate wraps the sampler twice, and tells the epoch to
        # the dataset alone
        dataset.set_epoch = sampler.set_epoch
        return sampler


def _direction(name: str) -> Direction:
    query, dash, passage = name.partition("-")
    if not (query and dash and passage):
        raise RecipeError([Fault(f"direction {name!r}", "not two languages", "'en-sw' for English to Swahili works")])
    return Direction(query, passage)


def _aligned_shape(dataset: Any, directions: Sequence[Direction], groups: Sequence[Any] | None) -> CorpusShape:
    """The shape of datasets that have the same items in one direction each."""
    parts: list[Any] = list(dataset.datasets)
    rows = len(parts[0])
    faults = []
    if len(parts) != len(directions):
        mismatch = f"{len(parts)} datasets for {len(directions)} directions"
        faults.append(Fault("DatasetDict", mismatch, "name the direction of each, in its order"))
    for name, values in (("rows", [len(part) for part in parts]), ("columns", [part.column_names for part in parts])):
        odd = [number for number, value in enumerate(values) if value != values[0]]
        if odd:
            mismatch = f"dataset {odd[0]} has {name} {values[odd[0]]}, the first {values[0]}"
            faults.append(Fault("DatasetDict", mismatch, "datasets that are aligned row by row work"))
    if groups is not None and len(groups) != rows:
        faults.append(Fault("groups", f"{len(groups)} for {rows} items", "one for every item works"))
    if faults:
        raise DataError(faults)
    languages = tuple(sorted({code for direction in directions for code in direction}))
    present = np.ones((rows, 2, len(languages)), dtype=bool)
    for side in (QUERY, PASSAGE):
        for code in {direction[side] for direction in directions}.symmetric_difference(languages):
            present[:, side, languages.index(code)] = False
    for part, direction in zip(parts, directions, strict=True):
        for side, code in enumerate(direction):
            column = part.with_format("arrow")[:].column(side)
            if column.null_count:
                present[:, side, languages.index(code)] &= column.is_valid().to_numpy()
    numbers = None if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    return CorpusShape(languages, (dataset_shape("items", present, numbers),))
