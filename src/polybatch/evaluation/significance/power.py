"""Effect size and power of a paired comparison: how large a difference is, and which one would have been found."""

import math

import numpy as np

Z = 7.84  # (1.96 + .84)^2: two-sided at .05, found with a probability of 80 %


def smallest_detectable(differences: np.ndarray) -> float:
    """The difference that so many clusters find with 80 % power at .05: sqrt(7.84 sd^2 / n). Two clusters or more.

    `differences`: shape (clusters,). It is for one comparison; the correction for a family asks for more.
    """
    return math.sqrt(Z * float(np.var(differences, ddof=1)) / len(differences))


def standardised(differences: np.ndarray) -> float | None:
    """Mean over standard deviation (n - 1) of the clusters' differences; None where they are all the same."""
    if np.ptp(differences) <= 1e-12 * np.abs(differences).max():
        return None
    return float(np.mean(differences) / np.std(differences, ddof=1))


def wins_ties_losses(differences: np.ndarray, *, lower_is_better: bool) -> tuple[int, int, int]:
    """In how many clusters the system is better, just as good, worse; higher counts as better unless told."""
    above, below = int(np.count_nonzero(differences > 0)), int(np.count_nonzero(differences < 0))
    wins, losses = (below, above) if lower_is_better else (above, below)
    return wins, len(differences) - wins - losses, losses
