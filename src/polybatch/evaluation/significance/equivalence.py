"""Two one-sided tests (TOST): is a difference of systems surely smaller than a margin? Not here: who is better."""

import numpy as np


def equivalence(differences: np.ndarray, *, margin: float) -> float:
    """p of the claim that the mean of paired differences, shape (clusters,), lies within -margin to margin.

    The larger p of two one-sided t tests, against each end of the margin. Two clusters or more; where all differences
    are equal there is no spread to test against, and p is 0 inside the margin and 1 outside. "Does no harm" is a claim
    of equivalence: that no difference was found does not show it.
    """
    from scipy.stats import ttest_1samp

    if np.ptp(differences) <= 1e-12 * np.abs(differences).max():
        return float(abs(differences[0]) >= margin)
    above = ttest_1samp(differences, -margin, alternative="greater").pvalue
    below = ttest_1samp(differences, margin, alternative="less").pvalue
    return float(max(above, below))
