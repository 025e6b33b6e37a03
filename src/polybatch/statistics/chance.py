"""How far a difference would be another with other clusters and other seeds: a t test of both. Not here: verdicts."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

LEAST = 1e-16  # a tail smaller than this is 0


class Part(NamedTuple):
    """The variance that one kind of chance gives to a difference of means, and how well it is known."""

    variance: float
    degrees: int


@dataclass(frozen=True)
class Chance:
    """The parts that a difference owes to chance: the clusters', and that of the seeds of each system or pair of them.

    Their sum is the squared standard error. Its quantiles are those of t weighted by the parts' variances (Cochran and
    Cox 1950; for clusters alone this is the plain t). With three seeds, whose part has two degrees of freedom, this
    asks for much where the seeds' part is large and for little more than usual where it is small. Satterthwaite's
    degrees of freedom, which are usual for two random factors (Clark's min F', 1973), do not keep small levels with so
    few seeds: at .0025, which Holm asks of the first of 20 comparisons, they err up to .02 of the time, these at most
    .0036. What differs by seed within clusters stands in both parts, which errs on the safe side.
    """

    parts: tuple[Part, ...]

    @property
    def error(self) -> float:
        """The standard error."""
        return math.sqrt(sum(part.variance for part in self.parts))

    @property
    def knows_seeds(self) -> bool:
        """Whether a part of it is that of seeds."""
        return len(self.parts) > 1

    def quantile(self, tail: float) -> float:
        """What a share `tail`, .5 at most, of chance differences lie above, in standard errors; the error is not 0."""
        from scipy.special import stdtrit

        variance = sum(part.variance for part in self.parts)
        return sum(-float(stdtrit(part.degrees, tail)) * part.variance / variance for part in self.parts)

    def tail(self, difference: float) -> float:
        """The share of chance differences above this one: the one-sided p. Without any error, 0 above zero, else 1."""
        from scipy.optimize import brentq

        if not self.error:
            return float(difference <= 0)
        if difference < 0:
            return 1 - self.tail(-difference)
        t = difference / self.error
        if t < 1e-9:  # the root is at the end of the bracket
            return 0.5
        if self.quantile(LEAST) <= t:
            return 0.0
        root = brentq(lambda power: self.quantile(10**power) - t, math.log10(LEAST), math.log10(0.5), xtol=1e-13)
        return float(10**root)

    def p(self, difference: float) -> float:
        """The two-sided p of a difference, if in truth there is none; 1 for one of zero."""
        return min(1.0, 2 * self.tail(abs(difference)))

    def half_width(self, level: float) -> float:
        """Half the width of the interval that holds the true difference with a probability of `level`."""
        return self.error * self.quantile((1 - level) / 2) if self.error else 0.0


def chance_of(difference: np.ndarray, ours: np.ndarray, theirs: np.ndarray, *, paired: bool) -> Chance:
    """The chance in the mean of `difference`, shape (clusters,), of systems' values of shape (seeds, clusters).

    Paired by seed, the seeds' part is that of their differences, else one part for each system of several seeds. A
    system of one seed has none: nothing is known of its luck.
    """
    parts = [Part(float(np.var(difference, ddof=1)) / len(difference), len(difference) - 1)]
    for values in [ours - theirs] if paired else [ours, theirs]:
        if len(values) > 1:
            seeds = values.mean(axis=1)
            parts.append(Part(float(np.var(seeds, ddof=1)) / len(seeds), len(seeds) - 1))
    return Chance(tuple(parts))
