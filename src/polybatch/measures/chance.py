"""What a random ranker scores, exactly: every order of the pool equally likely. Formulas of counts alone, no record.

Unless said otherwise `relevant` passages stand in a pool of `pool`, and `cut` is the last rank that counts.
"""

from fractions import Fraction
from functools import lru_cache
from math import exp, expm1, lgamma, log, prod

import numpy as np

EULER = float(np.euler_gamma)
EXACT = 1 << 16  # ranks that are summed one by one; a sum over more has a formula, so that no pool is too large
MOST_COEFFICIENTS = 1000  # of a polynomial that is integrated exactly
remembered = lru_cache(maxsize=4096)  # a collection has few shapes of cases, and thousands of cases


@remembered
def rank_distance(per_language: tuple[int, ...], pool: int) -> float:
    """Expected worst minus best rank over languages, where a language's best rank stands for it.

    `per_language` counts the relevant passages of each language. With m languages of one passage each it is
    (m-1)(pool+1)/(m+1). In general the best rank of a set of k passages is (pool+1)/(k+1) on average, and the worst of
    the languages' best ranks follows by inclusion and exclusion over sets of languages; those sums are the integral of
    prod(1 - x^k) over [0, 1]. One language alone gives 0.
    """
    total = sum(per_language)
    if total > MOST_COEFFICIENTS:
        return (pool + 1) * (1 - _integral(per_language) - 1 / (total + 1))
    coefficients = [1]
    for count in per_language:
        shifted = [0] * count + coefficients
        padded = coefficients + [0] * count
        coefficients = [a - b for a, b in zip(padded, shifted, strict=True)]
    integral = sum((Fraction(c, power + 1) for power, c in enumerate(coefficients)), Fraction())
    return float((pool + 1) * (1 - integral - Fraction(1, total + 1)))


@remembered
def average_precision(relevant: int, pool: int, cut: int) -> float:
    """Expected sum of precisions at the relevant ranks up to `cut`, divided by min(`relevant`, `cut`)."""
    cut = min(cut, pool)
    together = (relevant - 1) / (pool - 1) if pool > 1 else 0.0  # the chance that another given rank is relevant too
    inside = together * cut + (1 - together) * harmonic(cut)
    return relevant / pool * inside / min(relevant, cut)


@remembered
def reciprocal_rank(relevant: int, pool: int, cut: int) -> float:
    """Expected 1 / the best relevant rank, 0 where that is beyond `cut`.

    Over the whole pool it is relevant / (pool - relevant + 1) (H(pool) - H(relevant - 1)), H being harmonic numbers.
    """
    if cut > pool - relevant:
        return relevant / (pool - relevant + 1) * (harmonic(pool) - harmonic(relevant - 1))
    beyond = _none_until(relevant, pool, cut)
    ranks = np.arange(1, cut + 1)
    return float(np.sum((beyond[ranks - 1] - beyond[ranks]) / ranks))


@remembered
def success(relevant: int, pool: int, cut: int) -> float:
    """The chance that a relevant passage is among the first `cut`."""
    return 1 - prod(max(0, pool - min(cut, pool) - i) / (pool - i) for i in range(relevant))


@remembered
def complete(relevant: int, pool: int, cut: int) -> float:
    """The chance that all relevant passages are among the first `cut`."""
    return prod(max(0, min(cut, pool) - i) / (pool - i) for i in range(relevant))


@remembered
def log_worst_rank(relevant: int, pool: int) -> float:
    """Expected binary logarithm of the worst relevant rank; of more than EXACT passages to 1e-8.

    There ln(rank) is taken as digamma(rank) + 1 / (2 rank); the mean of digamma(worst rank) over all orders is
    digamma(pool + 1) - 1 / relevant.
    """
    if pool > EXACT:
        if relevant == 1:
            return lgamma(pool + 1) / pool / log(2)
        inverse = relevant / (relevant - 1) / pool
        return (harmonic(pool) - EULER - 1 / relevant + inverse / 2) / log(2)
    beyond = _none_until(relevant, pool, pool)  # turned round: the chance that all relevant ones are before
    return float(np.sum((beyond[:-1] - beyond[1:]) * np.log2(np.arange(pool, 0, -1))))


@remembered
def discounts(count: int) -> float:
    """The sum of 1 / log2(rank + 1) over the first `count` ranks; beyond EXACT ranks by Euler and Maclaurin."""
    exact = min(count, EXACT)
    total = float(np.sum(1 / np.log2(np.arange(exact) + 2)))
    if count > exact:
        from scipy.special import expi

        first, last = log(exact + 2), log(count + 1)
        slopes = [-1 / (exact + 2) / first**2, -1 / (count + 1) / last**2]
        total += log(2) * (expi(last) - expi(first) + (1 / first + 1 / last) / 2 + (slopes[1] - slopes[0]) / 12)
    return float(total)


def harmonic(count: int) -> float:
    """The sum of 1 / n for n from 1 to `count`; beyond EXACT terms by its series, to the last bits."""
    if count > EXACT:
        return log(count) + EULER + 1 / (2 * count) - 1 / (12 * count**2)
    return float(np.sum(1 / np.arange(1, count + 1)))


@remembered
def _none_until(relevant: int, pool: int, cut: int) -> np.ndarray:
    """For each rank from 0 to `cut`, the chance that no relevant passage stands there or before."""
    ranks = np.arange(cut)
    return np.concatenate([[1.0], np.cumprod(np.maximum(0, pool - relevant - ranks) / (pool - ranks))])


def _integral(powers: tuple[int, ...]) -> float:
    """The integral of prod(1 - x^k) over [0, 1], over s where x = exp(-exp(s)), in which every power is smooth."""
    from scipy.integrate import quad

    def inside(s: float) -> float:
        return exp(s - exp(s)) * prod(-expm1(-count * exp(s)) for count in powers)

    return float(quad(inside, -40, 5, limit=500, epsabs=1e-12, epsrel=1e-10)[0])
