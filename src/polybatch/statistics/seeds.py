"""Seeds of two systems: whether they pair, and how far a difference varies with them. Not here: clusters."""

import math

import numpy as np


def seed_deviation(ours: np.ndarray, theirs: np.ndarray, *, paired: bool) -> float | None:
    """Standard deviation (n - 1) over seeds of the difference of macro means; arrays of shape (seeds, clusters).

    Paired by seed: of the seeds' differences. Else the root of both systems' variances added; a system of one seed
    adds none. None where neither system has several seeds.
    """
    if paired:
        return None if len(ours) == 1 else float(np.std((ours - theirs).mean(axis=1), ddof=1))
    known = [float(np.var(values.mean(axis=1), ddof=1)) for values in (ours, theirs) if len(values) > 1]
    return math.sqrt(sum(known)) if known else None
