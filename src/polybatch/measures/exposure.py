"""Measures of which languages the top of the multilingual ranking shows, whether relevant or not. No ranks needed.

Each takes cases with their top passages and how many of those count, and gives a value for each case: float64. The
target is the share of each language among a case's relevant passages: what a ranking that favours none would show.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from polybatch.errors import Fault, FaultyInputError
from polybatch.measures.cases import Cases, Floats, Ints
from polybatch.measures.families import MULTILINGUAL, Family
from polybatch.results.store import TOP

DRAWS = 1000  # random rankings, where a random ranker's mean has no formula


def first_passage(relevant: bool, own: bool) -> Callable[[Cases, int], Floats]:
    """1 where the first passage is relevant or not, and in the query's language or not, as asked for; else 0.

    The four-way decomposition of arXiv 2605.07249. A relevant one in another language (RN) is an answer found
    across languages; an irrelevant one in the query's (NR)
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
    """The share of the query's language in the first `cut` passages less its share of the relevant ones. Ours."""
    top, _ = _top(cases, cut)
    shown = (top == cases.asked[:, None]).sum(axis=1) / (top >= 0).sum(axis=1)
    return np.asarray(shown - cases.own / cases.relevant)


def random_same_language_excess(cases: Cases, cut: int) -> Floats:
    """Exact; none where the record does not tell the size of every language's pool."""
    share = _own_sizes(cases) / cases.pool
    return np.where(_sized(cases), share - cases.own / cases.relevant, np.nan)


def divergence(cases: Cases, cut: int) -> Floats:
    """The Jensen-Shannon divergence, in bits, of the languages of the first `cut` passages from the target.

    Lin, Divergence measures based on the Shannon entropy, IEEE Transactions on Information Theory 37, 1991, section IV.
    """
    return _divergence(_attention(cases, cut, discount=False), cases.shares)


def random_divergence(cases: Cases, cut: int) -> Floats:
    """The mean over DRAWS random rankings; none where the record does not tell the size of every language's pool."""
    return _drawn(cases, cut, _divergence, discount=False)


def fairness(cases: Cases, cut: int) -> Floats:
    """AWRF@k: 1 less half the sum over languages of |attention share - target share|, attention being 1/log2(rank + 1).

    Attention-weighted rank fairness, after Sapiezynski and others (arXiv 1901.10437, section 3), as TREC's Fair Ranking
    track has it, with the discount of nDCG. 1 where the first `cut` passages show the languages as the target has them.
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
        works = f"a cut-off of {cases.top.shape[1]} or less works, or a new evaluation with a larger --top"
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


def _first(about: str, better: Literal["higher", "lower"], *, relevant: bool, own: bool) -> Family:
    compute, random = first_passage(relevant, own), random_first_passage(relevant, own)
    words = f"share of queries whose first passage is {about}"
    return Family(words, compute, random, settings=MULTILINGUAL, better=better, ideal=False, needs_top=True)


FAMILIES: Mapping[str, Family] = {
    "rank1_RR": _first("relevant and in their language", "higher", relevant=True, own=True),
    "rank1_RN": _first("relevant and in another language", "higher", relevant=True, own=False),
    "rank1_NR": _first("irrelevant and in their language", "lower", relevant=False, own=True),
    "rank1_NN": _first("irrelevant and in another language", "lower", relevant=False, own=False),
    "same_language_excess": Family(
        "share of the query's language in the top less its share of the relevant passages",
        same_language_excess,
        random_same_language_excess,
        cut="yes",
        settings=MULTILINGUAL,
        low=-1.0,
        better=None,
        ideal=False,
        needs_top=True,
    ),
    "JSD": Family(
        "Jensen-Shannon divergence of the top's languages from those of the relevant passages",
        divergence,
        random_divergence,
        cut="yes",
        settings=MULTILINGUAL,
        better="lower",
        ideal=False,
        needs_top=True,
        drawn=True,
    ),
    "AWRF": Family(
        "attention-weighted rank fairness towards the languages of the relevant passages",
        fairness,
        random_fairness,
        cut="yes",
        settings=MULTILINGUAL,
        ideal=False,
        needs_top=True,
        drawn=True,
    ),
}
"""Measures of what the top shows, by name."""
