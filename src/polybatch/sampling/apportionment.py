"""Share a sequence out in fixed proportions, evenly over every stretch of it. Pure functions of the position."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

_PRECISION = 2**24  # shares that are not all equal are rounded to one part in this many


@dataclass(frozen=True)
class Shares:
    """A tree of shares: parts in proportion to their weights, each a leaf (its number) or shares in its turn."""

    weights: tuple[float, ...]
    parts: tuple["int | Shares", ...]


class Apportionment:
    """To which leaf of a tree of shares each position of an endless sequence falls, and the how-manieth of it.

    Each fork of the tree halves its parts as evenly as their number allows, and gives each half its share of the
    positions to within one, of every prefix (Bresenham's line). So a leaf's count in any stretch is within a few of
    its share of it (one a fork), and where all parts weigh the same each stretch of as many positions as there are
    parts holds each part once. Parts of no weight are never chosen.
    """

    def __init__(self, shares: Shares) -> None:
        self._weight: list[int] = []
        self._left_weight: list[int] = []
        self._children: list[tuple[int, int]] = []
        self._leaf: list[int] = []
        self._depth = self._add(shares)[1]
        self._arrays = [np.array(numbers, dtype=np.int64) for numbers in (self._weight, self._left_weight, self._leaf)]
        self._child = np.array(self._children, dtype=np.int64)

    def at(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For positions from 0: the leaf of each, and how many positions before it had the same leaf; both int64."""
        weight, left_weight, leaf = self._arrays
        index = positions.astype(np.int64)
        if not self._depth:
            return np.full(len(index), leaf[0]), index
        node = np.zeros(len(index), dtype=np.int64)
        for _ in range(self._depth):
            whole, part = weight[node], left_weight[node]
            scaled = index * part + (whole >> 1)
            left_before = scaled // whole
            goes_left = scaled - left_before * whole + part >= whole
            index = np.where(goes_left, left_before, index - left_before)
            node = self._child[node, (~goes_left).astype(np.int64)]
        return leaf[node], index

    def before(self, position: int) -> np.ndarray:
        """How many of the first `position` positions fall to each leaf: int64, by the number of the leaf."""
        counts = [0] * len(self._leaf)
        counts[0] = position
        leaves = np.zeros(max(self._leaf) + 1, dtype=np.int64)
        for node, (left, right) in enumerate(self._children):  # a fork stands before its parts
            if left == node:
                leaves[self._leaf[node]] = counts[node]
                continue
            counts[left] = (counts[node] * self._left_weight[node] + (self._weight[node] >> 1)) // self._weight[node]
            counts[right] = counts[node] - counts[left]
        return leaves

    def _add(self, part: "int | Shares") -> tuple[int, int]:
        """Add a part and all below it; its node's number and depth."""
        if isinstance(part, int):
            return self._node(part), 0
        kept = [(weight, below) for weight, below in zip(part.weights, part.parts, strict=True) if weight > 0]
        return self._fork(_whole_numbers([weight for weight, _ in kept]), [below for _, below in kept])

    def _fork(self, weights: Sequence[int], parts: Sequence["int | Shares"]) -> tuple[int, int]:
        if len(parts) == 1:
            return self._add(parts[0])
        half = len(parts) // 2
        number = self._node(-1)
        left, left_depth = self._fork(weights[:half], parts[:half])
        right, right_depth = self._fork(weights[half:], parts[half:])
        self._weight[number], self._left_weight[number] = sum(weights), sum(weights[:half])
        self._children[number] = (left, right)
        return number, 1 + max(left_depth, right_depth)

    def _node(self, leaf: int) -> int:
        number = len(self._leaf)
        self._leaf.append(leaf)
        # a leaf that is reached early stays where it is while deeper ones are looked for
        self._weight.append(1)
        self._left_weight.append(1)
        self._children.append((number, number))
        return number


def _whole_numbers(weights: Sequence[float]) -> list[int]:
    """Weights as small whole numbers in the same proportions; equal ones as exactly equal."""
    largest = max(weights)
    if min(weights) >= largest * (1 - 1e-9):
        return [1] * len(weights)
    whole = [max(1, round(weight / largest * _PRECISION)) for weight in weights]
    shared = gcd(*whole)
    return [number // shared for number in whole]
