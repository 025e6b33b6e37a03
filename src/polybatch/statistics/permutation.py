"""The paired sign-flip permutation test of cluster differences. Not here: intervals, corrections, verdicts."""

import numpy as np

EXACT_CLUSTERS = 14  # up to here all 2^n ways of flipping are gone through, whatever the number asked
BLOCK = 1 << 21  # signs held at once: 16 MB as numbers


def sign_flip(differences: np.ndarray, *, permutations: int, rng: np.random.Generator) -> float:
    """Two-sided p of the mean of paired differences, shape (clusters,), if in truth each could as well be its negative.

    To flip a cluster's sign is to swap the two systems in it, in all its languages at once. With few clusters (14, or
    2^clusters at most `permutations`) every way of flipping is gone through, the observed one among them, and p is
    the share whose mean lies as far from zero; else p = (1 + ways as far) / (1 + permutations), over ways drawn with
    `rng`. p is 1 where all differences are zero. Held in blocks: memory does not grow with `permutations`.

    Exact where a difference is as likely as its negative, which holds where the systems are exchangeable. Where the
    means alone are equal and the differences are skewed (one system loses much on few questions), it errs as the t test
    does, a little too often with few clusters: .064 of the time at .05 with 15 clusters of an exponential skew. A
    studentised statistic would change nothing: under flips the sum of squares stays, so t ranks the ways as the mean
    does. One that is corrected for skewness (Hall's) errs less, and finds much less where differences tie or have heavy
    tails; docs/experiments.md has the figures.
    """
    clusters = len(differences)
    observed = differences.sum()
    # sums of the same numbers in another order differ in their last bits, and must count as equal
    far = abs(observed) - 1e-12 * np.abs(differences).sum()
    exact = is_exact(clusters, permutations=permutations)
    ways = 1 << clusters if exact else permutations
    rows = max(1, BLOCK // clusters)
    extreme = 0
    for start in range(0, ways, rows):
        count = min(rows, ways - start)
        flips = _flips(start, count, clusters) if exact else _random_flips(count, clusters, rng)
        sums = observed - 2 * (flips @ differences)
        extreme += int(np.count_nonzero(np.abs(sums) >= far))
    return extreme / ways if exact else (1 + extreme) / (1 + ways)


def is_exact(clusters: int, *, permutations: int) -> bool:
    """Whether so few clusters are tested by going through every way of flipping."""
    return clusters <= max(EXACT_CLUSTERS, permutations.bit_length() - 1)


def smallest_p(clusters: int, *, permutations: int) -> float:
    """The smallest p that the test can give: at least two ways of flipping, all and none, lie equally far."""
    return 2.0 ** (1 - clusters) if is_exact(clusters, permutations=permutations) else 1 / (1 + permutations)


def _flips(start: int, count: int, clusters: int) -> np.ndarray:
    ways = np.arange(start, start + count, dtype=np.int64)[:, None]
    return (ways >> np.arange(clusters) & 1).astype(np.float64)


def _random_flips(count: int, clusters: int, rng: np.random.Generator) -> np.ndarray:
    data = rng.integers(256, size=(count, -(-clusters // 8)), dtype=np.uint8)
    return np.unpackbits(data, axis=1, count=clusters).astype(np.float64)
