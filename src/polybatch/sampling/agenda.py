"""From which lane each batch is drawn: kinds in the shares of alpha, and the lanes of a kind by weight. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from polybatch.hashing import key_of
from polybatch.sampling.apportionment import Apportionment, Shares
from polybatch.sampling.permutation import permute
from polybatch.sampling.schedules import Schedule

KIND_BLOCK = 20  # batches: over each block of them the mix of kinds is exact to one batch
AHEAD = 64  # blocks of kinds that are worked out at one go


@dataclass(frozen=True)
class Turns:
    """Batches that follow one another: of each its kind, its lane (numbered over all kinds), and how many of its lane
    come before it. All int64, shape (batches,)."""

    kinds: np.ndarray
    lanes: np.ndarray
    earlier: np.ndarray


class Agenda:
    """The lane of every batch, a pure function of the batch's number.

    `weights`: for each kind those of its lanes. With two kinds `alpha` is the share of the first, over `total` batches.
    """

    def __init__(self, weights: Sequence[Sequence[float]], alpha: Schedule, total: int, *, key: int) -> None:
        self._alpha, self._total, self._key = alpha, total, key
        self._lanes = [_Lanes(of_kind, int(key_of(key, number))) for number, of_kind in enumerate(weights)]
        self._first_lane = np.cumsum([0, *map(len, weights)])
        self._known: tuple[int, np.ndarray, np.ndarray] | None = None

    def with_alpha(self, alpha: Schedule) -> "Agenda":
        """This agenda with another alpha."""
        return Agenda([lanes.weights for lanes in self._lanes], alpha, self._total, key=self._key)

    def kind(self, number: int) -> int:
        """The kind of batch `number`."""
        return int(self._kinds(number, number + 1)[0][0])

    def between(self, start: int, stop: int) -> Turns:
        """The batches from `start` to before `stop`, all in one stretch of AHEAD blocks."""
        kinds, of_kind = self._kinds(start, stop)
        lanes, earlier = np.empty_like(kinds), np.empty_like(kinds)
        for number, of in enumerate(self._lanes):
            inside = np.flatnonzero(kinds == number)
            if inside.size:
                first = int(of_kind[inside[0]])
                chosen, earlier[inside] = of.between(first, first + inside.size)
                lanes[inside] = self._first_lane[number] + chosen
        return Turns(kinds, lanes, earlier)

    def before(self, block: int) -> np.ndarray:
        """How many batches of each lane come before this block of KIND_BLOCK batches: int64, shape (lanes,)."""
        number = block * KIND_BLOCK
        first = self._due(number)
        counts = (first, number - first)[: len(self._lanes)]
        return np.concatenate([lanes.before(count) for lanes, count in zip(self._lanes, counts, strict=True)])

    def _kinds(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """The kind of each batch, and how many of its kind come before it."""
        stretch, place = divmod(start, KIND_BLOCK * AHEAD)
        if self._known is None or self._known[0] != stretch:
            self._known = stretch, *self._stretch(stretch)
        _, kinds, earlier = self._known
        return kinds[place : place + stop - start], earlier[place : place + stop - start]

    def _stretch(self, stretch: int) -> tuple[np.ndarray, np.ndarray]:
        blocks = stretch * AHEAD + np.arange(AHEAD)
        due = np.array([self._due(int(block) * KIND_BLOCK) for block in (*blocks, blocks[-1] + 1)])
        places = np.tile(np.arange(KIND_BLOCK), AHEAD)
        order = permute(places, KIND_BLOCK, key_of(self._key, 5, np.repeat(blocks, KIND_BLOCK)))
        is_first = order < np.repeat(np.diff(due), KIND_BLOCK)
        others = blocks[0] * KIND_BLOCK - due[0]
        earlier = np.where(is_first, due[0] + np.cumsum(is_first), others + np.cumsum(~is_first)) - 1
        return (~is_first).astype(np.int64), earlier

    def _due(self, number: int) -> int:
        """How many of the batches before this number are of the first kind."""
        if len(self._lanes) == 1:
            return number
        return int(np.floor(self._total * self._alpha.upto(number / self._total) + 0.5 + 1e-9))


class _Lanes:
    """The lanes of one kind, in shuffled order within each round of as many batches as there are lanes."""

    def __init__(self, weights: Sequence[float], key: int) -> None:
        self.weights, self._key = weights, key
        self._turns = Apportionment(Shares(tuple(weights), tuple(range(len(weights)))))

    def between(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """The lane of each batch of the kind from `start` to before `stop`, and how many of its lane come before it."""
        length = len(self.weights)
        if length == 1:
            return np.zeros(stop - start, dtype=np.int64), np.arange(start, stop)
        rounds = np.arange(start // length, -(-stop // length))
        places = np.tile(np.arange(length), len(rounds))
        order = permute(places, length, key_of(self._key, 7, np.repeat(rounds, length)))
        lanes, before = self._turns.at(np.arange(rounds[0] * length, (rounds[-1] + 1) * length))
        # shuffled within each round, but the batches of each lane in their order
        shuffled = lanes[order + np.repeat(np.arange(len(rounds)) * length, length)]
        earlier = np.empty_like(before)
        earlier[np.argsort(shuffled, kind="stable")] = before[np.argsort(lanes, kind="stable")]
        inside = slice(start - rounds[0] * length, stop - rounds[0] * length)
        return shuffled[inside], earlier[inside]

    def before(self, number: int) -> np.ndarray:
        """How many batches of each lane are among the first `number` of the kind."""
        length = len(self.weights)
        whole = number // length * length
        counts = self._turns.before(whole)
        if number > whole:
            counts = counts + np.bincount(self.between(whole, number)[0], minlength=length)
        return counts
