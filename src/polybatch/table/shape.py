"""What a plan must know of the corpora: groups and languages of every row, as arrays. No texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from polybatch.hashing import key_of
from polybatch.records import Direction

QUERY, PASSAGE, NEGATIVES = 0, 1, 2
"""Sides of a row: its query, its passage, and from NEGATIVES on its hard negatives."""


@dataclass(frozen=True)
class DatasetShape:
    """Rows of one dataset; a row is an item. Made by `parallel_dataset` or `dataset_shape`.

    `patterns`: bool, shape (patterns, sides, languages), which texts a row may have; `pattern_of`: each row's pattern,
    None if there is one only; `pattern_rows`: how many rows have each.
    Groups are numbered by stratum, which is all groups whose items have the same patterns: stratum s holds the groups
    from `stratum_starts[s]` to before `stratum_starts[s + 1]`, and its patterns are `stratum_patterns` between the same
    two places of `stratum_ends`. The items of group g are `order[starts[g]:starts[g + 1]]`, in the order of their rows;
    no `order` is that of the rows, no `starts` means that each item is its own group.
    `further`: int64, shape (kinds of further groups, rows): two rows with the same number of one kind never meet in a
    batch; negative numbers are no group. All arrays may be memory-mapped.
    """

    name: str
    rows: int
    patterns: np.ndarray
    pattern_rows: np.ndarray
    stratum_starts: np.ndarray
    stratum_patterns: np.ndarray
    stratum_ends: np.ndarray
    pattern_of: np.ndarray | None = None
    order: np.ndarray | None = None
    starts: np.ndarray | None = None
    further: np.ndarray | None = None

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.stratum_starts[-1])

    @property
    def negatives(self) -> int:
        """How many hard negatives a row may have."""
        return int(self.patterns.shape[1]) - NEGATIVES

    def rows_in(self, query: int, passage: int) -> int:
        """How many rows have a query and a passage in these languages (numbers)."""
        return int(self.pattern_rows[self.patterns[:, QUERY, query] & self.patterns[:, PASSAGE, passage]].sum())

    def strata_in(self, query: int, passage: int) -> np.ndarray:
        """Which strata's groups have an item with a query and a passage in these languages (numbers): bool."""
        has = self.patterns[:, QUERY, query] & self.patterns[:, PASSAGE, passage]
        if not len(self.stratum_patterns):
            return np.zeros(0, dtype=bool)
        reached: np.ndarray = np.logical_or.reduceat(has[self.stratum_patterns], self.stratum_ends[:-1])
        return reached

    def ranges_of(self, strata: np.ndarray) -> np.ndarray:
        """The groups of these strata (bool), as ranges: int64, shape (ranges, 2), the first group and how many."""
        edges = np.diff(strata.astype(np.int8), prepend=0, append=0)
        firsts = self.stratum_starts[np.flatnonzero(edges == 1)]
        return np.stack([firsts, self.stratum_starts[np.flatnonzero(edges == -1)] - firsts], axis=1)


@dataclass(frozen=True)
class CorpusShape:
    """The shape of several datasets over one list of languages. Rows are numbered over all datasets, in their order."""

    languages: tuple[str, ...]
    datasets: tuple[DatasetShape, ...]

    @cached_property
    def firsts(self) -> np.ndarray:
        """The first row's number of every dataset, and after them the number of all rows."""
        return np.cumsum([0, *(dataset.rows for dataset in self.datasets)])

    @cached_property
    def first_groups(self) -> np.ndarray:
        """The first group's number of every dataset among the groups of all, and after them the number of all."""
        return np.cumsum([0, *(dataset.groups for dataset in self.datasets)])

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return int(self.firsts[-1])

    def numbers(self, direction: Direction) -> tuple[int, int]:
        """The numbers of a direction's languages."""
        return self.languages.index(direction.query), self.languages.index(direction.passage)

    @cached_property
    def directions(self) -> tuple[Direction, ...]:
        """Directions that at least one row can fill, in the order of `languages`."""
        return tuple(direction for direction in self._all_directions if self._rows_in(direction))

    @cached_property
    def missing(self) -> tuple[Direction, ...]:
        """Directions between the languages that no row can fill, so that no strategy ever draws them."""
        return tuple(direction for direction in self._all_directions if not self._rows_in(direction))

    @cached_property
    def groups(self) -> np.ndarray:
        """The group of every row, numbered over all datasets: int64, shape (rows,). In memory, for checks."""
        groups_of_datasets = []
        for dataset, first in zip(self.datasets, self.first_groups, strict=False):
            groups = np.arange(dataset.rows)
            if dataset.starts is not None:
                groups = np.repeat(np.arange(dataset.groups), np.diff(dataset.starts))
            if dataset.order is not None:
                by_row = np.empty_like(groups)
                by_row[dataset.order] = groups
                groups = by_row
            groups_of_datasets.append(first + groups)
        return np.concatenate(groups_of_datasets) if groups_of_datasets else np.zeros(0, dtype=np.int64)

    @property
    def _all_directions(self) -> tuple[Direction, ...]:
        return tuple(Direction(query, passage) for query in self.languages for passage in self.languages)

    def _rows_in(self, direction: Direction) -> int:
        query, passage = self.numbers(direction)
        return sum(dataset.rows_in(query, passage) for dataset in self.datasets)


def parallel_dataset(name: str, rows: int, *, languages: int, negatives: int = 0) -> DatasetShape:
    """A dataset that has every text of every row, each row its own group. Takes no memory, however many the rows."""
    patterns = np.ones((1, NEGATIVES + negatives, languages), dtype=bool)
    strata = np.array([0, rows][: 1 + (rows > 0)]), np.zeros(int(rows > 0), dtype=np.int64)
    return DatasetShape(name, rows, patterns, np.array([rows]), *strata, np.arange(1 + (rows > 0)))


def dataset_shape(
    name: str,
    present: np.ndarray,
    groups: np.ndarray | None = None,
    further: Sequence[np.ndarray] = (),
    *,
    pattern_of: np.ndarray | None = None,
) -> DatasetShape:
    """The shape of a dataset from arrays over its rows.

    `present`: bool, shape (rows, sides, languages): which texts there are; `groups`: whole numbers, shape (rows,), the
    passage group of each row (each its own if None); `further`: as many arrays of further groups, -1 for none.
    For many rows, `present` may be the few patterns that there are, with the number of each row's as `pattern_of`.
    """
    flat = np.packbits(present.reshape(len(present), -1), axis=1)
    _, where, sorted_as = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    pattern_of = sorted_as.reshape(-1)[slice(None) if pattern_of is None else pattern_of]
    patterns = present[where]
    rows = len(pattern_of)
    number = np.arange(rows) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(rows)
    stratum_of, stratum_starts, stratum_patterns, stratum_ends = _strata(number, pattern_of)
    # groups in the order of their strata, and within one in the order of their numbers
    renumbered = np.empty(len(stratum_of), dtype=np.int64)
    renumbered[np.argsort(stratum_of, kind="stable")] = np.arange(len(stratum_of))
    group_of = renumbered[number]
    order = np.argsort(group_of, kind="stable")
    single = len(stratum_of) == rows
    return DatasetShape(
        name,
        rows,
        patterns,
        np.bincount(pattern_of, minlength=len(patterns)),
        stratum_starts,
        stratum_patterns,
        stratum_ends,
        pattern_of=None if len(patterns) == 1 else pattern_of.astype(np.int32),
        order=None if bool((np.diff(order) == 1).all()) else order,
        starts=None if single else np.concatenate([[0], np.cumsum(np.bincount(group_of))]),
        further=np.stack([np.asarray(numbers, dtype=np.int64) for numbers in further]) if further else None,
    )


def _strata(groups: np.ndarray, pattern_of: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The stratum of each group: those with the same set of patterns; and what `DatasetShape` says of strata."""
    if not len(groups):
        none = np.zeros(0, dtype=np.int64)
        return none, np.zeros(1, dtype=np.int64), none, np.zeros(1, dtype=np.int64)
    pairs = np.unique(groups * (pattern_of.max() + 1) + pattern_of)
    of, patterns = np.divmod(pairs, pattern_of.max() + 1)
    # a set of patterns is told by the sum of its members' hashes: no order, no repeats
    with np.errstate(over="ignore"):
        sums = np.zeros(int(groups.max()) + 1, dtype=np.uint64)
        np.add.at(sums, of, key_of(2, patterns))
    _, example, stratum_of = np.unique(sums, return_index=True, return_inverse=True)
    # the patterns of each stratum are those of its first group
    begin, end = np.searchsorted(of, example), np.searchsorted(of, example, side="right")
    ends = np.concatenate([[0], np.cumsum(end - begin)])
    places = np.arange(ends[-1]) - np.repeat(ends[:-1] - begin, end - begin)
    return stratum_of, np.concatenate([[0], np.cumsum(np.bincount(stratum_of))]), patterns[places], ends
