"""The folder of an aligned table: texts in one Arrow file, the shape in NumPy arrays. Written in parts, mapped back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from polybatch.errors import DataError, Fault
from polybatch.files import why_unreadable
from polybatch.table.shape import CorpusShape, DatasetShape

TEXTS, SHAPE = "texts.arrow", "shape.json"
CHUNK_ROWS = 1_000_000  # rows of a record batch on disk; what is held in memory while a table is written

_SMALL = ("patterns", "pattern_rows", "stratum_starts", "stratum_patterns", "stratum_ends")  # and read all the time
_ARRAYS = (*_SMALL, "pattern_of", "order", "starts", "further")


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


def open_folder(folder: Path) -> tuple[pa.Table, CorpusShape]:
    """The texts and the shape of a folder, memory-mapped. Raises DataError where it holds no table, or part of one."""
    try:
        described = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
        texts = pa.ipc.open_file(pa.memory_map(str(folder / TEXTS))).read_all()
        datasets = tuple(_open_dataset(folder, *numbered) for numbered in enumerate(described["datasets"]))
        shape = CorpusShape(tuple(described["languages"]), datasets)
    except OSError as error:
        remedy = "a folder that AlignedTable.write wrote works"
        raise DataError([Fault(str(error.filename or folder), why_unreadable(error), remedy)]) from None
    except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise DataError([Fault(str(folder), f"not an aligned table: {error}")]) from None
    if shape.rows != texts.num_rows:
        mismatch = f"{texts.num_rows} rows of texts, but a shape of {shape.rows}"
        raise DataError([Fault(str(folder), mismatch, "write the table again")])
    return texts, shape


def _open_dataset(folder: Path, number: int, described: Mapping[str, Any]) -> DatasetShape:
    paths = {array: folder / f"{number}.{array}.npy" for array in _ARRAYS}
    arrays = {array: np.load(path, mmap_mode="r") for array, path in paths.items() if path.exists()}
    arrays.update({array: np.array(arrays[array]) for array in _SMALL})
    return DatasetShape(described["name"], described["rows"], **arrays)
