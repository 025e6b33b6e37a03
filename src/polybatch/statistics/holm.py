"""Holm's correction over a family of comparisons, and the level that it leaves to each. Not here: the tests."""

from collections.abc import Sequence

import numpy as np

LEVEL = 0.05
"""The chance, at most, that a family has even one false finding."""


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Each p corrected for all of them (Holm 1979), in the order given: compare with LEVEL itself.

    The smallest p times their number, the next times one less, and so on, none smaller than the one before, at most 1.
    Empty for none.
    """
    order = np.argsort(ps, kind="stable")
    factors = np.arange(len(ps), 0, -1)
    corrected = np.empty(len(ps))
    corrected[order] = np.minimum(1, np.maximum.accumulate(np.asarray(ps, dtype=float)[order] * factors))
    return tuple(corrected.tolist())


def levels(ps: Sequence[float]) -> tuple[float, ...]:
    """For each p the level at which Holm tests it, the others being what they are: significant if p is at most that.

    LEVEL over the number of comparisons, those among the others that are significant without it left out.
    """
    return tuple(LEVEL / (len(ps) - _significant([*ps[:place], *ps[place + 1 :]], len(ps))) for place in range(len(ps)))


def _significant(others: Sequence[float], family: int) -> int:
    """How many of the others, in a family with one more, are significant whatever that one is."""
    count = 0
    for p in sorted(others):
        if p > LEVEL / (family - count):
            break
        count += 1
    return count
