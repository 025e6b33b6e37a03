"""Keyed hashes of whole numbers: what is drawn by chance follows from a key, not from a state. No permutations."""

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MULTIPLIERS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
"""The increment and the two multipliers of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""


def key_of(*parts: int | np.ndarray) -> np.ndarray:
    """A 64-bit key from whole numbers, in this order; arrays are broadcast, one key an element."""
    key = np.zeros((), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            key = _mix(key * GOLDEN + np.asarray(part).astype(np.uint64) + GOLDEN)
    return key


def _mix(key: np.ndarray) -> np.ndarray:
    key = (key ^ (key >> np.uint64(30))) * MULTIPLIERS[0]
    key = (key ^ (key >> np.uint64(27))) * MULTIPLIERS[1]
    mixed: np.ndarray = key ^ (key >> np.uint64(31))
    return mixed
