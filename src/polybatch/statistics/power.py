"""Effect size and power of a paired comparison: how large a difference is, and which one would have been found."""

import numpy as np

from polybatch.statistics.chance import Chance
from polybatch.statistics.comparison import LEVEL

POWER = 0.8


def smallest_detectable(chance: Chance) -> float:
    """The difference that so many clusters and seeds find with 80 % power at .05.

    The sum of the two quantiles, in standard errors: with one seed and many clusters sqrt(7.84 sd^2 / n), with few
    seeds whose luck is large much more. It is for one comparison; the correction for a family asks for more.
    """
    return (chance.quantile(LEVEL / 2) + chance.quantile(1 - POWER)) * chance.error if chance.error else 0.0


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
