"""Corpora of any shape, for properties: rows with missing languages, groups of any size, further groups."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from polybatch.records import Direction
from polybatch.table.shape import CorpusShape, DatasetShape, dataset_shape, parallel_dataset

LANGUAGES = ("en", "ne", "sw")


@dataclass(frozen=True)
class Made:
    """A shape beside the plain arrays that it was made from, dataset by dataset."""

    shape: CorpusShape
    present: tuple[np.ndarray, ...]
    groups: tuple[np.ndarray, ...]
    further: tuple[tuple[np.ndarray, ...], ...]

    def has(self, row: int, direction: Direction) -> bool:
        dataset, inside = self.place(row)
        query, passage = self.shape.numbers(direction)
        return bool(self.present[dataset][inside, 0, query] and self.present[dataset][inside, 1, passage])

    def place(self, row: int) -> tuple[int, int]:
        """The dataset of a row, and its number there."""
        dataset = int(np.searchsorted(self.shape.firsts, row, side="right")) - 1
        return dataset, row - int(self.shape.firsts[dataset])

    def group(self, row: int) -> tuple[int, int]:
        dataset, inside = self.place(row)
        return dataset, int(self.groups[dataset][inside])

    def all_groups(self, row: int) -> set[tuple[int, int, int]]:
        """Every group that keeps the row from others: its passage group, and the further ones it has."""
        dataset, inside = self.place(row)
        kinds = [self.groups[dataset], *self.further[dataset]]
        return {(dataset, kind, int(values[inside])) for kind, values in enumerate(kinds) if values[inside] >= 0}

    def groups_in(self, dataset: int, direction: Direction) -> set[int]:
        query, passage = self.shape.numbers(direction)
        has = self.present[dataset][:, 0, query] & self.present[dataset][:, 1, passage]
        return set(self.groups[dataset][has].tolist())


def make(*parts: tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]) -> Made:
    """A shape from the presence, the groups and the further groups of each dataset."""
    datasets = tuple(dataset_shape(f"set{number}", *part) for number, part in enumerate(parts))
    present, groups, further = (tuple(part[at] for part in parts) for at in range(3))
    return Made(CorpusShape(LANGUAGES, datasets), present, groups, further)  # type: ignore[arg-type]


def parallel(*rows: int, languages: int = 3, per_group: int = 1) -> CorpusShape:
    """Datasets that lack nothing, of so many rows, `per_group` of them in a group."""
    codes = tuple(f"l{number}" for number in range(languages)) if languages > 3 else LANGUAGES[:languages]

    def dataset(number: int, count: int) -> DatasetShape:
        if per_group == 1:
            return parallel_dataset(f"set{number}", count, languages=languages)
        return dataset_shape(f"set{number}", np.ones((count, 2, languages), bool), np.arange(count) // per_group)

    return CorpusShape(codes, tuple(dataset(number, count) for number, count in enumerate(rows)))


@st.composite
def datasets(draw: st.DrawFn, *, further: bool = False) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """Presence, groups and further groups of one dataset: fully parallel, or with holes."""
    rows = draw(st.integers(6, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    holes = draw(st.sampled_from([0.0, 0.3, 0.6]))
    groups = rng.integers(0, draw(st.integers(3, 60)), rows)
    others = (rng.integers(-1, 20, rows),) if further else ()
    return rng.random((rows, 2, len(LANGUAGES))) >= holes, groups, others


def corpora(*, further: bool = False) -> st.SearchStrategy[Made]:
    """One dataset to three."""
    return st.lists(datasets(further=further), min_size=1, max_size=3).map(lambda parts: make(*parts))
