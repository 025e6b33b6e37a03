"""The rows of a Parquet file, batch by batch, however small it is packed. Not here: what the columns mean."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from polybatch.data.formats.bounds import LINE, PACKED, BadLine, Faults
from polybatch.data.formats.lines import AGAIN
from polybatch.errors import Fault

ROWS = 1_000  # of a batch
TOGETHER = 1 << 26  # characters of a batch that are unpacked at once
UNPACKED = 1 << 28  # bytes of a column of a row group that any may unpack to


def parquet_rows(
    path: Path,
    faults: Faults,
    *,
    fields: Sequence[str] = (),
    nested: bool = True,
    works: str = "",
    bad: BadLine | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a Parquet file, each with its place `path: row 1`; of some columns, or of all.

    Without `nested`, columns of lists and of objects are an empty list each, unread. A file without all of `fields`, or
    with a column that unpacks to PACKED times its size, is a fault, and so is a break, after the rows before it. A row
    of more than LINE characters, or with what Python has no value for (text that is not UTF-8, a day in the year
    12000), goes to `bad`, or to `faults` too.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    bad = bad or faults.append
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            if missing := [name for name in fields if name not in schema.names]:
                what = f"no column {', '.join(missing)}; there are {', '.join(schema.names)}"
                faults.append(Fault(str(path), what, works or "the file as upstream has it"))
                return
            wanted = [column for column in schema if not fields or column.name in fields]
            flat = [column.name for column in wanted if not pa.types.is_nested(column.type)]
            unread: dict[str, Any] = {} if nested else {column.name: [] for column in wanted if column.name not in flat}
            texts = [column.name for column in wanted if _is_text(column.type)]
            read = [column.name for column in wanted if column.name not in unread]
            if not read:
                faults.append(Fault(str(path), "no column but of lists and objects", "columns of text"))
                return
            if wrong := _unpacks(file.metadata, read):
                faults.append(Fault(str(path), wrong, AGAIN))
                return
        # dictionaries stay what they are until a row is looked at: a small one may stand for terabytes
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            for batch in file.iter_batches(batch_size=ROWS, columns=read):
                for row in _rows(batch):
                    number += 1
                    if isinstance(row, Fault):
                        bad(row._replace(where=f"{path}: row {number}"))
                    else:
                        yield f"{path}: row {number}", {**row, **unread} if unread else row
    except (pa.ArrowException, OSError, ValueError) as error:
        what = f"broken parquet after row {number}: {' '.join(str(error).split())[:200]}"
        faults.append(Fault(str(path), what, works or AGAIN))


def _is_text(type_: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(type_) or pa.types.is_binary(type_))


def _unpacks(metadata: Any, columns: Sequence[str]) -> str:
    """What is wrong with a file that unpacks to too much, by what it says of itself."""
    for group in range(metadata.num_row_groups):
        for at in range(metadata.num_columns):
            column = metadata.row_group(group).column(at)
            if column.path_in_schema.split(".")[0] not in columns:
                continue
            if column.total_uncompressed_size > max(UNPACKED, PACKED * column.total_compressed_size):
                return f"column {column.path_in_schema} unpacks to {column.total_uncompressed_size:,} bytes"
    return ""


def _rows(batch: Any) -> Iterator[dict[str, Any] | Fault]:
    """The rows of a batch, unpacked together where that is little; a fault in the place of one that cannot be."""
    sizes = _sizes(batch)
    if sizes.sum() <= TOGETHER:
        try:
            yield from _decoded(batch).to_pylist()
        except (ValueError, OverflowError):
            pass
        else:
            return
    for at in range(batch.num_rows):
        if sizes[at] > LINE:
            yield Fault("", f"a row of {sizes[at]:,} bytes", f"up to {LINE:,}")
            continue
        try:
            yield batch.slice(at, 1).to_pylist()[0]
        except (ValueError, OverflowError) as error:
            yield Fault("", f"cannot be read ({error})", "text in UTF-8, days up to the year 9999")


def _sizes(batch: Any) -> Any:
    """The bytes of all texts of each row."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    total = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary).take(column.indices)
        elif _is_text(column.type) or pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type):
            lengths = pc.binary_length(column)
        else:
            continue
        total += pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return total


def _decoded(batch: Any) -> Any:
    import pyarrow as pa

    columns = [one.dictionary_decode() if pa.types.is_dictionary(one.type) else one for one in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
