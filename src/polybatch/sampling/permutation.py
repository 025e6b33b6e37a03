"""Keyed permutations of [0, n), an element at a time. Pure functions of their key; no state."""

import numpy as np

from polybatch.hashing import GOLDEN, MULTIPLIERS

SMALL = 64  # below this count, orders are not uniform (by a chi-square test over all of them) before some 16 rounds
ROUNDS, ROUNDS_SMALL = 8, 24  # of the Feistel network

_FIRST, _SECOND = MULTIPLIERS
_ONE, _HALF = np.uint64(1), np.uint64(32)


def permute(index: np.ndarray, count: np.ndarray | int, key: np.ndarray) -> np.ndarray:
    """Where a keyed permutation of [0, count) sends each index; int64, in constant memory whatever the count.

    `count` (up to 2 ** 62) and `key` may differ by element. A generalised Feistel network over a rectangle that is a
    little larger than the count, walked until it falls inside (Black and Rogaway, 2002, sections 3 and 4).
    """
    place, count, key = np.broadcast_arrays(index, count, key)
    place, count = place.astype(np.uint64), count.astype(np.uint64)
    small = count < SMALL
    for chosen, rounds in ((small, ROUNDS_SMALL), (~small, ROUNDS)):
        inside = np.flatnonzero(chosen)
        while inside.size:
            place[inside] = _walk(place[inside], count[inside], key[inside], rounds)
            inside = inside[place[inside] >= count[inside]]
    permuted: np.ndarray = place.astype(np.int64)
    return permuted


def _walk(index: np.ndarray, count: np.ndarray, key: np.ndarray, rounds: int) -> np.ndarray:
    """One pass through the network, a permutation of [0, width * height)."""
    width = np.ceil(np.sqrt(count.astype(np.float64))).astype(np.uint64)
    height = (count + width - _ONE) // width
    height += height & _ONE  # an odd one, with an odd width, would make even permutations only
    left = index // height
    right = index - left * height
    with np.errstate(over="ignore"):
        for _ in range(rounds // 2):
            key = key + GOLDEN
            left = _turn(left, right, width, key)
            key = key + GOLDEN
            right = _turn(right, left, height, key)
    walked: np.ndarray = left * height + right
    return walked


def _turn(moved: np.ndarray, other: np.ndarray, size: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Move within [0, size) by a hash of the other half."""
    hashed = (other ^ key) * _FIRST
    hashed ^= hashed >> _HALF
    hashed *= _SECOND
    hashed >>= _HALF
    moved = moved + ((hashed * size) >> _HALF)
    turned: np.ndarray = np.minimum(moved, moved - size)  # unsigned: below size, moved - size is huge
    return turned
