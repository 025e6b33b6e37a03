"""The bootstrap interval of a difference of systems, over clusters and, where there are several, over seeds."""

import numpy as np

BLOCK = 1 << 21  # draws held at once: 16 MB


def bootstrap_interval(
    ours: np.ndarray,
    theirs: np.ndarray,
    *,
    paired: bool,
    resamples: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of mean(ours) - mean(theirs), each of shape (seeds, clusters), the clusters the same.

    Every resample draws seeds, then clusters, both with replacement. All seeds were judged on the same clusters, so
    one draw of clusters serves them all: drawn anew for each seed, the clusters' luck would average out and the
    interval be too narrow. `paired`: row s of both is one seed, and is drawn for both together; else each system's
    seeds are drawn apart. With one seed each this is the plain cluster bootstrap.

    Percentiles, and no bias correction, because BCa has no settled form for two levels and a mean has little bias.
    Drawing from few seeds understates their variance by a factor (seeds - 1) / seeds, and percentiles know
    nothing of how badly it is known: the interval of `chance`, which does, stands beside this one.
    """
    clusters = ours.shape[1]
    means = np.empty(resamples)
    rows = max(1, BLOCK // clusters)
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        picked = _counts(count, clusters, rng)
        seeds = _counts(count, len(ours), rng)
        other = seeds if paired else _counts(count, len(theirs), rng)
        means[start : start + count] = _means(ours, seeds, picked) - _means(theirs, other, picked)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _counts(rows: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of `size` things is drawn in `size` draws with replacement: shape (rows, size)."""
    drawn = rng.integers(size, size=(rows, size)) + size * np.arange(rows)[:, None]
    return np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size).astype(np.float64)


def _means(values: np.ndarray, seeds: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    means: np.ndarray = np.einsum("rs,rs->r", clusters @ values.T, seeds) / values.size
    return means
