"""Rank a collection that is laid out as arrays, where a query may be a passage too and is no candidate of its own."""

from dataclasses import replace

import numpy as np

from polybatch.judging.layout import Layout
from polybatch.judging.ranks import OWN, UNION, Counts, Pool, Relevant, count_ranks
from polybatch.judging.scorers import ScoreSource
from polybatch.judging.top import Top
from polybatch.progress import Progress


def rank_candidates(
    source: ScoreSource, layout: Layout, columns: np.ndarray, texts: np.ndarray, *, top: int, progress: Progress
) -> tuple[Counts, Top | None]:
    """Counts for every pair of `layout.relevant`, and the best `top` of each query; `layout.itself` is left out.

    `columns` and `texts` hold which column of the scores each passage reads, and the number in `source` of each query's
    text. The best are those of the multilingual setting, or of the only pool; there are none where the collection has
    neither, and for a `top` of 0.
    """
    itself = layout.relevant.queries[layout.itself], layout.relevant.passages[layout.itself]
    spare = int(np.bincount(itself[0]).max(initial=0))  # of each query's best, at most so many are left out
    has_top = "multilingual" in layout.settings or len(layout.pools) == 1
    best = Top.empty(len(layout.queries), top + spare) if top and has_top else None
    pool = layout.pool(columns)
    counts = count_ranks(source, pool, texts, layout.relevant, top=best, progress=progress, name=layout.name)
    if spare:
        counts = _leave_out(counts, layout.relevant, pool, layout.itself)
        best = best and best.without(*itself, top)
    return counts, best


def _leave_out(counts: Counts, relevant: Relevant, pool: Pool, itself: np.ndarray) -> Counts:
    """The counts as if some pairs' passages were no candidates of their queries: in the union and in their language.

    `itself`: bool of shape (pairs,), whether a pair's passage is the query. What comes back for those pairs themselves
    means nothing.
    """
    better, equal, before = (one.copy() for one in (counts.better, counts.equal, counts.before))
    where = np.flatnonzero(itself)
    turn = np.arange(len(where)) - np.searchsorted(relevant.queries[where], relevant.queries[where])
    for number in range(int(turn.max(initial=-1)) + 1):
        of_query = np.full(int(relevant.queries.max()) + 1, -1)
        of_query[relevant.queries[where[turn == number]]] = where[turn == number]
        pairs = np.flatnonzero(of_query[relevant.queries] >= 0)
        out = of_query[relevant.queries[pairs]]
        left_out, passages = relevant.passages[out], relevant.passages[pairs]
        level = counts.scores[out] == counts.scores[pairs]
        same = pool.languages[left_out] == pool.languages[passages]
        for side, counted in ((UNION, np.ones(len(pairs), dtype=bool)), (OWN, same)):
            better[pairs, side] -= counted & (counts.scores[out] > counts.scores[pairs])
            equal[pairs, side] -= counted & level
            before[pairs, side] -= counted & level & (pool.order[left_out] < pool.order[passages])
    return replace(counts, better=better, equal=equal, before=before)
