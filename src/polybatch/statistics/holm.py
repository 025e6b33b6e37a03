"""Holm's correction over the family of comparisons that one table makes. Not here: the tests."""

from collections.abc import Sequence

import numpy as np


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Each p corrected for all of them (Holm 1979), in the order given: compare with the level itself.

    The smallest p times their number, the next times one less, and so on, none smaller than the one before, at most 1.
    Empty for none. With it the chance of even one false finding in the table is at most the level.
    """
    order = np.argsort(ps, kind="stable")
    factors = np.arange(len(ps), 0, -1)
    corrected = np.empty(len(ps))
    corrected[order] = np.minimum(1, np.maximum.accumulate(np.asarray(ps, dtype=float)[order] * factors))
    return tuple(corrected.tolist())
