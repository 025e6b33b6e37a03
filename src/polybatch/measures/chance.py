"""What a random ranker scores, exactly: every order of the pool equally likely. Formulas of counts alone, no record.

Unless said otherwise `relevant` passages stand in a pool of `pool`, and `cut` is the last rank that counts.
"""

from fractions import Fraction
from functools import lru_cache
from math import prod

import numpy as np

remembered = lru_cache(maxsize=4096)  # a collection has few shapes of cases, and thousands of cases


@remembered
def rank_distance(per_language: tuple[int, ...], pool: int) -> float:
    """Expected worst minus best rank over languages, where a language's best rank stands for it.

    `per_language` counts the relevant passages of each language. With m languages of one passage each it is
    (m-1)(pool+1)/(m+1). In general the best rank of a set of k passages is (pool+1)/(k+1) on average, and the worst of
    the languages' best ranks follows by inclusion and exclusion over sets of languages; those sums are the integral of
    prod(1 - x^k) over [0, 1]. One language alone gives 0.
    """
    coefficients = [1]
    for count in per_language:
        shifted = [0] * count + coefficients
        padded = coefficients + [0] * count
        coefficients = [a - b for a, b in zip(padded, shifted, strict=True)]
    integral = sum((Fraction(c, power + 1) for power, c in enumerate(coefficients)), Fraction())
    return float((pool + 1) * (1 - integral - Fraction(1, sum(per_language) + 1)))


@remembered
def average_precision(relevant: int, pool: int, cut: int) -> float:
    """Expected sum of precisions at the relevant ranks up to `cut`, divided by min(`relevant`, `cut`)."""
    cut = min(cut, pool)
    together = (relevant - 1) / (pool - 1) if pool > 1 else 0.0  # the chance that another given rank is relevant too
    inside = together * cut + (1 - together) * float(np.sum(1 / np.arange(1, cut + 1)))
    return relevant / pool * inside / min(relevant, cut)


@remembered
def reciprocal_rank(relevant: int, pool: int, cut: int) -> float:
    """Expected 1 / the best relevant rank, 0 where that is beyond `cut`."""
    beyond = _none_until(relevant, pool)
    ranks = np.arange(1, min(cut, pool) + 1)
    return float(np.sum((beyond[ranks - 1] - beyond[ranks]) / ranks))


@remembered
def success(relevant: int, pool: int, cut: int) -> float:
    """The chance that a relevant passage is among the first `cut`."""
    return float(1 - _none_until(relevant, pool)[min(cut, pool)])


@remembered
def complete(relevant: int, pool: int, cut: int) -> float:
    """The chance that all relevant passages are among the first `cut`."""
    return prod(max(0, min(cut, pool) - i) / (pool - i) for i in range(relevant))


@remembered
def log_worst_rank(relevant: int, pool: int) -> float:
    """Expected binary logarithm of the worst relevant rank."""
    beyond = _none_until(relevant, pool)  # turned round: the chance that all relevant ones are before
    return float(np.sum((beyond[:-1] - beyond[1:]) * np.log2(np.arange(pool, 0, -1))))


@remembered
def _none_until(relevant: int, pool: int) -> np.ndarray:
    """For each rank from 0 to `pool`, the chance that no relevant passage stands there or before."""
    ranks = np.arange(pool)
    return np.concatenate([[1.0], np.cumprod(np.maximum(0, pool - relevant - ranks) / (pool - ranks))])
