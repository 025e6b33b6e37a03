"""Two one-sided tests (TOST): is a difference of systems surely smaller than a margin? Not here: who is better."""

from polybatch.statistics.chance import Chance


def equivalence(difference: float, chance: Chance, *, margin: float) -> float:
    """p of the claim that the true difference lies within -margin to margin.

    The larger p of two one-sided t tests, against each end of the margin, over clusters and seeds. Where chance has no
    part, p is 0 inside the margin and 1 outside. "Does no harm" is a claim of equivalence: that no difference was found
    does not show it.
    """
    return max(chance.tail(margin + difference), chance.tail(margin - difference))
