"""The test of a difference with several seeds: clusters and seeds as crossed random effects. Not here: sign flips."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

POWER = 0.8
LEAST = 1e-16  # a tail smaller than this is 0
POINTS = 24  # of each part's chi-squared distribution, in the integral for power


class Part(NamedTuple):
    """The variance that one random effect gives to a mean, and the degrees of freedom that it is estimated with."""

    variance: float
    degrees: int


@dataclass(frozen=True)
class Crossed:
    """A mean difference with its parts of chance: of clusters, and of the seeds of each system or pair of systems.

    The parts' sum is the squared standard error. Its quantiles are those of t with each part's degrees of freedom,
    weighted by the parts' variances (Cochran and Cox 1950); with one part this is the plain t test. Satterthwaite's
    degrees of freedom, which are usual for crossed effects, err up to .08 of the time at .05 with three seeds, and up
    to .02 at .0025, which Holm asks of the first of 20 comparisons; docs/statistics.md has the figures of both.
    """

    mean: float
    parts: tuple[Part, ...]

    @property
    def error(self) -> float:
        """The standard error."""
        return math.sqrt(sum(part.variance for part in self.parts))

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

    @property
    def p(self) -> float:
        """The two-sided p of the mean, if the true one is zero; 1 for a mean of zero."""
        return min(1.0, 2 * self.tail(abs(self.mean)))

    def half_width(self, level: float) -> float:
        """The largest difference from zero that is not significant at `level`."""
        return self.error * self.quantile(level / 2) if self.error else 0.0

    def interval(self, level: float) -> tuple[float, float]:
        """All true differences that the test does not reject at `level`: a 95 % interval for .05."""
        half = self.half_width(level)
        return self.mean - half, self.mean + half

    def p_equivalent(self, margin: float) -> float:
        """p of the claim that the true difference lies within -margin to margin: the larger of two one-sided tests.

        Where chance has no part, it is 0 inside the margin and 1 outside. That a difference is not significant does not
        show equivalence.
        """
        return max(self.tail(margin + self.mean), self.tail(margin - self.mean))

    def detectable(self, level: float) -> float:
        """The true difference that is found significant at `level` with a probability of POWER.

        The parts are taken for the true variances. What they might have come out as is integrated over (POINTS of each
        part's chi-squared distribution), so that a few seeds' bad knowledge of their own luck counts. The result is
        divided by the mean of the estimated standard error over the true one, without which few seeds would promise too
        much on average. Larger than any difference that is not significant at `level`. 0 where chance has no part.
        """
        from scipy.optimize import brentq
        from scipy.special import chdtri, ndtr, stdtrit

        if not self.error:
            return 0.0
        shares = 1 - (np.arange(POINTS) + 0.5) / POINTS
        axes = np.meshgrid(*(part.variance * chdtri(part.degrees, shares) / part.degrees for part in self.parts))
        estimated = np.sqrt(sum(axes))
        limits = [-float(stdtrit(part.degrees, level / 2)) for part in self.parts]
        critical = sum(limit * axis for limit, axis in zip(limits, axes, strict=True)) / estimated

        def lack(difference: float) -> float:
            return float(ndtr((difference - critical) / self.error).mean()) - POWER

        found = brentq(lack, 0, float(critical.max()) + 10 * self.error)
        return float(found * self.error / estimated.mean())


def mean_difference(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """The difference of two systems' values, each of shape (seeds, clusters), averaged over seeds: one a cluster."""
    value, other = ours.mean(axis=0), theirs.mean(axis=0)
    difference: np.ndarray = value - other
    # equal values whose sums were rounded differently are equal
    difference[np.abs(difference) <= 1e-12 * np.maximum(np.abs(value), np.abs(other))] = 0
    return difference


def crossed(ours: np.ndarray, theirs: np.ndarray, *, paired: bool) -> Crossed:
    """The mean difference of two systems' values, each of shape (seeds, clusters), and its parts of chance.

    `paired`: row s of both is one seed, and the seeds' part is that of the differences; else each system of several
    seeds has a part. A system of one seed has none: nothing is known of its luck. The seeds' part is the variance of
    the seeds' means without what the residual (seed by cluster) gives to it, which the clusters' part holds. It is
    never taken for less than the residual's own over the degrees of freedom of the seeds: that few seeds came out alike
    does not show that they are. Two clusters at least.
    """
    difference = mean_difference(ours, theirs)
    parts = [Part(float(np.var(difference, ddof=1)) / len(difference), len(difference) - 1)]
    parts += [_seeds(values) for values in ([ours - theirs] if paired else [ours, theirs]) if len(values) > 1]
    return Crossed(float(difference.mean()), tuple(parts))


def _seeds(values: np.ndarray) -> Part:
    seeds, clusters = values.shape
    by_seed = values.mean(axis=1)
    residual = values - by_seed[:, None] - values.mean(axis=0) + values.mean()
    noise = float(np.square(residual).sum()) / ((seeds - 1) * (clusters - 1)) / values.size
    luck = float(np.var(by_seed, ddof=1)) / seeds - noise
    return Part(max(luck, noise / (seeds - 1)), seeds - 1)


def seeds_alone(differences: Sequence[float]) -> Crossed:
    """The mean of several seeds' differences, where nothing is known of clusters: the paired t test of seeds."""
    part = Part(float(np.var(differences, ddof=1)) / len(differences), len(differences) - 1)
    return Crossed(float(np.mean(differences)), (part,))


def seed_deviation(ours: np.ndarray, theirs: np.ndarray, *, paired: bool) -> float | None:
    """Standard deviation (n - 1) over seeds of the difference of macro means; arrays of shape (seeds, clusters).

    Paired by seed: of the seeds' differences. Else the root of both systems' variances added; a system of one seed
    adds none. None where neither system has several seeds. It describes; nothing is decided by it.
    """
    values = [ours - theirs] if paired else [ours, theirs]
    known = [float(np.var(each.mean(axis=1), ddof=1)) for each in values if len(each) > 1]
    return math.sqrt(sum(known)) if known else None
