"""Archives in rows: JSONL, CSV and TSV, Parquet. Not here: what the fields of a row mean."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from polybatch.data.rows import numbered_lines
from polybatch.errors import Fault
from polybatch.files import why_unreadable

Rows = Iterator[tuple[str, dict[str, Any]]]

LONGEST = 16_777_216  # characters of a field of CSV; the library's own limit is less than an article


def jsonl_rows(path: Path, faults: list[Fault]) -> Rows:
    """The objects of a JSONL file, plain or gzipped, each with its place `path:line`."""
    for where, line in numbered_lines(path, faults):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            faults.append(Fault(where, f"broken JSON: {error}", "an object on each line"))
            continue
        if isinstance(row, dict):
            yield where, row
        else:
            faults.append(Fault(where, f"{type(row).__name__}, not an object", "an object on each line"))


def csv_rows(path: Path, faults: list[Fault]) -> Rows:
    """The rows of a CSV or TSV file with a header, each with the place of its first line; a field may span lines."""
    before = csv.field_size_limit(LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, dialect="excel-tab" if path.suffix == ".tsv" else "excel", strict=True)
            header = next(reader, [])
            line = reader.line_num + 1
            for row in reader:
                where, line = f"{path}:{line}", reader.line_num + 1
                if len(row) == len(header):
                    yield where, dict(zip(header, row, strict=True))
                elif row:
                    faults.append(Fault(where, f"{len(row)} columns", f"{len(header)}, as in the header"))
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
    except UnicodeDecodeError as error:
        faults.append(Fault(str(path), f"byte 0x{error.object[error.start]:02x} is not UTF-8", "save it as UTF-8"))
    except csv.Error as error:
        faults.append(Fault(f"{path}:{reader.line_num}", f"cannot be read: {error}", "CSV with quotes closed"))
    finally:
        csv.field_size_limit(before)


def parquet_rows(path: Path, faults: list[Fault]) -> Rows:
    """The rows of a Parquet file, each with its place `path:row`, counted from 1; read batch by batch.

    A row with what Python has no value for (text that is not UTF-8, a day in the year 12000) is a fault.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=1_024):
            for start in range(batch.num_rows):
                number += 1
                where = f"{path}:{number}"
                try:
                    (row,) = batch.slice(start, 1).to_pylist()
                except (ValueError, OverflowError) as error:
                    faults.append(Fault(where, f"cannot be read ({error})", "text in UTF-8, days up to the year 9999"))
                    continue
                yield where, row
    except (OSError, pa.ArrowException) as error:
        faults.append(Fault(str(path), f"cannot be read ({str(error).splitlines()[0]})", "a Parquet file"))
