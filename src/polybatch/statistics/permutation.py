"""The sign-flip permutation test of cluster differences, for systems of one seed, with its own interval.

Not here: seeds, corrections, verdicts.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from polybatch.statistics.crossed import Crossed

EXACT_CLUSTERS = 14  # up to here all 2^n ways of flipping are gone through, whatever the number asked
BLOCK = 1 << 21  # signs held at once: 16 MB as numbers


@dataclass(frozen=True, eq=False)
class SignFlips:
    """The paired permutation test of `differences`, shape (clusters,): each could as well be its negative.

    To flip a cluster's sign is to swap the two systems in it, in all its languages at once. With few clusters (14, or
    2^clusters at most `permutations`) every way of flipping is gone through, the observed one among them; else
    `permutations` ways are drawn by `seed`, and the observed one is added. p is the share of ways whose mean lies as
    far from zero. Held in blocks: memory grows by two numbers a way.

    `scipy.stats.permutation_test` gives the same p. It is not used because it keeps the means alone, and the interval
    that belongs to the test, which is never at odds with p, needs to know which clusters were flipped: a true
    difference is rejected if the mean of the flipped clusters lies beyond it (Hartigan 1969).

    Exact where a difference is as likely as its negative. Where the means alone are equal and the differences are
    skewed, it errs as the t test does, a little too often with few clusters; docs/statistics.md has figures.
    """

    differences: np.ndarray
    crossed: Crossed
    permutations: int
    seed: int = 0

    @cached_property
    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """For each way, the lower and the higher mean of the clusters flipped and of those that are not, sorted."""
        clusters = len(self.differences)
        rng = np.random.default_rng(self.seed)
        exact = is_exact(clusters, permutations=self.permutations)
        ways = 1 << clusters if exact else self.permutations
        rows = max(1, BLOCK // clusters)
        low = np.full(ways + (not exact), -np.inf)  # the observed way, where not among them, flips none
        high = -low
        for start in range(0, ways, rows):
            count = min(rows, ways - start)
            flips = _all_flips(start, count, clusters) if exact else _random_flips(count, clusters, rng)
            sums, flipped = flips @ self.differences, flips.sum(axis=1)
            whole = (flipped == 0) | (flipped == clusters)
            ours = sums / np.where(whole, 1, flipped)
            rest = (self.differences.sum() - sums) / np.where(whole, 1, clusters - flipped)
            low[start : start + count] = np.where(whole, -np.inf, np.minimum(ours, rest))
            high[start : start + count] = np.where(whole, np.inf, np.maximum(ours, rest))
        return np.sort(low), np.sort(high)

    def _p(self, truth: float) -> float:
        """The two-sided p of the mean, if this is the true difference."""
        low, high = self._ends
        # sums of the same numbers in another order differ in their last bits, and must count as equal
        slack = 1e-12 * float(np.abs(self.differences).max())
        if self.crossed.mean >= truth:
            return float(np.searchsorted(low, truth + slack, side="right")) / len(low)
        return float(len(high) - np.searchsorted(high, truth - slack, side="left")) / len(high)

    @property
    def p(self) -> float:
        """The two-sided p of the mean; 1 where all differences are zero."""
        return self._p(0.0)

    def interval(self, level: float) -> tuple[float, float]:
        """All true differences that the test does not reject at `level`; without ends where clusters are too few."""
        low, high = self._ends
        rejected = math.floor(level * len(low) * (1 + 1e-12))  # ways beyond a difference that p is still small with
        return float(low[rejected]), float(high[-1 - rejected])

    def p_equivalent(self, margin: float) -> float:
        """p of the claim that the true difference lies within -margin to margin: the larger of two one-sided tests."""
        if not -margin < self.crossed.mean < margin:
            return 1.0
        return max(self._p(-margin), self._p(margin)) / 2

    def detectable(self, level: float) -> float:
        """The true difference that is found significant at `level` with 80 % power; infinite where none can be.

        That of the t test, but never less than what flips ask for at this level, so that no difference that is not
        significant is larger.
        """
        low, high = self.interval(level)
        asked = self.crossed.mean - low if self.crossed.mean >= 0 else high - self.crossed.mean
        return max(self.crossed.detectable(level), asked)


def is_exact(clusters: int, *, permutations: int) -> bool:
    """Whether so few clusters are tested by going through every way of flipping."""
    return clusters <= max(EXACT_CLUSTERS, permutations.bit_length() - 1)


def smallest_p(clusters: int, *, permutations: int) -> float:
    """The smallest p that the test can give: at least two ways of flipping, all and none, lie equally far."""
    return 2.0 ** (1 - clusters) if is_exact(clusters, permutations=permutations) else 1 / (1 + permutations)


def _all_flips(start: int, count: int, clusters: int) -> np.ndarray:
    ways = np.arange(start, start + count, dtype=np.int64)[:, None]
    return (ways >> np.arange(clusters) & 1).astype(np.float64)


def _random_flips(count: int, clusters: int, rng: np.random.Generator) -> np.ndarray:
    data = rng.integers(256, size=(count, -(-clusters // 8)), dtype=np.uint8)
    return np.unpackbits(data, axis=1, count=clusters).astype(np.float64)
