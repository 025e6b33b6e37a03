"""Fill batches with rows: without replacement, and no two rows of a batch from one group. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from polybatch.hashing import key_of
from polybatch.sampling.agenda import AHEAD, KIND_BLOCK, Agenda, Turns
from polybatch.sampling.apportionment import Apportionment, Shares
from polybatch.sampling.items import items_in_turn
from polybatch.sampling.permutation import permute
from polybatch.sampling.repair import Repair, Slots
from polybatch.sampling.streams import Lane, Stream
from polybatch.table.shape import PASSAGE, QUERY, CorpusShape

_BLOCK_ROWS = 16384  # of the batches that are filled at one go
_FRESH = 8  # a stream this many times its rows in a batch shuffles freely; a shorter one only as far as is safe
_KEPT = 4  # blocks that were filled last


@dataclass(frozen=True)
class Rows:
    """Rows of some batches, read-only, of shape (batches, size): int64 rows, int16 languages of query and passage."""

    rows: np.ndarray
    queries: np.ndarray
    passages: np.ndarray

    def __post_init__(self) -> None:
        for array in (self.rows, self.queries, self.passages):
            array.flags.writeable = False


class Filling:
    """The rows of all batches, numbered from 0; those of a block are filled together.

    What a slot holds follows from its number alone, but for rows that would share a group with another of the batch:
    such a row changes places with one of the same stream and round in another of the KIND_BLOCK batches around it;
    where none can, it gives way to the next group of its stream that is free (if there is none, of its direction, or of
    any), and is passed over this once.
    """

    def __init__(
        self,
        shape: CorpusShape,
        streams: Sequence[Stream],
        lanes: Sequence[Lane],
        agenda: Agenda,
        *,
        size: int,
        key: int,
    ) -> None:
        self.shape, self.streams, self.lanes, self.size = shape, streams, lanes, size
        self._agenda, self._key = agenda, key
        blocks = max(1, _BLOCK_ROWS // (KIND_BLOCK * size))
        self._batches = KIND_BLOCK * min(AHEAD, 1 << (blocks.bit_length() - 1))  # AHEAD is a multiple of it
        self._filled: dict[int, tuple[Turns, Rows]] = {}
        self._bases: dict[int, np.ndarray] = {}
        self._layout_streams()
        self._layout_leaves()

    def with_agenda(self, agenda: Agenda) -> "Filling":
        """The rows of the same streams and lanes by another agenda."""
        return Filling(self.shape, self.streams, self.lanes, agenda, size=self.size, key=self._key)

    def batch(self, number: int) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
        """The kind of one batch, its rows and the languages of queries and passages: read-only, of shape (size,)."""
        block, place = divmod(number, self._batches)
        if block not in self._filled:
            if len(self._filled) == _KEPT:
                del self._filled[next(iter(self._filled))]
            self._filled[block] = self._fill(block)
        turns, filled = self._filled[block]
        return int(turns.kinds[place]), filled.rows[place], filled.queries[place], filled.passages[place]

    def _layout_streams(self) -> None:
        streams = self.streams
        self.count = count = np.array([stream.groups for stream in streams], dtype=np.int64)
        self._classes = np.array([max(1, len(stream.rotation)) for stream in streams], dtype=np.int64)
        most = np.array([stream.most for stream in streams], dtype=np.int64)
        # two draws of a group must be a batch apart, so none may move forward by more than this in the next round
        safe = np.maximum(1, (count - most) // self._classes + 1)
        self._window = np.where(count >= _FRESH * most, count, safe)
        self._offset = np.concatenate([[0], np.cumsum(count)])[:-1]
        firsts, lengths = np.concatenate([stream.ranges for stream in streams]).T
        self._range_ends = np.cumsum(lengths)
        self._range_shift = firsts - (self._range_ends - lengths)
        self._dataset = np.array([stream.dataset for stream in streams], dtype=np.int64)
        self._number = np.array([stream.number for stream in streams], dtype=np.int64)
        self._period = np.maximum(self._classes, [stream.streams for stream in streams])
        self._apart = np.array([stream.streams for stream in streams], dtype=np.int64)
        self._rotation = np.full((len(streams), int(self._classes.max()), 2), -1, dtype=np.int16)
        for number, stream in enumerate(streams):
            if stream.rotation:
                self._rotation[number, : len(stream.rotation)] = stream.rotation

    def _layout_leaves(self) -> None:
        leaves = [leaf for lane in self.lanes for leaf in lane.leaves]
        self._first_leaf = np.cumsum([0, *(len(lane.leaves) for lane in self.lanes)])[:-1]
        self._leaf_stream = np.array([leaf.stream for leaf in leaves], dtype=np.int64)
        self._leaf_pair = np.array([leaf.pair or (-1, -1) for leaf in leaves], dtype=np.int16)
        # the patterns of each dataset that have any direction that is drawn from it
        self._drawn = {
            number: np.zeros(len(dataset.patterns), dtype=bool) for number, dataset in enumerate(self.shape.datasets)
        }
        for leaf in leaves:
            stream = self.streams[leaf.stream]
            patterns = self.shape.datasets[stream.dataset].patterns
            for query, passage in (leaf.pair,) if leaf.pair else stream.rotation:
                self._drawn[stream.dataset] |= patterns[:, QUERY, query] & patterns[:, PASSAGE, passage]
        # lanes of equal shares, as most are, are shared out together
        numbers: dict[Shares, int] = {}
        self._shares = np.array([numbers.setdefault(lane.shares, len(numbers)) for lane in self.lanes])
        self._apportionments = [Apportionment(shares) for shares in numbers]

    def _fill(self, block: int) -> tuple[Turns, Rows]:
        turns = self._agenda.between(block * self._batches, (block + 1) * self._batches)
        slots = self._slots(block, turns)
        ordered = np.sort(slots.conflicts.reshape(-1, self._batches, self.size), axis=2)
        repeated = (ordered[:, :, 1:] == ordered[:, :, :-1]) & (ordered[:, :, 1:] >= 0)
        if repeated.any():
            for batch in np.unique(np.nonzero(repeated)[1]).tolist():
                Repair(self, slots, self.lanes[turns.lanes[batch]], batch).run()
        shape = self._batches, self.size
        queries, passages = slots.pairs.T
        return turns, Rows(slots.rows.reshape(shape), queries.reshape(shape).copy(), passages.reshape(shape).copy())

    def _slots(self, block: int, turns: Turns) -> Slots:
        """What each slot of a block holds by its number alone."""
        leaf = self._leaves(turns)
        stream = self._leaf_stream[leaf]
        draw = self._draws(block, stream)
        count, classes, window = self.count[stream], self._classes[stream], self._window[stream]
        rounds, place = np.divmod(draw, count)
        of_class = place % classes
        place = place // classes
        # a class is cut into windows that are shuffled apart: near even ones, none longer than is safe
        length = (count - of_class + classes - 1) // classes
        windows = -(-length // np.minimum(window, length))
        which = place * windows // length
        first = -(-which * length // windows)
        inside = -(-(which + 1) * length // windows) - first
        shuffled = permute(place - first, inside, key_of(self._key, 3, stream, rounds, of_class, which))
        index = permute((first + shuffled) * classes + of_class, count, key_of(self._key, 4, stream))
        pairs = self._leaf_pair[leaf]
        turning = pairs[:, 0] < 0
        slots = np.flatnonzero(turning)
        if slots.size:
            pairs[slots] = self._rotation[stream[slots], ((of_class + rounds) % classes)[slots]]
        return self.placed(stream, pairs, rounds, index, turning)

    def _leaves(self, turns: Turns) -> np.ndarray:
        """The leaf of each slot, numbered over all lanes."""
        leaf = np.repeat(self._first_leaf[turns.lanes], self.size).reshape(-1, self.size)
        shares = self._shares[turns.lanes]
        for number in sorted({*shares.tolist()}):
            inside = np.flatnonzero(shares == number)
            positions = turns.earlier[inside, None] * self.size + np.arange(self.size)
            part, _ = self._apportionments[number].at(positions.reshape(-1))
            leaf[inside] += part.reshape(positions.shape)
        return leaf.reshape(-1)

    def _draws(self, block: int, stream: np.ndarray) -> np.ndarray:
        """How many slots of the same stream come before each slot, of all batches there are."""
        base = self._bases.pop(block, None)
        base = self._base(block) if base is None else base
        counts = np.bincount(stream, minlength=len(self.streams))
        self._bases = {block + 1: base + counts}
        if len(self.streams) == 1:
            only: np.ndarray = base[0] + np.arange(len(stream))
            return only
        order = np.argsort(stream, kind="stable")
        draws = np.empty_like(order)
        draws[order] = np.arange(len(order)) + np.repeat(base - (np.cumsum(counts) - counts), counts)
        return draws

    def _base(self, block: int) -> np.ndarray:
        """How many slots of each stream come before a block."""
        batches = self._agenda.before(block * self._batches // KIND_BLOCK)
        base = np.zeros(len(self.streams), dtype=np.int64)
        for lane, number, count in zip(self.lanes, self._shares.tolist(), batches.tolist(), strict=True):
            if count:
                leaves = self._apportionments[number].before(count * self.size)
                np.add.at(base, [leaf.stream for leaf in lane.leaves], leaves)
        return base

    def placed(
        self, stream: np.ndarray, pairs: np.ndarray, rounds: np.ndarray, index: np.ndarray, turning: np.ndarray
    ) -> Slots:
        """Slots with their rows and the groups of these."""
        place = self._offset[stream] + index
        group = place + self._range_shift[np.searchsorted(self._range_ends, place, side="right")]
        turn, period = rounds * self._apart[stream] + self._number[stream], self._period[stream]
        dataset = self._dataset[stream]
        rows = np.empty(len(stream), dtype=np.int64)
        conflicts = [group + self.shape.first_groups[dataset]]
        kinds = max((len(dataset.further) for dataset in self.shape.datasets if dataset.further is not None), default=0)
        conflicts.extend(np.full(len(stream), -1, dtype=np.int64) for _ in range(kinds))
        for number in {*self._dataset.tolist()}:
            shape = self.shape.datasets[number]
            inside = np.flatnonzero(dataset == number)
            if not inside.size:
                continue
            key = int(key_of(self._key, 9, number))
            items = items_in_turn(
                shape, group[inside], turn[inside], period[inside], pairs[inside], drawn=self._drawn[number], key=key
            )
            rows[inside] = items + self.shape.firsts[number]
            for kind, values in enumerate(() if shape.further is None else shape.further):
                taken = np.asarray(values[items])
                # further groups are numbered within a dataset: datasets must not share them
                conflicts[1 + kind][inside] = np.where(taken < 0, -1, taken * len(self.shape.datasets) + number)
        return Slots(stream, pairs, rounds, index, turning, rows, np.stack(conflicts))
