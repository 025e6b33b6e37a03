"""What a plan must know of the corpora: groups and languages of every row, as arrays. No texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from polybatch.records import Direction, ParallelCorpus


@dataclass(frozen=True)
class DatasetShape:
    """Rows of one dataset. A row is an item; `first` is its first row's number among the rows of all datasets.

    `groups`: int64, shape (rows,), numbered over all datasets so that two datasets never share a group.
    `queries`, `passages`: bool, shape (rows, languages): whether the row has that text.
    """

    name: str
    first: int
    groups: np.ndarray
    queries: np.ndarray
    passages: np.ndarray


@dataclass(frozen=True)
class CorpusShape:
    """The shape of several datasets over one list of languages."""

    languages: tuple[str, ...]
    datasets: tuple[DatasetShape, ...]

    def rows(self, dataset: int, direction: Direction) -> np.ndarray:
        """Row numbers (over all datasets) of one dataset that have a query and a passage in these languages."""
        shape = self.datasets[dataset]
        query, passage = self.languages.index(direction.query), self.languages.index(direction.passage)
        return shape.first + np.flatnonzero(shape.queries[:, query] & shape.passages[:, passage])

    @cached_property
    def groups(self) -> np.ndarray:
        """The group of every row of all datasets."""
        return np.concatenate([dataset.groups for dataset in self.datasets])

    @cached_property
    def directions(self) -> tuple[Direction, ...]:
        """Directions that at least one row can fill, in the order of `languages`."""
        has = np.zeros((len(self.languages), len(self.languages)), dtype=bool)
        for dataset in self.datasets:
            has |= (dataset.queries.T.astype(np.int64) @ dataset.passages.astype(np.int64)) > 0
        return tuple(Direction(self.languages[q], self.languages[p]) for q, p in np.argwhere(has))


def shape_of(corpora: Sequence[ParallelCorpus]) -> CorpusShape:
    """The shape of parallel corpora: rows in their order, one corpus after the other."""
    languages = tuple(sorted({code for corpus in corpora for code in corpus.languages}))
    numbers: dict[tuple[str, str], int] = {}
    datasets: list[DatasetShape] = []
    first = 0
    for corpus in corpora:
        groups = [numbers.setdefault((corpus.name, item.group), len(numbers)) for item in corpus.items]
        queries = np.array([[code in item.queries for code in languages] for item in corpus.items], dtype=bool)
        passages = np.array([[code in item.passages for code in languages] for item in corpus.items], dtype=bool)
        shape = (len(corpus.items), len(languages))
        datasets.append(
            DatasetShape(
                corpus.name,
                first,
                np.array(groups, np.int64),
                queries.reshape(shape),
                passages.reshape(shape),
            )
        )
        first += len(corpus.items)
    return CorpusShape(languages, tuple(datasets))
