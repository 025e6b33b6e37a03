"""Measures of relevance: how far up the relevant passages of a case stand, ties in their fixed order throughout.

Each takes cases and the last rank that counts, and gives a value for each case: float64. Beside each stands what a
random ranker would have. They agree with trec_eval, which ir_measures and pytrec_eval run, where defined alike.
"""

from collections.abc import Callable, Mapping

import numpy as np

from polybatch.measures import chance
from polybatch.measures.cases import Cases, Floats, Ints
from polybatch.measures.families import Family


def average_precision(cases: Cases, cut: int) -> Floats:
    """The sum over relevant passages up to `cut` of (hits so far / rank), divided by min(all relevant, `cut`)."""
    precision = cases.number / cases.place * (cases.place <= cut)
    return cases.sum(precision) / np.minimum(cases.relevant, cut)


def random_average_precision(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return of_shapes(lambda relevant, pool: chance.average_precision(relevant, pool, cut), cases.relevant, cases.pool)


def recall(cases: Cases, cut: int) -> Floats:
    """The share of all relevant passages that stand at rank `cut` or better."""
    return cases.sum(cases.place <= cut) / cases.relevant


def random_recall(cases: Cases, cut: int) -> Floats:
    """Exact, whatever the number of relevant passages."""
    return np.minimum(cut, cases.pool) / cases.pool


def precision(cases: Cases, cut: int) -> Floats:
    """The share of the first `cut` that is relevant; a smaller pool is filled up with irrelevant ones."""
    return cases.sum(cases.place <= cut) / cut


def random_precision(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return cases.relevant / cases.pool * np.minimum(cut, cases.pool) / cut


def success(cases: Cases, cut: int) -> Floats:
    """1 where a relevant passage stands at rank `cut` or better, else 0."""
    return (cases.place[cases.starts] <= cut).astype(np.float64)


def random_success(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return of_shapes(lambda relevant, pool: chance.success(relevant, pool, cut), cases.relevant, cases.pool)


def reciprocal_rank(cases: Cases, cut: int) -> Floats:
    """1 / the best rank of a relevant passage, 0 where that is beyond `cut`."""
    best = cases.place[cases.starts]
    return (best <= cut) / best


def random_reciprocal_rank(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return of_shapes(lambda relevant, pool: chance.reciprocal_rank(relevant, pool, cut), cases.relevant, cases.pool)


def ndcg(cases: Cases, cut: int) -> Floats:
    """Normalised discounted cumulative gain: the gain is the grade, the discount log2(rank + 1)."""
    gain = cases.sum(cases.grade / np.log2(cases.place + 1) * (cases.place <= cut))
    return gain / _ideal_gain(cases, cut)


def random_ndcg(cases: Cases, cut: int) -> Floats:
    """Exact: the mean grade over the pool stands at every rank."""
    gain = cases.sum(cases.grade) / cases.pool * of_shapes(chance.discounts, np.minimum(cut, cases.pool))
    return np.asarray(gain / _ideal_gain(cases, cut))


def of_shapes(compute: Callable[..., float], *counts: Ints) -> Floats:
    """A function of some counts for each case, computed once for each distinct shape."""
    shapes, case = np.unique(np.stack(counts), axis=1, return_inverse=True)
    return np.array([compute(*shape) for shape in shapes.T.tolist()], dtype=np.float64)[case.ravel()]


def _ideal_gain(cases: Cases, cut: int) -> Floats:
    best = np.lexsort((-cases.grade, cases.case))
    return cases.sum(cases.grade[best] / np.log2(cases.number + 1) * (cases.number <= cut))


FAMILIES: Mapping[str, Family] = {
    "mAP": Family(
        "mean average precision; @k divides by min(relevant, k)", average_precision, random_average_precision, cut="may"
    ),
    "nDCG": Family("graded gain, discounted by log2(rank + 1)", ndcg, random_ndcg, cut="may"),
    "R": Family("recall of all relevant passages", recall, random_recall, cut="yes"),
    "P": Family("precision", precision, random_precision, cut="yes"),
    "RR": Family("reciprocal rank", reciprocal_rank, random_reciprocal_rank, cut="may"),
    "Success": Family("any relevant passage in the top", success, random_success, cut="yes"),
}
"""Measures of relevance, by name."""
