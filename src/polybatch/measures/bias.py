"""Measures of language bias: how evenly the languages of a case's answers stand; beside each, its random ranker.

Each takes cases and the last rank that counts, and gives a value for each case: float64, NaN where a case has none.
Measures of distance go by the expected rank, so that a constant encoder favours no language; the others go by places.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from polybatch.errors import Fault, FaultyInputError
from polybatch.measures import chance
from polybatch.measures.cases import Cases, Floats, Ints
from polybatch.measures.families import MULTILINGUAL, Family
from polybatch.measures.ranking import of_shapes

DRAWS = 1000  # random rankings, where a random ranker's mean has no formula


class ByTarget(NamedTuple):
    """Values of cases against one target language each; `case` and `language` say which."""

    case: Ints
    language: Ints
    value: Floats


def rank_distance(cases: Cases, cut: int) -> Floats:
    """Worst rank minus best rank over the languages, each language standing with its best-ranked relevant passage.

    arXiv 2408.10536, section 3. With one language the distance is 0. Lower is better; it grows with the pool, and a
    ranker that puts all copies last scores well: read it beside mAP.
    """
    best = cases.by_language
    return np.asarray(np.maximum.reduceat(best.rank, best.starts) - np.minimum.reduceat(best.rank, best.starts))


def random_rank_distance(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return np.array([chance.rank_distance(*shape) for shape in _shapes(cases)])


def normalised_rank_distance(cases: Cases, cut: int) -> Floats:
    """(distance - (m - 1)) / (pool - m) for m languages: 0 where they stand side by side, 1 at the two ends.

    Ours, so that pools of unlike size compare. 0 too where ties bring expected ranks closer than that, and where
    the pool holds nothing else.
    """
    return _normalised(rank_distance(cases, cut), cases)


def random_normalised_rank_distance(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return _normalised(random_rank_distance(cases, cut), cases)


def worst_rank(cases: Cases, cut: int) -> Floats:
    """Max@R: the rank of the last relevant passage. Lower is better. arXiv 2604.05684."""
    return np.asarray(np.maximum.reduceat(cases.rank, cases.starts))


def random_worst_rank(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return cases.relevant * (cases.pool + 1) / (cases.relevant + 1)


def normalised_worst_rank(cases: Cases, cut: int) -> Floats:
    """100 (log2 pool - log2 Max@R) / (log2 pool - log2 m) for m relevant passages: 100 where they come first.

    arXiv 2604.05684, whose pools have two languages.
    """
    return _log_share(np.log2(np.maximum(worst_rank(cases, cut), cases.relevant)), cases)


def random_normalised_worst_rank(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return _log_share(of_shapes(chance.log_worst_rank, cases.relevant, cases.pool), cases)


def complete(cases: Cases, cut: int) -> Floats:
    """1 where all relevant passages stand at rank `cut` or better, else 0; none where there are more than `cut`.

    Complete@K of arXiv 2604.05684.
    """
    last = np.maximum.reduceat(cases.place, cases.starts)
    return np.where(cases.relevant <= cut, last <= cut, np.nan)


def random_complete(cases: Cases, cut: int) -> Floats:
    """Exact."""
    value = of_shapes(lambda relevant, pool: chance.complete(relevant, pool, cut), cases.relevant, cases.pool)
    return np.where(cases.relevant <= cut, value, np.nan)


def translated_recall(cases: Cases, cut: int) -> Floats:
    """TLR@k: recall over the relevant passages that are not in the query's language; none where all are.

    Ours: plain recall of the translations of an answer.
    """
    foreign = cases.language != cases.asked[cases.case]
    return _over(cases.sum(foreign & (cases.place <= cut)), cases.relevant - cases.own)


def random_translated_recall(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return np.where(cases.relevant > cases.own, np.minimum(cut, cases.pool) / cases.pool, np.nan)


def language_preference(cases: Cases, cut: int) -> Floats:
    """LPR: 1 where the best relevant passage is in the query's language, else 0.

    The language preference rate of arXiv 2605.07249. None where the relevant passages give no choice: none, or all
    of them, are in the query's language.
    """
    first = cases.language[cases.starts] == cases.asked
    return np.where(_has_choice(cases), first, np.nan)


def random_language_preference(cases: Cases, cut: int) -> Floats:
    """Exact: one in so many languages, where each has one."""
    return np.where(_has_choice(cases), cases.own / cases.relevant, np.nan)


def peer(cases: Cases, cut: int) -> Floats:
    """PEER@k: the p-value of a Kruskal-Wallis test that the languages' relevant passages have one expected rank.

    arXiv 2405.00978, section 3, as its authors' package peer_measure 0.0.1 computes it, with all grades as one level of
    weight 1: the statistic is made of positions in the list, not of ranks among the relevant passages; those beyond
    `cut` share the position (2 m + u + 1) / 2, m being the relevant passages and u those beyond. 1 where all are
    beyond, or in one language. Raises FaultyInputError where no case has a language with two relevant passages: the
    statistic then is the number of passages less one, whatever their positions.
    """
    if not _peer_can_vary(cases):
        found = (
            "each language has one relevant passage, or there is one language: the value is the same for any ranking"
        )
        raise FaultyInputError([Fault(f"PEER@{cut}", found, "several relevant passages of a language work")])
    return _peer(cases, cut)


def random_peer(cases: Cases, cut: int) -> Floats:
    """The mean over DRAWS random rankings of each shape of case; none where PEER refuses the cases."""
    if not _peer_can_vary(cases):
        return np.full(len(cases), np.nan)
    shapes = _shapes(cases)
    values = {shape: _drawn_peer(cases, *shape, cut) for shape in dict.fromkeys(shapes)}
    return np.array([values[shape] for shape in shapes])


def one_target(cases: Cases, cut: int) -> ByTarget:
    """The reciprocal rank where only one language's answer is kept, and the others' copies are taken out of the pool.

    For each case and each language of its relevant passages. The means by query language and target are a heat map,
    after LAReQA's of one target language at a time (arXiv 2004.05484, section 5), with reciprocal ranks for its mAP.
    """
    best = cases.by_language
    return ByTarget(best.case, best.language, 1 / (best.place - best.before))


def random_one_target(cases: Cases, cut: int) -> ByTarget:
    """Exact."""
    best = cases.by_language
    pool = cases.pool[best.case] - cases.relevant[best.case] + best.count
    value = of_shapes(lambda relevant, pool: chance.reciprocal_rank(relevant, pool, pool), best.count, pool)
    return ByTarget(best.case, best.language, value)


def one_target_bias(cases: Cases, cut: int) -> Floats:
    """One-target reciprocal rank in the query's language less its mean over the other languages.

    Ours. Where all cases have all languages, the mean is the heat map's mean diagonal less the mean of the rest. None
    where there is no relevant passage in the query's language, or none in another.
    """
    return _own_less_others(one_target(cases, cut), cases)


def random_one_target_bias(cases: Cases, cut: int) -> Floats:
    """Exact."""
    return _own_less_others(random_one_target(cases, cut), cases)


def score_offset(cases: Cases, cut: int) -> ByTarget:
    """The score of the best answer in another language less that in the query's own, over the scores' deviation.

    Ours. The deviation is that of all relevant passages' scores for queries of that language, so that systems compare.
    Below zero, other languages score lower for being other languages, which centring may mend. None where there is no
    relevant passage in the query's language.
    """
    best = cases.by_language
    asked = cases.asked[cases.case]
    count, total, squares = (
        np.bincount(asked, weights, len(cases.languages)) for weights in (None, cases.score, cases.score**2)
    )
    mean = total / np.maximum(1, count)
    deviation = np.sqrt(np.maximum(0, squares / np.maximum(1, count) - mean**2))[cases.asked[best.case]]
    mine = best.language == cases.asked[best.case]
    own = np.full(len(cases), np.nan)
    own[best.case[mine]] = best.score[mine]
    offset = _over(best.score - own[best.case], deviation)
    return ByTarget(best.case[~mine], best.language[~mine], offset[~mine])


def _shapes(cases: Cases) -> list[tuple[tuple[int, ...], int]]:
    """For each case the numbers of relevant passages of its languages, sorted, and the size of the pool."""
    counts = np.split(cases.by_language.count, cases.by_language.starts[1:])
    return list(zip((tuple(sorted(count.tolist())) for count in counts), cases.pool.tolist(), strict=True))


def _peer_can_vary(cases: Cases) -> bool:
    languages = np.diff(cases.by_language.starts, append=len(cases.by_language.case))
    return bool(np.any((languages > 1) & (cases.relevant > languages)))


def _peer(cases: Cases, cut: int) -> Floats:
    from scipy.stats import chi2

    best, relevant = cases.by_language, cases.relevant
    inside = cases.place <= cut
    beyond = relevant - cases.sum(inside)
    rank = np.where(inside, cases.place, ((2 * relevant + beyond + 1) / 2)[cases.case])
    deviation = rank - (cases.sum(rank) / relevant)[cases.case]
    order = np.lexsort((cases.place, cases.language, cases.case))  # as the entries by language are made
    of_language = np.add.reduceat(deviation[order], np.cumsum(best.count) - best.count)
    between = np.add.reduceat(of_language**2 / best.count, best.starts)
    within = cases.sum(deviation**2)
    statistic = (relevant - 1) * np.divide(between, within, out=np.zeros(len(cases)), where=within > 0)
    languages = np.diff(best.starts, append=len(best.case))
    tested = (languages > 1) & (beyond < relevant)
    return np.where(tested, chi2.sf(statistic, np.maximum(1, languages - 1)), 1.0)


def _drawn_peer(cases: Cases, counts: tuple[int, ...], pool: int, cut: int) -> float:
    if len(counts) == 1:
        return 1.0
    rng, relevant = np.random.default_rng(0), sum(counts)
    languages = np.repeat(np.arange(len(counts)), counts)
    places = np.stack([rng.choice(pool, relevant, replace=False) + 1 for _ in range(DRAWS)])
    order = np.argsort(places, axis=1)
    drawn = replace(
        cases,
        case=np.repeat(np.arange(DRAWS), relevant),
        language=languages[order].ravel(),
        place=np.take_along_axis(places, order, axis=1).ravel(),
        rank=np.empty(DRAWS * relevant),
        score=np.empty(DRAWS * relevant),
        starts=np.arange(DRAWS) * relevant,
    )
    return float(_peer(drawn, cut).mean())


def _normalised(distance: Floats, cases: Cases) -> Floats:
    languages = np.diff(cases.by_language.starts, append=len(cases.by_language.case))
    return np.asarray(np.maximum(0, distance - (languages - 1)) / np.maximum(1, cases.pool - languages))


def _log_share(log_rank: Floats, cases: Cases) -> Floats:
    room = np.log2(cases.pool) - np.log2(cases.relevant)
    share = np.divide(np.log2(cases.pool) - log_rank, room, out=np.ones(len(cases)), where=room > 0)
    return np.asarray(100 * share)


def _has_choice(cases: Cases) -> NDArray[np.bool_]:
    return (cases.own > 0) & (cases.own < cases.relevant)


def _own_less_others(found: ByTarget, cases: Cases) -> Floats:
    mine = found.language == cases.asked[found.case]
    own, others, rest = (
        np.bincount(found.case, weights, len(cases)) for weights in (found.value * mine, found.value * ~mine, ~mine)
    )
    return np.where(cases.own > 0, own, np.nan) - _over(others, rest)


def _over(values: NDArray[Any], counts: NDArray[Any]) -> Floats:
    """A quotient, NaN over zero."""
    return np.asarray(np.divide(values, counts, out=np.full(len(values), np.nan), where=counts > 0))


FAMILIES: Mapping[str, Family] = {
    "rank_distance": Family(
        "worst less best rank over the languages' best answers",
        rank_distance,
        random_rank_distance,
        settings=MULTILINGUAL,
        high=math.inf,
        better="lower",
    ),
    "normalised_rank_distance": Family(
        "rank distance as a share of the largest possible",
        normalised_rank_distance,
        random_normalised_rank_distance,
        settings=MULTILINGUAL,
        better="lower",
    ),
    "Max@R": Family(
        "rank of the last relevant passage",
        worst_rank,
        random_worst_rank,
        settings=MULTILINGUAL,
        high=math.inf,
        better="lower",
    ),
    "normalised_Max@R": Family(
        "Max@R on a logarithmic scale, 100 where relevant passages come first",
        normalised_worst_rank,
        random_normalised_worst_rank,
        settings=MULTILINGUAL,
        high=100.0,
    ),
    "Comp": Family("all relevant passages in the top", complete, random_complete, cut="yes", settings=MULTILINGUAL),
    "TLR": Family(
        "recall of relevant passages not in the query's language",
        translated_recall,
        random_translated_recall,
        cut="yes",
        settings=MULTILINGUAL,
    ),
    "LPR": Family(
        "share of queries whose best relevant passage is in their language",
        language_preference,
        random_language_preference,
        settings=MULTILINGUAL,
        better=None,
        ideal=False,
    ),
    "PEER": Family(
        "probability of equal expected rank of the languages (Kruskal-Wallis)",
        peer,
        random_peer,
        cut="yes",
        settings=MULTILINGUAL,
        ideal=False,
        drawn=True,
    ),
    "one_target_RR": Family(
        "reciprocal rank with one language's answer kept, by query and target language",
        one_target,
        random_one_target,
        settings=MULTILINGUAL,
    ),
    "one_target_bias": Family(
        "one-target reciprocal rank in the query's language less its mean over others",
        one_target_bias,
        random_one_target_bias,
        settings=MULTILINGUAL,
        low=-1.0,
        better=None,
    ),
    "score_offset": Family(
        "score of other languages' answers less that of the own one's, in standard deviations",
        score_offset,
        settings=MULTILINGUAL,
        low=-math.inf,
        high=math.inf,
        better=None,
        ideal=False,
    ),
}
"""Measures of the distance between languages, by name."""
