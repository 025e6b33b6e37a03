"""The rank of every relevant passage of every query, exact, by counting better scores in blocks. No measures."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from polybatch.judging.scorers import ScoreSource
from polybatch.judging.top import Top
from polybatch.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor

SCORES = 2**24  # scores held at once: 64 MiB
ROWS = 1024  # queries in a block of scores
TILE = 2**20  # comparisons made at once
SORT_FROM = 4  # relevant passages of a query from which sorting its scores is faster than comparing with each

OWN, UNION = 0, 1


@dataclass(frozen=True)
class Pool:
    """The union of all languages' passages, as arrays of int64 and shape (passages,): language, tie order, column.

    Languages ascend, each one's passages together: its pool is that part of the union, so that all settings are views
    of the same scores. Passages that share a column of the scores (equal texts, equal vectors) have one score, made
    once. Columns run from 0 without gaps.
    """

    languages: np.ndarray
    order: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Relevant:
    """The relevant passages of queries, as arrays of int64 and shape (pairs,); `queries` ascend."""

    queries: np.ndarray
    passages: np.ndarray


@dataclass(frozen=True)
class Counts:
    """Each relevant passage's score, and how many other passages stand how to it.

    `better` have a higher score, `equal` the same, and `before` are those of the equal ones that come first in the tie
    order: int64 of shape (pairs, 2), in the passage's own language and in the union. `scores`: float32, (pairs,).
    """

    scores: np.ndarray
    better: np.ndarray
    equal: np.ndarray
    before: np.ndarray

    @property
    def ranks(self) -> np.ndarray:
        """Expected ranks from 1, were ties broken at random: half of the equal ones stand before. float64."""
        return np.asarray(1 + self.better + self.equal / 2)

    @property
    def places(self) -> np.ndarray:
        """Ranks from 1 with ties in the tie order: no two passages of a pool share one. int64."""
        return np.asarray(1 + self.better + self.before)


def tie_order(passage_ids: Sequence[str]) -> np.ndarray:
    """A neutral fixed order that breaks ties: int64 places, shape (passages,), the lower first.

    Passages are ordered by a hash of their ids, so that no language, document or file order is favoured; ids that
    start with a language code, ordered as text, would turn ties into language bias.
    """
    digests = b"".join(blake2b(passage.encode(), digest_size=16).digest() for passage in passage_ids)
    hashes = np.frombuffer(digests, dtype=">u8").reshape(-1, 2)
    places = np.empty(len(hashes), dtype=np.int64)
    places[np.lexsort((hashes[:, 1], hashes[:, 0]))] = np.arange(len(hashes))
    return places


def count_ranks(
    source: ScoreSource,
    pool: Pool,
    texts: np.ndarray,
    relevant: Relevant,
    *,
    top: Top | None,
    progress: Progress,
    name: str,
) -> Counts:
    """Count for each relevant passage those before it, in its own language and in the union; let all pass by `top`.

    `texts` holds the number in `source` of each query's text; queries without a relevant passage are not scored. The
    columns that relevant passages read stand in the first block, so each is scored once: its score is what others are
    compared with, it is never better than itself, and equal passages tie exactly, whatever a library's kernels do to
    the last bit. Each block of passages is visited once, for all queries.
    """
    pairs = len(relevant.queries)
    counts = Counts(np.empty(pairs, dtype=np.float32), *(np.zeros((pairs, 2), dtype=np.int64) for _ in range(3)))
    blocks = _column_blocks(source, pool, relevant)
    with progress.task(f"ranking {name}", len(blocks) * len(np.unique(relevant.queries))) as advance:
        for number, columns in enumerate(blocks):
            score = source.over(columns)
            block = _Block(pool, relevant, counts, columns, holds_relevant=number == 0)
            for queries, chosen in _query_blocks(relevant, max(1, min(ROWS, SCORES // len(columns)))):
                scores = score(texts[queries])
                block.count(scores, chosen)
                if top:
                    block.show(scores, queries, top)
                advance(len(queries))
    return counts


class _Part(NamedTuple):
    """Passages that read columns of a block: `columns` are places in it, None where passages and columns are one."""

    passages: np.ndarray
    columns: np.ndarray | None

    def of(self, scores: "Tensor") -> "Tensor":
        return scores if self.columns is None else scores[:, _like(scores, self.columns)]


class _Block:
    """One block of passages, and the counting in it."""

    def __init__(
        self, pool: Pool, relevant: Relevant, counts: Counts, columns: np.ndarray, *, holds_relevant: bool
    ) -> None:
        self.pool, self.relevant, self.counts, self.holds_relevant = pool, relevant, counts, holds_relevant
        self.place = np.full(len(pool.columns), -1)
        self.place[columns] = np.arange(len(columns))
        places = self.place[pool.columns]
        inside = np.flatnonzero(places >= 0)
        first = inside[np.unique(places[inside], return_index=True)[1]]
        others = np.setdiff1d(inside, first, assume_unique=True)
        self.parts = [_Part(first, None), *([_Part(others, places[others])] if len(others) else [])]

    def count(self, scores: "Tensor", pairs: np.ndarray) -> None:
        """Add to the counts of some queries' `pairs`, shape (queries, most pairs of one), -1 where there is none."""
        real = pairs >= 0
        own = self._own(scores, pairs, real)
        passages = self.relevant.passages[pairs]
        better, equal = np.zeros((2, *pairs.shape, 2), dtype=np.int64)
        for part in self.parts:
            found = part.of(scores)
            runs = list(_runs(self.pool.languages[part.passages]))
            stands = _stands([found[:, start:stop] for _, start, stop in runs], own)
            for (language, _, _), (above, level) in zip(runs, stands, strict=True):
                mine = self.pool.languages[passages] == language
                for total, number in ((better, above), (equal, level)):
                    total[..., OWN] += number * mine
                    total[..., UNION] += number
        if self.holds_relevant:
            equal -= 1  # itself
        self.counts.better[pairs[real]] += better[real]
        self.counts.equal[pairs[real]] += equal[real]
        rows, columns = np.nonzero(real & (equal[..., UNION] > 0))
        step = max(1, SCORES // (4 * scores.shape[1]))
        for first in range(0, len(rows), step):
            chosen = rows[first : first + step], columns[first : first + step]
            self._break_ties(scores[_like(scores, chosen[0])], own[chosen], pairs[chosen])

    def show(self, scores: "Tensor", queries: np.ndarray, top: Top) -> None:
        """Let the passages pass by `top`, for some queries."""
        for part in self.parts:
            top.update(queries, part.of(scores), part.passages, self.pool.order[part.passages])

    def _own(self, scores: "Tensor", pairs: np.ndarray, real: np.ndarray) -> "Tensor":
        """The scores of the pairs' own passages, NaN where there is none."""
        if self.holds_relevant:
            places = self.place[self.pool.columns[self.relevant.passages[pairs]]]
            own = scores.gather(1, _like(scores, places))
            self.counts.scores[pairs[real]] = own.cpu().numpy()[real]
        else:
            own = _like(scores, self.counts.scores[pairs])
        own[_like(scores, ~real)] = np.nan
        return own

    def _break_ties(self, scores: "Tensor", own: "Tensor", pairs: np.ndarray) -> None:
        """Count what stands before in the tie order: one row of `scores` and one score of `own` for each pair."""
        passages = self.relevant.passages[pairs]
        order, languages = self.pool.order, self.pool.languages
        for part in self.parts:
            tied = part.of(scores) == own[:, None]
            tied &= _like(scores, order[part.passages]) < _like(scores, order[passages])[:, None]
            self.counts.before[pairs, UNION] += tied.sum(dim=1).cpu().numpy()
            tied &= _like(scores, languages[part.passages]) == _like(scores, languages[passages])[:, None]
            self.counts.before[pairs, OWN] += tied.sum(dim=1).cpu().numpy()


def _stands(pools: Sequence["Tensor"], own: "Tensor") -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each pool, how many scores of each row are above, and how many equal to, each of a few: int64, like `own`.

    `pools`: scores of shape (queries, passages); `own`: shape (queries, few), what comes of NaN there means nothing.
    """
    import torch

    if not own.is_cpu:
        for scores in pools:
            ordered = scores.sort(dim=1).values
            last, first = (torch.searchsorted(ordered, own, right=right) for right in (True, False))
            yield (ordered.shape[1] - last).cpu().numpy(), (last - first).cpu().numpy()
        return
    # by NumPy, a pool in a thread: torch's threads wait for each other at every small step, dear where cores are shared
    count = _compared if own.shape[1] < SORT_FROM else _searched
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:
        yield from threads.map(lambda scores: count(scores.numpy(), own.numpy()), pools)


def _searched(scores: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By binary search in the sorted scores of each row: how many are below each of `own`, and how many not above."""
    few, size = own.shape[1], scores.shape[1]
    ordered = np.sort(scores, axis=1).ravel()
    begins = np.arange(0, len(ordered), size)[:, None]
    below = np.zeros((len(own), 2 * few), dtype=np.int64)
    step = 1 << (size.bit_length() - 1)
    while step:
        further = below + step
        inside = further <= size
        found = ordered[begins + np.where(inside, further, 1) - 1]
        passed = np.concatenate([found[:, :few] < own, found[:, few:] <= own], axis=1)
        below = np.where(inside & passed, further, below)
        step >>= 1
    return size - below[:, few:], below[:, few:] - below[:, :few]


def _compared(scores: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By comparing every score of a row with each of `own`."""
    above, level = np.empty((2, *own.shape), dtype=np.int64)
    step = max(1, TILE // scores.shape[1])
    for start in range(0, len(scores), step):
        rows = slice(start, start + step)
        for number in range(own.shape[1]):
            one = own[rows, number, None]
            above[rows, number] = np.count_nonzero(scores[rows] > one, axis=1)
            level[rows, number] = np.count_nonzero(scores[rows] == one, axis=1)
    return above, level


def _column_blocks(source: ScoreSource, pool: Pool, relevant: Relevant) -> list[np.ndarray]:
    """All columns in blocks, those of relevant passages in the first; within a block, language by language."""
    first = np.unique(pool.columns, return_index=True)[1]
    wanted = np.unique(pool.columns[relevant.passages])
    columns = np.concatenate([wanted, np.setdiff1d(np.arange(len(first)), wanted, assume_unique=True)])
    width = source.width or len(columns)
    cuts = range(max(width, len(wanted)), len(columns), width)
    return [block[np.argsort(pool.languages[first[block]], kind="stable")] for block in np.split(columns, list(cuts))]


def _query_blocks(relevant: Relevant, rows: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Queries with relevant passages, so many at once, and the numbers of their pairs, filled up with -1.

    Queries with like numbers of relevant passages come together, so that little is filled up.
    """
    queries, starts, lengths = np.unique(relevant.queries, return_index=True, return_counts=True)
    by_length = np.argsort(lengths, kind="stable")
    for start in range(0, len(queries), rows):
        chosen = by_length[start : start + rows]
        step = np.arange(lengths[chosen].max())
        yield queries[chosen], np.where(step < lengths[chosen, None], starts[chosen, None] + step, -1)


def _runs(values: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Each value of a sorted array, where it begins and where it ends."""
    cuts = np.flatnonzero(np.diff(values)) + 1
    starts, stops = [0, *cuts.tolist()], [*cuts.tolist(), len(values)]
    return zip(values[starts].tolist(), starts, stops, strict=True)


def _like(scores: "Tensor", values: np.ndarray) -> "Tensor":
    """A tensor where the scores are."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(values)).to(scores.device)
