"""Groups of rows as numbers: which rows share a passage, and which must not meet in a batch. No texts."""

from collections.abc import Iterable
from typing import Any

import numpy as np


def number_names(names: Iterable[Any]) -> np.ndarray:
    """Names as numbers in order of appearance, int64; None and the empty name are -1, no group."""
    numbers: dict[Any, int] = {}
    empty = (None, "")
    return np.array([-1 if name in empty else numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


def number_keys(keys: np.ndarray) -> np.ndarray:
    """`number_names` of names that are given by their hashes, uint64; 0 is the empty name."""
    named = np.flatnonzero(keys)
    _, first, of = np.unique(keys[named], return_index=True, return_inverse=True)
    ranks = np.empty(len(first), dtype=np.int64)
    ranks[np.argsort(first)] = np.arange(len(first))
    numbers = np.full(len(keys), -1, dtype=np.int64)
    numbers[named] = ranks[of.reshape(-1)]
    return numbers


def passage_groups(numbers: np.ndarray) -> np.ndarray:
    """The passage group of every row: a row whose number is negative is in a group of its own. A new array."""
    return np.where(numbers < 0, len(numbers) + np.cumsum(numbers < 0) - 1, numbers)
