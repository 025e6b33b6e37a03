"""Measures of which languages the top of the multilingual ranking shows, whether relevant or not. No ranks needed.

Each takes cases with their top passages and how many of those count, and gives a value for each case: float64. The
target is the share of each language among a case's relevant passages: what a ranking that favours none would show.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from polybatch.errors import Fault, FaultyInputError
from polybatch.measures.cases import Cases, Floats, Ints
from polybatch.results.store import TOP

DRAWS = 1000  # random rankings, where a random ranker's mean has no formula


def first_passage(relevant: bool, own: bool) -> Callable[[Cases, int], Floats]:
    """1 where the first passage is relevant or not, and in the query's language or not, as asked for; else 0.

    A relevant one in another language (RN) is an answer found across languages; an irrelevant one in the query's (NR)
    beats a foreign answer by its language.
    """

    def compute(cases: Cases, cut: int) -> Floats:
        top, hits = _top(cases, 1)
        found = (hits[:, 0] == relevant) & ((top[:, 0] == cases.asked) == own)
        return np.asarray(found, dtype=np.float64)

    return compute


def random_first_passage(relevant: bool, own: bool) -> Callable[[Cases, int], Floats]:
    """Exact; none where the record does not tell the size of every language's pool."""

    def compute(cases: Cases, cut: int) -> Floats:
        there = cases.own if own else cases.relevant - cases.own
        size = _own_sizes(cases) if own else cases.pool - _own_sizes(cases)
        return np.where(_sized(cases), (there if relevant else size - there) / cases.pool, np.nan)

    return compute


def same_language_excess(cases: Cases, cut: int) -> Floats:
    """The share of the query's language in the first `cut` passages less its share of the relevant ones."""
    top, _ = _top(cases, cut)
    shown = (top == cases.asked[:, None]).sum(axis=1) / (top >= 0).sum(axis=1)
    return np.asarray(shown - cases.own / cases.relevant)


def random_same_language_excess(cases: Cases, cut: int) -> Floats:
    """Exact; none where the record does not tell the size of every language's pool."""
    share = _own_sizes(cases) / cases.pool
    return np.where(_sized(cases), share - cases.own / cases.relevant, np.nan)


def divergence(cases: Cases, cut: int) -> Floats:
    """The Jensen-Shannon divergence, in bits, of the languages of the first `cut` passages from the target."""
    return _divergence(_attention(cases, cut, discount=False), cases.shares)


def random_divergence(cases: Cases, cut: int) -> Floats:
    """The mean over DRAWS random rankings; none where the record does not tell the size of every language's pool."""
    return _drawn(cases, cut, _divergence, discount=False)


def fairness(cases: Cases, cut: int) -> Floats:
    """AWRF@k: 1 less half the sum over languages of |attention share - target share|, attention being 1/log2(rank + 1).

    1 where the first `cut` passages show the languages as the target has them.
    """
    return _fairness(_attention(cases, cut, discount=True), cases.shares)


def random_fairness(cases: Cases, cut: int) -> Floats:
    """The mean over DRAWS random rankings; none where the record does not tell the size of every language's pool."""
    return _drawn(cases, cut, _fairness, discount=True)


def _top(cases: Cases, cut: int) -> tuple[Ints, NDArray[np.bool_]]:
    """The languages and hits of the first `cut`; raises FaultyInputError where the record does not reach that far."""
    if cases.top is None or cases.hits is None:
        raise FaultyInputError([Fault(TOP, "is not at hand", f"a run with {TOP} works")])
    if np.any((cases.top >= 0).sum(axis=1) < np.minimum(cut, cases.pool)):
        works = f"a cut-off of {cases.top.shape[1]} or less works, or judging again with a larger top"
        raise FaultyInputError([Fault(TOP, f"does not reach to {cut}", works)])
    return cases.top[:, :cut], cases.hits[:, :cut]


def _attention(cases: Cases, cut: int, *, discount: bool) -> Floats:
    top, _ = _top(cases, cut)
    return _shares(top, len(cases.languages), discount=discount)


def _shares(top: Ints, languages: int, *, discount: bool) -> Floats:
    """The share of attention that each language gets, shape (rankings, languages)."""
    weight = 1 / np.log2(np.arange(top.shape[1]) + 2) if discount else np.ones(top.shape[1])
    found = np.stack([((top == code) * weight).sum(axis=1) for code in range(languages)], axis=1)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _divergence(shown: Floats, target: Floats) -> Floats:
    from scipy.special import rel_entr

    middle = (shown + target) / 2
    return np.asarray((rel_entr(shown, middle) + rel_entr(target, middle)).sum(axis=-1) / 2 / np.log(2))


def _fairness(shown: Floats, target: Floats) -> Floats:
    return np.asarray(1 - np.abs(shown - target).sum(axis=-1) / 2)


def _drawn(cases: Cases, cut: int, compute: Callable[[Floats, Floats], Floats], *, discount: bool) -> Floats:
    if not _sized(cases):
        return np.full(len(cases), np.nan)
    values = np.empty(len(cases))
    less = cases.sizes.sum() - cases.pool  # queries that are passages themselves, and no candidates
    for asked, left in np.unique(np.stack([np.where(less > 0, cases.asked, 0), less]), axis=1).T:
        here = np.flatnonzero((less == left) & ((left == 0) | (cases.asked == asked)))
        sizes = cases.sizes.copy()
        sizes[asked] -= left
        rng, pool = np.random.default_rng(0), int(sizes.sum())
        drawn = np.stack([rng.choice(pool, min(cut, pool), replace=False) for _ in range(DRAWS)])
        languages = np.searchsorted(np.cumsum(sizes), drawn, side="right")
        shown = _shares(languages, len(cases.languages), discount=discount)
        targets, case = np.unique(cases.shares[here], axis=0, return_inverse=True)
        values[here] = np.array([compute(shown, target).mean() for target in targets])[case.ravel()]
    return values


def _own_sizes(cases: Cases) -> Ints:
    """How many candidates each case has in its own language: all, less the query itself where it is none."""
    return np.asarray(cases.sizes[cases.asked] - (cases.sizes.sum() - cases.pool))


def _sized(cases: Cases) -> bool:
    """Whether the sizes of all languages' pools are known: together they are the union, and the queries left out."""
    return bool(np.all(cases.pool <= cases.sizes.sum()))
