"""The tables of a run folder: their schemas, and Parquet read within bounds and checked. No other file, no measure."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from polybatch.errors import Fault, ResultsError
from polybatch.files import why_unreadable, written_aside
from polybatch.records import SETTINGS

SPARE = 1 << 27  # bytes that a table may take in memory whatever the size of its file
RATIO = 200  # and as many more for each byte of the file: those of real runs take some 20
LARGEST_POOL = 1 << 40
DEEPEST = 1 << 20  # passages recorded of a query's best
HIGHEST_GRADE = 1 << 20

TEXT = pa.dictionary(pa.int32(), pa.string())
_HEAD = [
    pa.field("system", TEXT, nullable=False),
    pa.field("strategy", TEXT),
    pa.field("seed", pa.int64()),
    pa.field("collection", TEXT, nullable=False),
    pa.field("query_id", pa.string(), nullable=False),
    pa.field("cluster", pa.string(), nullable=False),
    pa.field("query_language", TEXT, nullable=False),
]

RANKS_SCHEMA = pa.schema(
    [
        *_HEAD,
        pa.field("passage_language", TEXT, nullable=False),
        pa.field("setting", TEXT, nullable=False),
        pa.field("passage_id", pa.string(), nullable=False),
        pa.field("grade", pa.int64(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
        pa.field("rank", pa.float64(), nullable=False),
        pa.field("place", pa.int64(), nullable=False),
        pa.field("pool_size", pa.int64(), nullable=False),
    ]
)
"""One row per relevant passage of a query in a pool. `passage_language` is the passage's own language: in the
monolingual and cross-lingual settings that is also the pool's, in the multilingual setting the pool is the union.

`rank` is the expected rank from 1 under ties: 1, the passages with a better score, and half of the others with an
equal one. `place` is the rank from 1 when ties stand in a neutral fixed order, so no two passages of a pool share it.
`score` is what the passage was ranked by, `grade` how relevant it is, 1 where judgements have no grades."""

TOP_SCHEMA = pa.schema(
    [
        *_HEAD,
        pa.field("setting", TEXT, nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("language", TEXT, nullable=False),
        pa.field("relevant", pa.bool_(), nullable=False),
        pa.field("passage_id", pa.string(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
    ]
)
"""One row per position, from 1, of the best passages of a query in the multilingual pool, or in the only one where the
passages are in one language: the passage there and its language. Ties stand in the order of `place`. Only queries with
a relevant passage have rows."""


def write_table(path: Path, table: pa.Table, schema: pa.Schema) -> None:
    """Write a table as Parquet in one step, under a schema that it must have."""
    with written_aside(path) as new:
        pq.write_table(table.cast(schema).unify_dictionaries(), new, compression="zstd")


def read_table(path: Path, schema: pa.Schema, *, works: str = "evaluate again") -> pa.Table:
    """The columns of a schema out of a Parquet file, in that schema; columns that it does not name are let be.

    Rows and bytes are bounded before anything is unpacked: a table may take SPARE bytes of memory, and RATIO more for
    each byte of its file. Raises ResultsError, in one line, where the file is missing or no Parquet, is larger than
    that unpacked, lacks a column, or has one of another kind or with empty cells.
    """
    try:
        metadata = pq.read_metadata(path)
        _check_columns(path, metadata.schema.to_arrow_schema(), schema, works)
        limit = SPARE + RATIO * path.stat().st_size
        _check_size(path, _stored(metadata, schema), limit)
        with pq.ParquetFile(path, metadata=metadata, read_dictionary=_texts(schema)) as file:
            table = file.read(columns=schema.names).select(schema.names)
        table.validate(full=True)
        _check_size(path, table.num_rows * _width(schema) + sum(map(_unpacked, table.columns)), limit)
        for field in schema:
            if not field.nullable and (count := table.column(field.name).null_count):
                raise ResultsError([Fault(str(path), f"{count:,} rows have no {field.name}", works)])
        return table.cast(schema)
    except OSError as error:
        raise ResultsError([Fault(str(path), _reason(error), works)]) from None
    except (ValueError, pa.ArrowException) as error:  # what Arrow raises is one of the two, or both
        found = f"not the Parquet that polybatch writes ({_reason(error)})"
        raise ResultsError([Fault(str(path), found, works)]) from None


def read_ranks(path: Path) -> pa.Table:
    """A table of RANKS_SCHEMA whose numbers can be; raises ResultsError as `read_table` does, and for the first row of
    which one cannot."""
    table = read_table(path, RANKS_SCHEMA)
    rank, place, pool, grade = (table.column(name).to_numpy() for name in ("rank", "place", "pool_size", "grade"))
    own = pc.equal(_plain(table, "query_language"), _plain(table, "passage_language"))
    checks = {
        "pool_size": ((pool < 1) | (pool > LARGEST_POOL), f"1 to {LARGEST_POOL:,}"),
        "rank": (~((rank >= 1) & (rank <= pool)), "1 to the size of the pool"),
        "place": ((place < 1) | (place > pool), "1 to the size of the pool"),
        "grade": ((grade < 1) | (grade > HIGHEST_GRADE), f"1 to {HIGHEST_GRADE:,}"),
        "setting": (
            ~_is_any(table, "setting", SETTINGS)
            | (_is_any(table, "setting", ["monolingual"]) & ~own.to_numpy(zero_copy_only=False))
            | (_is_any(table, "setting", ["cross-lingual"]) & own.to_numpy(zero_copy_only=False)),
            f"{', '.join(SETTINGS)}, as the two languages are",
        ),
    }
    _refuse(path, table, checks)
    return table


def read_top(path: Path) -> pa.Table:
    """A table of TOP_SCHEMA whose numbers can be; raises ResultsError as `read_ranks` does."""
    table = read_table(path, TOP_SCHEMA)
    position = table.column("position").to_numpy()
    checks = {
        "position": ((position < 1) | (position > DEEPEST), f"1 to {DEEPEST:,}"),
        "setting": (~_is_any(table, "setting", SETTINGS), ", ".join(SETTINGS)),
    }
    _refuse(path, table, checks)
    return table


def rows_of(path: Path) -> int:
    """How many rows a Parquet file says it has; raises ResultsError where it says nothing."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise ResultsError([Fault(str(path), f"not a Parquet file ({_reason(error)})", "evaluate again")]) from None


def _check_columns(path: Path, found: pa.Schema, schema: pa.Schema, works: str) -> None:
    if lacking := [name for name in schema.names if name not in found.names]:
        raise ResultsError([Fault(str(path), f"lacks the columns {', '.join(lacking)}", works)])
    for field in schema:
        kinds = [one.type for one in found if one.name == field.name]
        if len(kinds) > 1 or _kind(kinds[0]) != _kind(field.type):
            told = f"column {field.name} is of {' and '.join(map(str, kinds))}"
            raise ResultsError([Fault(str(path), told, f"{_kind(field.type)}; {works}")])


def _kind(type: pa.DataType) -> str:
    value = type.value_type if pa.types.is_dictionary(type) else type
    names = {"text": (pa.types.is_string, pa.types.is_large_string), "whole numbers": (pa.types.is_integer,)}
    names |= {"numbers": (pa.types.is_floating,), "true or false": (pa.types.is_boolean,)}
    return next((name for name, checks in names.items() if any(check(value) for check in checks)), str(value))


def _texts(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if _kind(field.type) == "text"]


def _width(schema: pa.Schema) -> int:
    """Bytes of a row, but for the letters of its texts."""
    return sum(8 if _kind(field.type) == "text" else int(field.type.bit_width) // 8 + 1 for field in schema)


def _stored(metadata: pq.FileMetaData, schema: pa.Schema) -> int:
    """Bytes that a file's metadata say it unpacks to, and those of its rows."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    rows = max(sum(int(group.num_rows) for group in groups), int(metadata.num_rows))
    return rows * _width(schema) + sum(int(group.total_byte_size) for group in groups)


def _unpacked(column: pa.ChunkedArray) -> int:
    """The letters that a column of text has once each row has its own; 0 for one of numbers."""
    if not pa.types.is_dictionary(column.type):
        return 0
    return sum(
        int(pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0) for chunk in column.chunks
    )


def _check_size(path: Path, size: int, limit: int) -> None:
    if size > limit:
        found = f"would take {size / 2**20:,.0f} MiB of memory, {limit / 2**20:,.0f} MiB are allowed for its size"
        raise ResultsError([Fault(str(path), found, "a table that polybatch wrote takes far less")])


def _plain(table: pa.Table, name: str) -> pa.ChunkedArray:
    return table.column(name).cast(pa.string())


def _is_any(table: pa.Table, name: str, words: Sequence[str]) -> np.ndarray:
    found = pc.is_in(_plain(table, name), value_set=pa.array(words, pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False) if len(found) else np.empty(0, dtype=bool))


def _refuse(path: Path, table: pa.Table, checks: dict[str, tuple[np.ndarray, str]]) -> None:
    """Raise ResultsError for each column with a value that cannot be, at the first row that has one."""
    faults = []
    for name, (wrong, works) in checks.items():
        if len(rows := np.flatnonzero(wrong)):
            found = f"{name} is {table.column(name)[int(rows[0])].as_py()!r}"
            more = f", and wrong in {len(rows) - 1:,} more rows" if len(rows) > 1 else ""
            faults.append(Fault(f"{path}: row {rows[0]}", found + more, works))
    if faults:
        raise ResultsError(faults[:1])


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return why_unreadable(error)
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
