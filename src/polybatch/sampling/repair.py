"""Free a batch from rows that share a group: they change places with others, or give way. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.sampling.streams import Lane, Pair, Stream

_TRIED = 64  # slots to change places with that are looked at in one go


@dataclass
class Slots:
    """What is in the slots of some batches, flat; repaired in place before it is handed out."""

    stream: np.ndarray
    pairs: np.ndarray  # int16, shape (slots, 2): the languages of query and passage
    round: np.ndarray
    index: np.ndarray  # of the group in the stream
    turning: np.ndarray  # whether the direction is the stream's rotation
    rows: np.ndarray
    conflicts: np.ndarray  # shape (kinds of groups, slots): the groups of the row, negative for none

    def take(self, slot: int, other: "Slots", place: int) -> None:
        """Take over into one slot what other slots hold at a place."""
        for name in ("stream", "pairs", "round", "index", "turning", "rows"):
            getattr(self, name)[slot] = getattr(other, name)[place]
        self.conflicts[:, slot] = other.conflicts[:, place]


class Placing(Protocol):
    """What a repair asks of the filling: how large it is, and what a slot with another group would hold."""

    size: int
    streams: Sequence[Stream]
    count: np.ndarray

    def placed(
        self, stream: np.ndarray, pairs: np.ndarray, rounds: np.ndarray, index: np.ndarray, turning: np.ndarray
    ) -> Slots:
        """Slots with their rows and the groups of these."""
        ...


class Repair:
    """Frees one batch of a block from rows that share a group."""

    def __init__(self, filling: Placing, slots: Slots, lane: Lane, batch: int) -> None:
        self._filling, self._slots, self._lane, size = filling, slots, lane, filling.size
        self._inside = range(batch * size, (batch + 1) * size)
        # no further than the block of kinds reaches: what comes after it may yet change, by another alpha
        block = KIND_BLOCK * size
        self._around = slice(self._inside.start // block * block, (self._inside.start // block + 1) * block)
        inside = slots.conflicts[:, self._inside.start : self._inside.stop]
        self._held = dict(zip(self._inside, map(_named, inside.T.tolist()), strict=True))
        self._times = Counter(group for groups in self._held.values() for group in groups)
        self._choices = [
            (leaf.stream, pair)
            for leaf in lane.leaves
            for pair in ((leaf.pair,) if leaf.pair else filling.streams[leaf.stream].rotation)
        ]
        self._scarcity: Counter[Pair] = Counter()
        for stream, pair in self._choices:
            self._scarcity[pair] += filling.streams[stream].groups

    def run(self) -> None:
        """Keep rows of scarce directions, and the first of equals; others change places or give way."""
        kept: list[int] = []
        for slot in sorted(self._inside, key=lambda slot: (self._scarcity[self._pair(slot)], slot)):
            # where the row's own round has no other place for it, that of its rival may
            for other in (slot, *self._rivals(slot, kept)):
                if self._rivals(slot, kept):
                    self._swap(other)
            if self._rivals(slot, kept):
                self._replace(slot, {group for other in kept for group in self._held[other]})
            kept.append(slot)

    def _rivals(self, slot: int, kept: Sequence[int]) -> list[int]:
        """Which of the slots that were kept share a group with this one."""
        if all(self._times[group] == 1 for group in self._held[slot]):
            return []
        return [other for other in kept if not self._held[other].isdisjoint(self._held[slot])]

    def _take(self, slot: int, other: Slots, place: int) -> None:
        """Take over into one of the batch's slots what other slots hold at a place."""
        self._slots.take(slot, other, place)
        self._times.subtract(self._held[slot])
        self._held[slot] = _named(self._slots.conflicts[:, slot].tolist())
        self._times.update(self._held[slot])

    def _pair(self, slot: int) -> Pair:
        query, passage = self._slots.pairs[slot].tolist()
        return query, passage

    def _swap(self, slot: int) -> bool:
        """Change groups with a slot of another batch, of the same stream and round, if both batches are then free."""
        slots = self._slots
        around = np.arange(self._around.start, self._around.stop)
        same = (slots.stream[around] == slots.stream[slot]) & (slots.round[around] == slots.round[slot])
        same &= (around < self._inside.start) | (around >= self._inside.stop)
        # a rotation says which direction a group is drawn in
        turning = slots.turning[slot] | slots.turning[around]
        same &= ~turning | (slots.pairs[around] == slots.pairs[slot]).all(axis=1)
        others = around[same]
        return any(self._swap_with(slot, others[start : start + _TRIED]) for start in range(0, len(others), _TRIED))

    def _swap_with(self, slot: int, others: np.ndarray) -> bool:
        """Change groups with the first of these slots that leaves both batches free, if there is one."""
        slots, size = self._slots, self._filling.size
        here = self._with(np.full(len(others), slot), slots.index[others])
        there = self._with(others, np.full(len(others), slots.index[slot]))
        own = self._held[slot]
        for place, other in enumerate(others.tolist()):
            if any(self._times[group] > (group in own) for group in _named(here.conflicts[:, place].tolist())):
                continue
            start = other // size * size
            theirs = np.delete(slots.conflicts[:, start : start + size], other - start, axis=1)
            if not any((theirs[kind] == value).any() for kind, value in _named(there.conflicts[:, place].tolist())):
                self._take(slot, here, place)
                slots.take(other, there, place)
                return True
        return False

    def _with(self, places: np.ndarray, index: np.ndarray) -> Slots:
        """What these slots would hold with other groups."""
        slots = self._slots
        return self._filling.placed(
            slots.stream[places], slots.pairs[places], slots.round[places], index, slots.turning[places]
        )

    def _replace(self, slot: int, used: set[tuple[int, int]]) -> None:
        """The next free group of the stream, or of another of the same direction, or where none is left of any."""
        slots, filling = self._slots, self._filling
        stream, wanted = int(slots.stream[slot]), self._pair(slot)
        for number, pair in sorted(self._choices, key=lambda choice: (choice[1] != wanted, choice[0] != stream)):
            count = int(filling.count[number])
            for start in range(0, count, filling.size):
                index = (slots.index[slot] + 1 + np.arange(start, min(start + filling.size, count))) % count
                length = len(index)
                free = filling.placed(
                    np.full(length, number),
                    np.tile(np.array(pair, dtype=np.int16), (length, 1)),
                    np.full(length, slots.round[slot]),
                    index,
                    np.full(length, slots.turning[slot]),
                )
                for place, groups in enumerate(free.conflicts.T.tolist()):
                    if used.isdisjoint(_named(groups)):
                        self._take(slot, free, place)
                        return
        raise AssertionError("plan_faults let a batch pass that cannot be filled")


def _named(groups: Sequence[int]) -> set[tuple[int, int]]:
    """The groups of a row with their kind, without those that it has not."""
    return {(kind, value) for kind, value in enumerate(groups) if value >= 0}
