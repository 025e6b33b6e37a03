"""Plan batches: which rows, in which languages, in what order. Pure: no texts, no torch, no global randomness."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from polybatch.errors import RecipeError
from polybatch.hashing import key_of
from polybatch.records import Direction
from polybatch.sampling.agenda import Agenda
from polybatch.sampling.faults import plan_faults
from polybatch.sampling.filling import Filling
from polybatch.sampling.schedules import Schedule
from polybatch.sampling.strategies import (
    BatchKind,
    Composition,
    Strategy,
    make_strategy,
    strategy_faults,
)
from polybatch.sampling.streams import Choice, direction_weights, make_lanes
from polybatch.table.shape import NEGATIVES, CorpusShape


@dataclass(frozen=True)
class Batch:
    """One batch, or a rank's slice of it. `rows` are int64 row numbers, shape (size,).

    `queries` and `passages`, int16, shape (size,): the numbers among `languages` of each row's languages; `negatives`,
    int16, shape (size, hard negatives): those of its hard negatives.
    """

    number: int
    kind: str
    languages: tuple[str, ...]
    rows: np.ndarray
    queries: np.ndarray
    passages: np.ndarray
    negatives: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The direction of every row."""
        pairs = zip(self.queries.tolist(), self.passages.tolist(), strict=True)
        return tuple(Direction(self.languages[query], self.languages[passage]) for query, passage in pairs)

    def part(self, rank: int, ranks: int) -> "Batch":
        """The slice of one of several equal ranks: together, in their order, they are the batch."""
        size = len(self.rows) // ranks
        inside = slice(rank * size, (rank + 1) * size)
        arrays = (array[inside] for array in (self.rows, self.queries, self.passages, self.negatives))
        return Batch(self.number, self.kind, self.languages, *arrays)


class Plan:
    """Batches as a pure function of their number: the same shape, strategy, size, seed and number give the same batch.

    Kinds come in their shares (alpha), exact to one batch over every KIND_BLOCK batches. Directions come uniformly
    within a kind: each once, in shuffled order, before any twice, or shared out over the rows of every mixed batch;
    with a `language_temperature` T below infinity in proportion to rows ** (1 / T), and times their weights. Datasets
    come in proportion to their rows in the direction ** (1 / `dataset_temperature`) (arXiv 2408.10536, section 3).
    All batches draw from the same groups, whatever their kind and direction: of a dataset's groups that have all
    directions which are drawn from it, each is drawn once before any is drawn twice, and a group's items take turns, so
    that as many rows as there are items show nearly each item once, the same for every strategy. Which of the
    directions draws a group is by turns in mixed batches that share them out equally, else by chance. Groups that lack
    some of the directions take turns within each. No two rows of a batch share a group, so none meets its own passage
    as a negative, in any language.

    Languages of hard negatives are drawn uniformly, each by itself and whatever the positive's, from the passage
    languages that the batch shows and the row has; if it has none of these, from those it has.

    An epoch is `length` batches, a batch's rows for every row of the corpora if none is given; the plan goes on over
    epochs, so that what an epoch has not drawn the next one does. `epochs` of them are the whole training, which a
    schedule of alpha needs to know. `ranks`, among which each batch is to be shared, must divide it. One batch takes a
    few milliseconds, the next ones microseconds; memory is a few megabytes whatever the size of the corpora.

    Where groups are few beside the rows of a batch, and a batch leaves no choice, a group may be passed over once and
    another come early; no batch ever repeats one. Raises RecipeError, at once, with all of `plan_faults`.
    """

    def __init__(
        self,
        shape: CorpusShape,
        strategy: Strategy,
        *,
        size: int,
        ranks: int = 1,
        seed: int = 0,
        length: int | None = None,
        epochs: float = 1,
        negatives: int = 0,
        dataset_temperature: float = 1.0,
        language_temperature: float = float("inf"),
    ) -> None:
        faults = plan_faults(
            shape,
            strategy,
            size,
            ranks=ranks,
            negatives=negatives,
            dataset_temperature=dataset_temperature,
            language_temperature=language_temperature,
        )
        if faults:
            raise RecipeError(faults)
        self.shape, self.strategy, self.size, self.seed, self.negatives = shape, strategy, size, seed, negatives
        self.length = max(1, shape.rows // size) if length is None else length
        self.total = max(1, round(self.length * epochs))
        self._key = int(key_of(seed))
        choices = [_choices(shape, strategy, kind, language_temperature) for kind in strategy.kinds]
        streams, lanes = make_lanes(
            shape, [choice for of_kind in choices for choice in of_kind], size=size, temperature=dataset_temperature
        )
        weights = [[sum(choice.weights.values()) for choice in of_kind] for of_kind in choices]
        self._agenda = Agenda(weights, strategy.alpha, self.total, key=self._key)
        self._filling = Filling(shape, streams, lanes, self._agenda, size=size, key=self._key)

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Batch]:
        return self.epoch(0)

    def __getitem__(self, number: int) -> Batch:
        """Batch `number`, counted from 0 over all epochs; there is no last one."""
        if number < 0:
            raise IndexError(f"batch {number}; batches are counted from 0")
        number_of_kind, rows, queries, passages = self._filling.batch(number)
        kind = self.strategy.kinds[number_of_kind]
        negatives = self._negatives(kind, rows, passages, number)
        return Batch(number, kind.name, self.shape.languages, rows, queries, passages, negatives)

    def kind(self, number: int) -> str:
        """The name of the kind of batch `number`, without its rows being chosen."""
        return self.strategy.kinds[self._agenda.kind(number)].name

    def with_alpha(self, alpha: Schedule) -> "Plan":
        """This plan with another alpha: the same batches for as long as as many of each kind are due."""
        new = copy(self)
        new.strategy = replace(self.strategy, alpha=alpha)
        new._agenda = self._agenda.with_alpha(alpha)
        new._filling = self._filling.with_agenda(new._agenda)
        return new

    def batches(self, start: int = 0, stop: int | None = None) -> Iterator[Batch]:
        """Batches from `start` to before `stop`; endless without."""
        number = start
        while stop is None or number < stop:
            yield self[number]
            number += 1

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The `length` batches of one epoch, counted from 0."""
        return self.batches(epoch * self.length, (epoch + 1) * self.length)

    def _negatives(self, kind: BatchKind, rows: np.ndarray, passages: np.ndarray, number: int) -> np.ndarray:
        """The languages of the rows' hard negatives."""
        if not self.negatives:
            return np.zeros((len(rows), 0), dtype=np.int16)
        shape = self.shape
        dataset = np.searchsorted(shape.firsts, rows, side="right") - 1
        has = np.zeros((len(rows), self.negatives, len(shape.languages)), dtype=bool)
        for place in np.unique(dataset).tolist():
            inside = np.flatnonzero(dataset == place)
            first, patterns = self._negatives_of[place]
            pattern_of = shape.datasets[place].pattern_of
            of = 0 if pattern_of is None else pattern_of[rows[inside] - first]
            has[inside] = patterns[of, : self.negatives]
        shown = np.zeros(len(shape.languages), dtype=bool)
        shown[[shape.numbers(d)[1] for d in kind.directions] if kind.mixed else passages[:1]] = True
        wanted = has & shown
        wanted = np.where(wanted.any(axis=2, keepdims=True), wanted, has)
        slots = np.arange(wanted.shape[0] * wanted.shape[1]).reshape(wanted.shape[:2])
        chance = (key_of(self._key, 8, number, slots) >> np.uint64(33)).astype(np.int64)
        # the k-th of the languages that a row has, k drawn uniformly
        chosen = chance % wanted.sum(axis=2)
        languages: np.ndarray = (np.cumsum(wanted, axis=2) > chosen[:, :, None]).argmax(axis=2).astype(np.int16)
        return languages

    @cached_property
    def _negatives_of(self) -> list[tuple[int, np.ndarray]]:
        """First row of each dataset, and which of its patterns have each hard negative in each language."""
        firsts = self.shape.firsts.tolist()
        return [
            (first, dataset.patterns[:, NEGATIVES:])
            for first, dataset in zip(firsts, self.shape.datasets, strict=False)
        ]


def _choices(shape: CorpusShape, strategy: Strategy, kind: BatchKind, temperature: float) -> list[Choice]:
    """What the batches of a kind share out: all its directions if mixed, else one direction each."""
    weights = direction_weights(shape, kind.directions, strategy.weights, temperature=temperature)
    if kind.mixed:
        return [Choice(weights, kind.every_language)]
    return [Choice({direction: weight}) for direction, weight in weights.items()]


def make_plan(
    shape: CorpusShape,
    strategy: str,
    *,
    size: int,
    directions: Sequence[Direction] | None = None,
    alpha: float | Schedule = 0.5,
    composition: Composition = "mixed",
    weights: Mapping[Direction, float] | None = None,
    ranks: int = 1,
    seed: int = 0,
    length: int | None = None,
    epochs: float = 1,
    negatives: int = 0,
    dataset_temperature: float = 1.0,
    language_temperature: float = float("inf"),
) -> Plan:
    """A plan for a strategy by name, every fault of both in one RecipeError; see `make_strategy` and `Plan`.

    `directions`: those to draw from, all that the corpora can fill by default; `ranks`: among how many processes a
    batch is to be shared.
    """
    directions = shape.directions if directions is None else directions
    weights = dict(weights or {})
    faults = strategy_faults(strategy, directions, alpha=alpha, composition=composition, weights=weights)
    if faults:
        alpha, composition, weights = 0.5, "mixed", {}
    try:
        plan = Plan(
            shape,
            make_strategy(strategy, directions, alpha=alpha, composition=composition, weights=weights),
            size=size,
            ranks=ranks,
            seed=seed,
            length=length,
            epochs=epochs,
            negatives=negatives,
            dataset_temperature=dataset_temperature,
            language_temperature=language_temperature,
        )
    except RecipeError as error:
        # strategy_faults has said before what is wrong with the strategy itself
        faults.extend(fault for fault in error.faults if fault not in faults)
    if faults:
        raise RecipeError(faults)
    return plan
