"""Mine hard negatives of an aligned table by any ranker, direction by direction. Not here: rankers, writing columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from polybatch.errors import DataError, Fault
from polybatch.progress import Progress, Silent
from polybatch.table.aligned import AlignedTable
from polybatch.table.shape import NEGATIVES, PASSAGE, QUERY, DatasetShape

BLOCK = 16_000_000  # scores held at once


class Ranker(Protocol):
    """What scores passages for queries: BM25, or an encoder by cosines."""

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        """Read passages once; what comes back scores query texts against them: shape (queries, passages)."""
        ...


@dataclass(frozen=True)
class Rule:
    """Which passages are hard negatives of a row: how many, between which ranks, and how far under the positive.

    Ranks count from 1 over the passages that may be negatives at all, equal texts once; of those from `first` to `last`
    whose score is under `below` times the positive's, `count` are drawn by `seed`.
    """

    count: int = 1
    first: int = 30
    last: int = 100
    below: float = 0.9
    seed: int = 1

    def check(self) -> None:
        """Raise DataError where no passage could fit."""
        faults = []
        if self.count < 1:
            faults.append(Fault("negatives", str(self.count), "1 or more for each row"))
        if not 1 <= self.first <= self.last or self.last - self.first + 1 < self.count:
            found = f"ranks {self.first} to {self.last} for {self.count}"
            faults.append(Fault("negatives", found, "a range from rank 1 on, of as many ranks at least"))
        if not 0 < self.below <= 1:
            faults.append(Fault("negatives", f"under {self.below} of the positive", "a share over 0 and at most 1"))
        if faults:
            raise DataError(faults)


@dataclass(frozen=True)
class Mined:
    """The negatives of one dataset in one language.

    `chosen`, int64, shape (rows, count): for every row of the dataset the rows of the table whose passages are its
    negatives, -1 where the row has no passage in the language. `mined` of them are by the rule, `drawn` are others.
    """

    dataset: str
    language: str
    chosen: np.ndarray
    mined: int
    drawn: int


def mine(table: AlignedTable, ranker: Ranker, rule: Rule, *, progress: Progress | None = None) -> Iterator[Mined]:
    """The hard negatives of every dataset in every language of its passages, one after the other.

    A row with a passage in a language gets `rule.count` passages of its dataset in that language, ranked for its query
    in the same language, or in the first that it has where it has none. Never among them: a passage of a row that
    shares its passage group or a further group, hence no version of its own either, or a text that is one of these
    elsewhere. Where fewer fit the rule, the rest is drawn from all passages that may be negatives, if need be the same
    twice, since training asks for as many in every row. Ties go by the passages' first rows. What comes out depends on
    the table, the scores and the seed alone.

    Memory: the texts of a language, and 16 million scores. Raises DataError for a rule that nothing fits, and where all
    passages of a dataset share one group.
    """
    rule.check()
    progress = progress or Silent()
    groups = table.shape.groups
    for number, dataset in enumerate(table.shape.datasets):
        first = int(table.shape.firsts[number])
        kinds = [groups[first : first + dataset.rows], *(dataset.further if dataset.further is not None else ())]
        has = present_sides(dataset)
        for language, code in enumerate(table.languages):
            if has[:, PASSAGE, language].any():
                mining = _Mining(table, first, has, [np.asarray(kind) for kind in kinds], language, rule)
                yield mining.run(ranker, f"{dataset.name}: negatives in {code}", dataset.name, number, progress)


class _Mining:
    """The passages of one dataset in one language, and the queries that are ranked against them."""

    def __init__(
        self, table: AlignedTable, first: int, has: np.ndarray, kinds: Sequence[np.ndarray], language: int, rule: Rule
    ) -> None:
        self.table, self.first, self.language, self.rule, self.kinds = table, first, language, rule, kinds
        self.code = table.languages[language]
        rows = np.flatnonzero(has[:, PASSAGE, language])
        numbers: dict[str, int] = {}
        found = [numbers.setdefault(text, len(numbers)) for text in table.texts(PASSAGE, self.code, first + rows)]
        self.passages = list(numbers)
        self.passage_of = np.full(len(has), -1)
        self.passage_of[rows] = found
        self.row_of = rows[np.unique(found, return_index=True)[1]]  # the row that a passage is first in
        self.members = [_members(kind, rows) for kind in kinds]
        # its own language before all others, those in their order
        order = sorted(range(len(table.languages)), key=lambda one: one != language)
        queries = has[:, QUERY][:, order]
        self.asked = np.where(queries.any(axis=1), np.array(order)[queries.argmax(axis=1)], -1)
        self.asked[self.passage_of < 0] = -1

    def run(self, ranker: Ranker, what: str, name: str, stream: int, progress: Progress) -> Mined:
        """Score the passages for all queries, some at a time, and choose; `stream` is the number of the dataset."""
        chosen = np.full((len(self.passage_of), self.rule.count), -1)
        mined = 0
        score = ranker.prepare(self.passages, progress)
        size = max(1, BLOCK // len(self.passages))
        with progress.task(what, int((self.asked >= 0).sum())) as advance:
            for language, code in enumerate(self.table.languages):
                asking = np.flatnonzero(self.asked == language)
                for start in range(0, len(asking), size):
                    rows = asking[start : start + size]
                    scores = np.asarray(score(self.table.texts(QUERY, code, self.first + rows)))
                    for row, of_row in zip(rows.tolist(), scores, strict=True):
                        chosen[row], fitting = self._choose(row, of_row, name, stream)
                        mined += fitting
                    advance(len(rows))
        rows_chosen = np.where(chosen < 0, -1, self.first + self.row_of[chosen])
        return Mined(name, self.code, rows_chosen, mined, int((chosen >= 0).sum()) - mined)

    def _choose(self, row: int, scores: np.ndarray, name: str, stream: int) -> tuple[np.ndarray, int]:
        """The negatives of a row, as passages, and how many of them are by the rule."""
        related = self._related(row)
        if len(related) == len(self.passages):
            found = f"row {row + 1} shares a group with every passage in {self.code}"
            raise DataError([Fault(name, found, "passages of two groups at least")])
        random = np.random.default_rng([self.rule.seed, stream, self.language, row])
        fitting = _fitting(scores, related, int(self.passage_of[row]), self.rule)
        taken = random.permutation(fitting)[: self.rule.count]
        return np.concatenate([taken, self._others(random, related, taken)]), len(taken)

    def _related(self, row: int) -> np.ndarray:
        """The passages of all rows that share a group with a row, its own included; sorted, each once."""
        found = [np.array([row])]
        for kind, members in zip(self.kinds, self.members, strict=True):
            if kind[row] >= 0:
                found.append(members[int(kind[row])])
        return np.unique(self.passage_of[np.concatenate(found)])

    def _others(self, random: np.random.Generator, related: np.ndarray, taken: np.ndarray) -> np.ndarray:
        """Passages at random where the rule gives too few; each once where there are enough."""
        wanted = self.rule.count - len(taken)
        if not wanted:
            return taken[:0]
        allowed = np.setdiff1d(np.arange(len(self.passages)), related, assume_unique=True)
        free = random.permutation(np.setdiff1d(allowed, taken, assume_unique=True))[:wanted]
        return np.concatenate([free, random.choice(allowed, wanted - len(free))])


def _fitting(scores: np.ndarray, related: np.ndarray, positive: int, rule: Rule) -> np.ndarray:
    """The passages within the ranks of a rule whose score is low enough, best first."""
    scores = scores.astype(np.float64)
    own = float(scores[positive])
    limit = own - (1 - rule.below) * abs(own)  # under a negative cosine, too
    scores[related] = -np.inf
    last = min(rule.last, len(scores) - len(related))
    least = np.partition(scores, -last)[-last]
    best = np.flatnonzero(scores >= least)
    within = best[np.argsort(-scores[best], kind="stable")][rule.first - 1 : last]
    return within[scores[within] < limit]


def _members(kind: np.ndarray, rows: np.ndarray) -> dict[int, np.ndarray]:
    """The rows of every group of one kind, of these rows."""
    rows = rows[kind[rows] >= 0]
    rows = rows[np.argsort(kind[rows], kind="stable")]
    numbers, starts = np.unique(kind[rows], return_index=True)
    return dict(zip(numbers.tolist(), np.split(rows, starts[1:]), strict=False))  # no rows are one part of none


def present_sides(dataset: DatasetShape) -> np.ndarray:
    """Which queries and passages the rows have: bool, shape (rows, 2, languages)."""
    patterns = dataset.patterns[:, :NEGATIVES]
    of = np.zeros(dataset.rows, dtype=np.int64) if dataset.pattern_of is None else np.asarray(dataset.pattern_of)
    return np.asarray(patterns[of])
