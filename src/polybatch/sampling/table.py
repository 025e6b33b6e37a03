"""Aligned texts as one Arrow table, an item a row and a column per language, memory-mapped. Not here: choosing rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from polybatch.errors import DataError, Fault
from polybatch.files import why_unreadable, written_aside
from polybatch.records import ParallelCorpus
from polybatch.sampling.plan import Batch
from polybatch.sampling.shape import NEGATIVES, CorpusShape, DatasetShape, dataset_shape

TEXTS, SHAPE = "texts.arrow", "shape.json"
CHUNK_ROWS = 1_000_000  # rows of a record batch on disk; what is held in memory while a table is written

_SMALL = ("patterns", "pattern_rows", "stratum_starts", "stratum_patterns", "stratum_ends")  # and read all the time
_ARRAYS = (*_SMALL, "pattern_of", "order", "starts", "further")


def side_name(side: int) -> str:
    """The name of a side of a row: `query`, `passage`, `negative_1`, `negative_2`, ..."""
    return ("query", "passage")[side] if side < NEGATIVES else f"negative_{side - NEGATIVES + 1}"


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
        faults = [*_column_faults(texts), *_length_faults(rows, {"groups": groups, **(further or {})})]
        if faults:
            raise DataError(faults)
        languages = tuple(sorted({column.partition(".")[2] for column in texts.column_names}))
        numbers = None if groups is None else _passage_groups(groups)
        others = [_numbered(values) for values in (further or {}).values()]
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
            groups = _passage_groups([item.group for item in corpus.items])
            further = [_numbered(values) for values in zip(*(item.further for item in corpus.items), strict=True)]
            shapes.append(dataset_shape(corpus.name, present, groups, further))
            first += len(corpus.items)
        return cls(texts, CorpusShape(languages, tuple(shapes)))

    def texts(self, side: int, language: str, rows: np.ndarray) -> list[str]:
        """The texts of these rows on one side in one language; raises KeyError where there is no such column."""
        chunks = self._columns[f"{side_name(side)}.{language}"]
        if len(chunks) == 1:
            return list(chunks[0].take(pa.array(rows)).to_pylist())
        # an Arrow column of many chunks would be copied whole to take a few rows of it
        found: list[str] = [""] * len(rows)
        of = np.searchsorted(self._starts, rows, side="right") - 1
        for chunk in np.unique(of).tolist():
            places = np.flatnonzero(of == chunk)
            taken = chunks[chunk].take(pa.array(rows[places] - self._starts[chunk])).to_pylist()
            for place, text in zip(places.tolist(), taken, strict=True):
                found[place] = text
        return found

    def fetch(self, batch: Batch) -> list[dict[str, str]]:
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
        found: list[str] = [""] * len(rows)
        for code, places in zip(codes.tolist(), np.split(order, starts[1:]), strict=True):
            for place, text in zip(places.tolist(), self.texts(side, self.languages[code], rows[places]), strict=True):
                found[place] = text
        return found

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
        try:
            described = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
            texts = pa.ipc.open_file(pa.memory_map(str(folder / TEXTS))).read_all()
            datasets = tuple(_open_dataset(folder, number, one) for number, one in enumerate(described["datasets"]))
            shape = CorpusShape(tuple(described["languages"]), datasets)
        except OSError as error:
            works = "a folder that AlignedTable.write wrote works"
            raise DataError([Fault(str(error.filename or folder), why_unreadable(error), works)]) from None
        except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise DataError([Fault(str(folder), f"not an aligned table: {error}")]) from None
        if shape.rows != texts.num_rows:
            found = f"{texts.num_rows} rows of texts, but a shape of {shape.rows}"
            raise DataError([Fault(str(folder), found, "write the table again")])
        return cls(texts, shape)


def write_texts(folder: Path, columns: Sequence[str], parts: Iterable[pa.Table]) -> None:
    """Write the texts of a table that come in parts, each a chunk of the table; a part may lack some of `columns`.

    With `write_shape` beside it the folder is one that AlignedTable opens. What is held in memory is one part.
    """
    schema = pa.schema([pa.field(name, pa.large_string()) for name in columns])
    with pa.OSFile(str(folder / TEXTS), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for part in parts:
            empty = pa.nulls(len(part), pa.large_string())
            held = [part.column(name) if name in part.column_names else empty for name in columns]
            writer.write_table(pa.table(held, columns).cast(schema).combine_chunks(), max_chunksize=CHUNK_ROWS)


def write_shape(folder: Path, shape: CorpusShape) -> None:
    """Write what a plan needs of a table, beside its texts."""
    datasets = []
    for number, dataset in enumerate(shape.datasets):
        for array in _ARRAYS:
            values = getattr(dataset, array)
            if values is not None:
                np.save(folder / f"{number}.{array}.npy", values, allow_pickle=False)
        datasets.append({"name": dataset.name, "rows": dataset.rows})
    described = {"languages": shape.languages, "datasets": datasets}
    (folder / SHAPE).write_text(json.dumps(described, ensure_ascii=False) + "\n", encoding="utf-8")


def _open_dataset(folder: Path, number: int, described: Mapping[str, Any]) -> DatasetShape:
    paths = {array: folder / f"{number}.{array}.npy" for array in _ARRAYS}
    arrays = {array: np.load(path, mmap_mode="r") for array, path in paths.items() if path.exists()}
    arrays.update({array: np.array(arrays[array]) for array in _SMALL})
    return DatasetShape(described["name"], described["rows"], **arrays)


def present_texts(texts: pa.Table, languages: Sequence[str], sides: int) -> np.ndarray:
    """Which texts there are: bool, shape (rows, sides, languages)."""
    present = np.zeros((texts.num_rows, sides, len(languages)), dtype=bool)
    for side in range(sides):
        for number, code in enumerate(languages):
            name = f"{side_name(side)}.{code}"
            if name in texts.column_names:
                present[:, side, number] = texts.column(name).is_valid().to_numpy()
    return present


def _numbered(names: Iterable[Any]) -> np.ndarray:
    """Names as numbers in order of appearance; None and the empty name are -1."""
    numbers: dict[Any, int] = {}
    empty = (None, "")
    return np.array([-1 if one in empty else numbers.setdefault(one, len(numbers)) for one in names], dtype=np.int64)


def _passage_groups(names: Sequence[Any]) -> np.ndarray:
    """Passage groups as numbers; a row without a name for it is its own."""
    numbers = _numbered(names)
    alone = numbers < 0
    numbers[alone] = len(names) + np.arange(np.count_nonzero(alone))
    return numbers


def _column_faults(texts: pa.Table) -> Iterable[Fault]:
    sides = {side for side, _, code in (name.partition(".") for name in texts.column_names) if code}
    negatives = sum(side.startswith("negative_") for side in sides)
    known = {side_name(side) for side in range(NEGATIVES + negatives)}
    works = "query.<language>, passage.<language> and negative_1.<language>, negative_2... are known"
    for name in texts.column_names:
        side, _, code = name.partition(".")
        if side not in known or not code:
            yield Fault(f"column {name}", "no such side of a row", works)
    for needed in ("query", "passage"):
        if needed not in sides:
            yield Fault("table", f"no column of any {needed}", works)


def _length_faults(rows: int, lists: Mapping[str, Sequence[Any] | None]) -> Iterable[Fault]:
    for name, values in lists.items():
        if values is not None and len(values) != rows:
            yield Fault(name, f"{len(values)} values for {rows} rows", "one for every row works")
