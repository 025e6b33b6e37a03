"""The files of a result, written and read: results, ranks, top passages, manifest. No model, no torch."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from polybatch.errors import Fault, ResultsError
from polybatch.files import write_json, written_aside
from polybatch.records import Setting

RESULTS = "results.json"
RANKS = "ranks.parquet"
TOP = "top.parquet"
MANIFEST = "manifest.json"
REPORT = "report.html"
SYSTEMS, MODEL = "systems", "model"  # in a run: a folder for each system and seed, and the model in it

MEAN = "mean"  # in place of a language: the macro mean over directions
ALL = "all"  # passage language of the multilingual setting: the union of all languages' passages


@dataclass(frozen=True, slots=True)
class Result:
    """One measured value. `queries` is the count of queries behind it; in a macro mean, their sum over directions.

    `strategy` and `seed` are None for a model that was not trained here.
    """

    system: str
    strategy: str | None
    seed: int | None
    collection: str
    setting: Setting
    query_language: str
    passage_language: str
    measure: str
    value: float
    queries: int


_TEXT = pa.dictionary(pa.int32(), pa.string())
_HEAD = [
    pa.field("system", _TEXT, nullable=False),
    pa.field("strategy", _TEXT),
    pa.field("seed", pa.int64()),
    pa.field("collection", _TEXT, nullable=False),
    pa.field("query_id", pa.string(), nullable=False),
    pa.field("cluster", pa.string(), nullable=False),
    pa.field("query_language", _TEXT, nullable=False),
]

RANKS_SCHEMA = pa.schema(
    [
        *_HEAD,
        pa.field("passage_language", _TEXT, nullable=False),
        pa.field("setting", _TEXT, nullable=False),
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
        pa.field("setting", _TEXT, nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("language", _TEXT, nullable=False),
        pa.field("relevant", pa.bool_(), nullable=False),
        pa.field("passage_id", pa.string(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
    ]
)
"""One row per position, from 1, of the best passages of a query in the multilingual pool, or in the only one where the
passages are in one language: the passage there and its language. Ties stand in the order of `place`. Only queries with
a relevant passage have rows."""


def write_results(folder: Path, results: Iterable[Result]) -> None:
    """Write `results.json`: a list of rows, in the order given."""
    write_json(folder / RESULTS, [asdict(result) for result in results])


def read_results(folder: Path) -> list[Result]:
    """Read `results.json` of an out folder; raises ResultsError where it is missing or malformed."""
    path = folder / RESULTS
    rows = _read_json(path, works="name the --out folder of `polybatch run` or `polybatch evaluate`")
    try:
        return TypeAdapter(list[Result]).validate_python(rows)
    except ValidationError as error:
        columns = ", ".join(field.name for field in fields(Result))
        raise ResultsError(
            Fault(
                f"{path}: row {fault['loc'][0]}" if fault["loc"] else str(path),
                fault["msg"],
                f"columns: {columns}",
            )
            for fault in error.errors()[:20]
        ) from None


def write_ranks(folder: Path, ranks: pa.Table) -> None:
    """Write `ranks.parquet`; the table must have RANKS_SCHEMA."""
    _write_table(folder / RANKS, ranks.cast(RANKS_SCHEMA))


def read_ranks(folder: Path, columns: Sequence[str] | None = None, *, filters: pc.Expression | None = None) -> pa.Table:
    """Read `ranks.parquet` of an out folder, all columns or those named, all rows or those that pass.

    Raises ResultsError where it cannot be read, or lacks columns.
    """
    return _read_table(folder / RANKS, RANKS_SCHEMA, columns, filters)


def write_top(folder: Path, top: pa.Table) -> None:
    """Write `top.parquet`; the table must have TOP_SCHEMA."""
    _write_table(folder / TOP, top.cast(TOP_SCHEMA))


def read_top(folder: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read `top.parquet` of an out folder, all columns or those named; raises ResultsError where it cannot."""
    return _read_table(folder / TOP, TOP_SCHEMA, columns, None)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write `manifest.json`: where the results come from. Times and machine live here, never in `results.json`."""
    write_json(folder / MANIFEST, manifest)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read `manifest.json` of an out folder; raises ResultsError where it is missing or malformed."""
    value = _read_json(folder / MANIFEST, works="the folder is not a finished run")
    if not isinstance(value, dict):
        raise ResultsError([Fault(str(folder / MANIFEST), "not a JSON object")])
    return value


def _write_table(path: Path, table: pa.Table) -> None:
    with written_aside(path) as new:
        pq.write_table(table.unify_dictionaries(), new, compression="zstd")


def _read_table(
    path: Path, schema: pa.Schema, columns: Sequence[str] | None, filters: pc.Expression | None
) -> pa.Table:
    try:
        lacking = [name for name in schema.names if name not in pq.read_schema(path).names]
        if not lacking:
            return pq.read_table(path, columns=list(columns) if columns else None, filters=filters)
    except (OSError, pa.ArrowException) as error:
        raise ResultsError([Fault(str(path), str(error).splitlines()[0])]) from None
    raise ResultsError([Fault(str(path), f"lacks the columns {', '.join(lacking)}", "evaluate again")])


def _read_json(path: Path, *, works: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultsError([Fault(str(path), "no such file", works)]) from None
    except (OSError, ValueError) as error:
        raise ResultsError([Fault(str(path), f"cannot be read ({error})", works)]) from None
