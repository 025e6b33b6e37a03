"""Aligned texts as one Arrow table, an item a row and a column per language, memory-mapped. Not here: choosing rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from polybatch.errors import DataError
from polybatch.files import written_aside
from polybatch.records import ParallelCorpus
from polybatch.table.columns import column_faults, length_faults, present_texts, side_name
from polybatch.table.folder import CHUNK_ROWS, open_folder, write_shape, write_texts
from polybatch.table.groups import number_names, passage_groups
from polybatch.table.shape import NEGATIVES, CorpusShape, dataset_shape


class RowSelection(Protocol):
    """Rows of a table and the languages to read each in, such as a batch: whole numbers, a row each."""

    @property
    def rows(self) -> np.ndarray:
        """Row numbers, shape (size,)."""
        ...

    @property
    def queries(self) -> np.ndarray:
        """The number of each query's language, shape (size,)."""
        ...

    @property
    def passages(self) -> np.ndarray:
        """The number of each passage's language, shape (size,)."""
        ...

    @property
    def negatives(self) -> np.ndarray:
        """The number of each hard negative's language, shape (size, hard negatives)."""
        ...


class AlignedTable:
    """Texts of parallel corpora: column `query.sw` holds the Swahili queries, `passage.en` the English passages.

    A row is an item of one of the datasets, which follow one another; a text that is missing is null. Columns of hard
    negatives are `negative_1.en` and so on. `shape` is what a plan needs. Make one with `from_columns`, `from_arrow`
    or `from_corpora`; `write` it to a folder and `open` it again, memory-mapped and at once, whatever its size.
    """

    def __init__(self, texts: pa.Table, shape: CorpusShape) -> None:
        self.shape = shape
        self._texts = texts
        self._columns: dict[str, list[Any]] = {name: texts.column(name).chunks for name in texts.column_names}
        lengths = [len(chunk) for chunk in texts.column(0).chunks] if texts.num_columns else []
        self._starts = np.cumsum([0, *lengths])[:-1]

    def __len__(self) -> int:
        return int(self._texts.num_rows)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its columns, in the order in which plans number them."""
        return self.shape.languages

    @property
    def negatives(self) -> int:
        """How many hard negatives each row has."""
        return min((dataset.negatives for dataset in self.shape.datasets), default=0)

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, Sequence[str | None]],
        *,
        groups: Sequence[Any] | None = None,
        further: Mapping[str, Sequence[Any]] | None = None,
        name: str = "table",
    ) -> "AlignedTable":
        """A table of one dataset from lists of equal length by column name; see `from_arrow`."""
        arrow = pa.table({column: pa.array(texts, pa.large_string()) for column, texts in columns.items()})
        return cls.from_arrow(arrow, groups=groups, further=further, name=name)

    @classmethod
    def from_arrow(
        cls,
        texts: pa.Table,
        *,
        groups: Sequence[Any] | None = None,
        further: Mapping[str, Sequence[Any]] | None = None,
        name: str = "table",
    ) -> "AlignedTable":
        """A table of one dataset from an Arrow table, such as `datasets.Dataset(...).data.table`; it is not copied.

        `groups`: the passage group of every row, as anything that can be told apart; each row its own if None.
        `further`: other groups whose members must not meet in a batch, such as `{"document": [...]}`, None for none.
        Raises DataError with every column whose name is none of `query.<language>`, `passage.<language>` and
        `negative_<number>.<language>`, and for lists of another length.
        """
        rows = texts.num_rows
        faults = [*column_faults(texts), *length_faults(rows, {"groups": groups, **(further or {})})]
        if faults:
            raise DataError(faults)
        languages = tuple(sorted({column.partition(".")[2] for column in texts.column_names}))
        numbers = None if groups is None else passage_groups(number_names(groups))
        others = [number_names(values) for values in (further or {}).values()]
        sides = len({column.partition(".")[0] for column in texts.column_names})
        present = present_texts(texts, languages, sides)
        shape = CorpusShape(languages, (dataset_shape(name, present, numbers, others),))
        return cls(texts, shape)

    @classmethod
    def from_corpora(cls, corpora: Sequence[ParallelCorpus]) -> "AlignedTable":
        """A table in memory of parallel corpora, a dataset each. Hard negatives are as many as every item has."""
        languages = tuple(sorted({code for corpus in corpora for code in corpus.languages}))
        negatives = min((len(item.negatives) for corpus in corpora for item in corpus.items), default=0)
        columns = {
            f"{side_name(side)}.{code}": pa.chunked_array(
                [
                    pa.array(
                        [(item.queries, item.passages, *item.negatives)[side].get(code) for item in corpus.items],
                        pa.large_string(),
                    )
                    for corpus in corpora
                ],
                pa.large_string(),
            )
            for side in range(NEGATIVES + negatives)
            for code in languages
        }
        texts = pa.table(columns).combine_chunks()
        shapes, first = [], 0
        for corpus in corpora:
            present = present_texts(texts.slice(first, len(corpus.items)), languages, NEGATIVES + negatives)
            groups = passage_groups(number_names(item.group for item in corpus.items))
            further = [number_names(values) for values in zip(*(item.further for item in corpus.items), strict=True)]
            shapes.append(dataset_shape(corpus.name, present, groups, further))
            first += len(corpus.items)
        return cls(texts, CorpusShape(languages, tuple(shapes)))

    def texts(self, side: int, language: str, rows: np.ndarray) -> list[str]:
        """The texts of these rows on one side in one language; raises KeyError where there is no such column."""
        chunks = self._columns[f"{side_name(side)}.{language}"]
        if len(chunks) == 1:
            return list(chunks[0].take(pa.array(rows)).to_pylist())
        # an Arrow column of many chunks would be copied whole to take a few rows of it
        texts: list[str] = [""] * len(rows)
        of = np.searchsorted(self._starts, rows, side="right") - 1
        for chunk in np.unique(of).tolist():
            places = np.flatnonzero(of == chunk)
            taken = chunks[chunk].take(pa.array(rows[places] - self._starts[chunk])).to_pylist()
            for place, text in zip(places.tolist(), taken, strict=True):
                texts[place] = text
        return texts

    def fetch(self, batch: RowSelection) -> list[dict[str, str]]:
        """The texts of a batch, a dictionary a row: `query`, `passage`, and its hard negatives `negative_1`, ..."""
        sides = [batch.queries, batch.passages, *batch.negatives.T]
        columns = [self._fetch_side(side, batch.rows, languages) for side, languages in enumerate(sides)]
        names = [side_name(side) for side in range(len(sides))]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _fetch_side(self, side: int, rows: np.ndarray, languages: np.ndarray) -> list[str]:
        if (languages == languages[0]).all():
            return self.texts(side, self.languages[languages[0]], rows)
        order = np.argsort(languages, kind="stable")
        codes, starts = np.unique(languages[order], return_index=True)
        texts: list[str] = [""] * len(rows)
        for code, places in zip(codes.tolist(), np.split(order, starts[1:]), strict=True):
            for place, text in zip(places.tolist(), self.texts(side, self.languages[code], rows[places]), strict=True):
                texts[place] = text
        return texts

    def write(self, folder: Path) -> None:
        """Write the table and its shape to a folder, whole or not at all."""
        parts = (self._texts.slice(start, CHUNK_ROWS) for start in range(0, len(self), CHUNK_ROWS))
        with written_aside(folder) as new:
            new.mkdir()
            write_texts(new, self._texts.column_names, parts)
            write_shape(new, self.shape)

    @classmethod
    def open(cls, folder: Path) -> "AlignedTable":
        """Open a folder that `write` wrote: texts and shape are memory-mapped. Raises DataError where it cannot."""
        return cls(*open_folder(folder))
