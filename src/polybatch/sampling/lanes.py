"""Fill the batches of one kind with rows: without replacement, and no two rows of a batch from one group. Pure."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from polybatch.sampling.apportionment import Apportionment, Shares
from polybatch.sampling.permutation import key_of, permute
from polybatch.sampling.shape import CorpusShape
from polybatch.sampling.streams import Stream

BLOCK_ROWS = 4096  # of the batches that are filled at one go: where one row of a batch cannot stay, another takes over
_FRESH = 8  # a stream this many times its rows in a batch shuffles freely; a shorter one only as far as is safe


@dataclass(frozen=True)
class Rows:
    """Rows of some batches, read-only, of shape (batches, size): int64 rows, int16 languages of query and passage."""

    rows: np.ndarray
    queries: np.ndarray
    passages: np.ndarray

    def __post_init__(self) -> None:
        for array in (self.rows, self.queries, self.passages):
            array.flags.writeable = False


class Filled(OrderedDict[tuple[int, int], Rows]):
    """Blocks that were filled last, by the key of their lane and their number; old ones are let go."""

    MOST = 512  # blocks of 12 bytes a row: 25 MB

    def keep(self, key: tuple[int, int], rows: Rows) -> None:
        """Keep a block, and let go of the one that was kept first if there are too many."""
        self[key] = rows
        if len(self) > self.MOST:
            self.popitem(last=False)


@dataclass
class _Slots:
    """What is in the slots of a block, flat; repaired in place before it is handed out."""

    stream: np.ndarray
    direction: np.ndarray  # of the stream's
    round: np.ndarray
    index: np.ndarray  # of the group in the stream
    turn: np.ndarray
    rows: np.ndarray
    conflicts: np.ndarray  # shape (kinds of groups, slots): the groups of the row, negative for none


class Lane:
    """The batches that draw from one set of streams, numbered from 0; those of a block are filled together.

    What a slot holds follows from its number alone, but for rows that would share a group with another of the batch:
    such a row changes places with one of the same stream and round in another batch of the block; where none can, it
    gives way to the next group of its stream that is free (if there is none, of its direction, or of any), and is
    passed over this once.
    """

    def __init__(
        self, shape: CorpusShape, streams: Sequence[Stream], shares: Shares, *, size: int, key: int, filled: Filled
    ) -> None:
        self._shape, self._streams, self._size, self._key, self._filled = shape, streams, size, key, filled
        self._apportionment = Apportionment(shares)
        self._batches = max(2, BLOCK_ROWS // size)
        count = np.array([stream.groups for stream in streams], dtype=np.int64)
        self._count, self._classes = count, np.array([len(stream.directions) for stream in streams], dtype=np.int64)
        # the most slots of a stream in a batch: its share, and what rounding may add to it
        most = np.array([np.ceil(stream.share * size) for stream in streams], dtype=np.int64)
        most = np.minimum(size, most + (0 if len(streams) == 1 else 2))
        # two draws of a group must be a batch apart, so none may move forward by more than this in the next round
        safe = np.maximum(1, (count - most) // self._classes + 1)
        self._window = np.where(count >= _FRESH * most, count, safe)
        self._offset = np.concatenate([[0], np.cumsum(count)])[:-1]
        firsts, lengths = np.concatenate([stream.ranges for stream in streams]).T
        self._range_ends = np.cumsum(lengths)
        self._range_shift = firsts - (self._range_ends - lengths)
        widest = max(len(stream.directions) for stream in streams)
        self._languages = np.zeros((len(streams), widest, 2), dtype=np.int16)
        for number, stream in enumerate(streams):
            self._languages[number, : len(stream.directions)] = stream.directions
        self._dataset = np.array([stream.dataset for stream in streams], dtype=np.int64)
        self._scarcity = {
            direction: sum(stream.groups for stream in streams if direction in stream.directions)
            for direction in dict.fromkeys(direction for stream in streams for direction in stream.directions)
        }

    def batch(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows and languages of queries and passages of one batch: read-only, of shape (size,)."""
        block, place = divmod(number, self._batches)
        found = self._filled.get((self._key, block))
        if found is None:
            found = self._fill(block)
            self._filled.keep((self._key, block), found)
        return found.rows[place], found.queries[place], found.passages[place]

    def _fill(self, block: int) -> Rows:
        slots = self._slots(block)
        ordered = np.sort(slots.conflicts.reshape(-1, self._batches, self._size), axis=2)
        repeated = (ordered[:, :, 1:] == ordered[:, :, :-1]) & (ordered[:, :, 1:] >= 0)
        if repeated.any():
            for batch in np.unique(np.nonzero(repeated)[1]).tolist():
                _Repair(self, slots, batch).run()
        languages = self._languages[slots.stream, slots.direction].reshape(self._batches, self._size, 2)
        rows = slots.rows.reshape(self._batches, self._size)
        return Rows(rows, languages[..., 0].copy(), languages[..., 1].copy())

    def _slots(self, block: int) -> _Slots:
        """What each slot of a block holds by its number alone."""
        start = block * self._batches * self._size
        stream, draw = self._apportionment.at(np.arange(start, start + self._batches * self._size))
        count, classes, window = self._count[stream], self._classes[stream], self._window[stream]
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
        turn, ahead = np.divmod(rounds, classes)
        return self._placed(stream, (of_class + ahead) % classes, rounds, index, turn)

    def _placed(
        self, stream: np.ndarray, direction: np.ndarray, rounds: np.ndarray, index: np.ndarray, turn: np.ndarray
    ) -> _Slots:
        """Slots with their rows and the groups of these."""
        place = self._offset[stream] + index
        group = place + self._range_shift[np.searchsorted(self._range_ends, place, side="right")]
        languages = self._languages[stream, direction]
        dataset = self._dataset[stream]
        rows = np.empty(len(stream), dtype=np.int64)
        conflicts = [group + self._shape.first_groups[dataset]]
        kinds = max((len(one.further) for one in self._shape.datasets if one.further is not None), default=0)
        conflicts.extend(np.full(len(stream), -1, dtype=np.int64) for _ in range(kinds))
        for number in {*self._dataset.tolist()}:
            one = self._shape.datasets[number]
            inside = np.flatnonzero(dataset == number)
            if not inside.size:
                continue
            found = one.items(group[inside], turn[inside], languages[inside, 0], languages[inside, 1])
            rows[inside] = found + self._shape.firsts[number]
            for kind, values in enumerate(() if one.further is None else one.further):
                taken = np.asarray(values[found])
                # further groups are numbered within a dataset: datasets must not share them
                conflicts[1 + kind][inside] = np.where(taken < 0, -1, taken * len(self._shape.datasets) + number)
        return _Slots(stream, direction, rounds, index, turn, rows, np.stack(conflicts))


class _Repair:
    """Frees one batch of a block from rows that share a group."""

    def __init__(self, lane: Lane, slots: _Slots, batch: int) -> None:
        self._lane, self._slots = lane, slots
        self._inside = range(batch * lane._size, (batch + 1) * lane._size)
        inside = slots.conflicts[:, self._inside.start : self._inside.stop]
        self._held = dict(zip(self._inside, map(_named, inside.T.tolist()), strict=True))
        self._times = Counter(group for groups in self._held.values() for group in groups)

    def run(self) -> None:
        """Keep rows of scarce directions, and the first of equals; others change places or give way."""
        used: set[tuple[int, int]] = set()
        for slot in sorted(self._inside, key=lambda slot: (self._lane._scarcity[self._direction(slot)], slot)):
            if not used.isdisjoint(self._held[slot]):
                before = self._held[slot]
                if (other := self._partner(slot)) is not None:
                    self._swap(slot, other)
                else:
                    self._replace(slot, used)
                self._held[slot] = _named(self._slots.conflicts[:, slot].tolist())
                self._times.subtract(before)
                self._times.update(self._held[slot])
            used.update(self._held[slot])

    def _direction(self, slot: int) -> tuple[int, int]:
        stream = self._lane._streams[int(self._slots.stream[slot])]
        return stream.directions[int(self._slots.direction[slot])]

    def _partner(self, slot: int) -> int | None:
        """A slot of another batch, of the same stream, round and direction, with which both batches are free."""
        slots, size = self._slots, self._lane._size
        same = (slots.stream == slots.stream[slot]) & (slots.round == slots.round[slot])
        same &= slots.direction == slots.direction[slot]
        same[self._inside.start : self._inside.stop] = False
        own = self._held[slot]
        for other in np.flatnonzero(same).tolist():
            if any(self._times[group] > (group in own) for group in _named(slots.conflicts[:, other].tolist())):
                continue
            start = other // size * size
            theirs = slots.conflicts[:, start : start + size]
            if not any((np.delete(theirs[kind], other - start) == value).any() for kind, value in own):
                return other
        return None

    def _swap(self, slot: int, other: int) -> None:
        slots = self._slots
        for array in (slots.index, slots.turn, slots.rows):
            array[slot], array[other] = array[other], array[slot]
        slots.conflicts[:, [slot, other]] = slots.conflicts[:, [other, slot]]

    def _replace(self, slot: int, used: set[tuple[int, int]]) -> None:
        """The next free group of the stream, or of another of the same direction, or where none is left of any."""
        slots, lane = self._slots, self._lane
        stream, wanted = int(slots.stream[slot]), self._direction(slot)
        choices = [(number, place) for number, one in enumerate(lane._streams) for place in range(len(one.directions))]
        choices.sort(key=lambda one: (lane._streams[one[0]].directions[one[1]] != wanted, one[0] != stream))
        for number, direction in choices:
            count = int(lane._count[number])
            for start in range(0, count, lane._size):
                index = (slots.index[slot] + 1 + np.arange(start, min(start + lane._size, count))) % count
                same, rounds = np.full(len(index), number), np.full(len(index), slots.round[slot])
                found = lane._placed(same, np.full(len(index), direction), rounds, index, rounds)
                for place, groups in enumerate(found.conflicts.T.tolist()):
                    if used.isdisjoint(_named(groups)):
                        for array, new in zip(_arrays(slots), _arrays(found), strict=True):
                            array[..., slot] = new[..., place]
                        return
        raise AssertionError("plan_faults let a batch pass that cannot be filled")


def _named(groups: Sequence[int]) -> list[tuple[int, int]]:
    """The groups of a row with their kind, without those that it has not."""
    return [(kind, value) for kind, value in enumerate(groups) if value >= 0]


def _arrays(slots: _Slots) -> tuple[np.ndarray, ...]:
    return slots.stream, slots.direction, slots.round, slots.index, slots.turn, slots.rows, slots.conflicts
