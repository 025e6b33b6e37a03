"""Stream the rows of a source's files: JSONL, JSON, tables, parquet. What is wrong is counted, never lost."""

import csv
import json
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from polybatch.data.rows import (
    AGAIN,
    IS_UTF16,
    UTF16,
    BadLine,
    every_line,
    json_rows,
    numbered_lines,
    what_else,
)
from polybatch.data.sources.source import Reading
from polybatch.errors import Fault
from polybatch.files import why_unreadable

Row = dict[str, Any]
CHUNK = 1 << 20  # bytes of a JSON file read at once
LARGEST = 1 << 26  # characters of one element of a JSON list: a larger one is none of ours
NOT_UTF8 = "not UTF-8"


def looks_right(path: Path, reading: Reading, *, works: str = "", utf16: bool = False) -> bool:
    """Whether a file is there and is no web page, no pointer of Git LFS, not empty, and UTF-16 only where that goes.

    A fault where it is not: the lines of such a file would all be left out, each for another reason.
    """
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        reading.faults.append(Fault(str(path), why_unreadable(error), works))
        return False
    if found := what_else(start):
        reading.faults.append(Fault(f"{path}:1", found, works or AGAIN))
        return False
    if not utf16 and start.startswith(UTF16):
        reading.faults.append(Fault(f"{path}:1", *IS_UTF16))
        return False
    return True


def line_rows(path: Path, reading: Reading, *, works: str = "") -> Iterator[tuple[str, str]]:
    """The lines of a text file, each with its place and counted as read; blank ones are passed over."""
    if looks_right(path, reading, works=works):
        for where, line in numbered_lines(path, reading.faults, works=works, bad=_left_out(reading)):
            reading.read += 1
            yield where, line


def aligned_lines(paths: Sequence[Path], reading: Reading) -> Iterator[tuple[str, list[str]]]:
    """The lines of aligned files side by side, trimmed, each with its place in the first and counted as one row.

    A line that is not UTF-8 is an empty one, and a note. Files that differ in length are a fault at the line where the
    first of them ends; so is whatever else ends one early.
    """
    works = "a path under the data folder"
    if False in [looks_right(path, reading, works=works) for path in paths]:  # each is looked at
        return
    readers = [every_line(path, reading.faults) for path in paths]
    for number in count(1):
        found = [next(reader, None) for reader in readers]
        if reading.faults or all(one is None for one in found):
            return
        if None in found:
            ended, longer = (paths[[one is None for one in found].index(short)] for short in (True, False))
            what = f"the file ends before this line, but {longer} goes on"
            reading.faults.append(Fault(f"{ended}:{number}", what, "aligned files have a line for a line"))
            return
        reading.read += 1
        texts = []
        for path, one in zip(paths, found, strict=True):
            try:
                texts.append((one or b"").decode("utf-8-sig" if number == 1 else "utf-8").strip())
            except UnicodeDecodeError:
                reading.note(f"a line that is {NOT_UTF8}", f"{path}:{number}")
                texts.append("")
        yield f"{paths[0]}:{number}", texts


def object_rows(
    path: Path, reading: Reading, *, fields: Sequence[str] = (), member: str = "", works: str = ""
) -> Iterator[tuple[str, Row]]:
    """The objects of a JSONL file, each with its place and counted as read; see `json_rows` for `fields`."""
    if looks_right(path, reading, works=works):
        rows = json_rows(path, reading.faults, fields=fields, member=member, works=works, bad=_left_out(reading))
        for where, row in rows:
            reading.read += 1
            yield where, row


def list_rows(path: Path, reading: Reading, *, works: str = "") -> Iterator[tuple[str, Row]]:
    """The objects of a JSON file that holds one list, each with its place and counted as read, one at a time.

    A break in the file is a fault at its line; what stands before it is returned.
    """
    if not looks_right(path, reading, works=works):
        return
    decoder = json.JSONDecoder()
    buffer, position, line, number, ended = "", 0, 1, 0, False
    try:
        with path.open(encoding="utf-8-sig") as file:

            def more() -> bool:
                nonlocal buffer, position, line, ended
                chunk = "" if ended else file.read(CHUNK)
                ended = not chunk
                line += buffer.count("\n", 0, position)
                buffer, position = buffer[position:] + chunk, 0
                return not ended

            def skip(characters: str) -> str:
                nonlocal position
                while True:
                    while position < len(buffer) and buffer[position] in characters:
                        position += 1
                    if position < len(buffer):
                        return buffer[position]
                    if not more():
                        return ""

            if skip(" \t\r\n") != "[":
                reading.faults.append(Fault(f"{path}:{line}", "not a list of JSON objects", "[{...}, {...}]"))
                return
            position += 1
            while (character := skip(" \t\r\n,")) != "]":
                try:
                    value, end = decoder.raw_decode(buffer, position)
                except (ValueError, RecursionError) as error:
                    if character and _may_go_on(error, buffer) and len(buffer) - position < LARGEST and more():
                        continue
                    where = f"{path}:{line + buffer.count(chr(10), 0, position)}"
                    found = "the file ends before its list does" if ended else f"broken JSON: {error}"
                    reading.faults.append(Fault(where, found, AGAIN))
                    return
                if end == len(buffer) and more():
                    continue  # a number may go on
                where = f"{path}:{line + buffer.count(chr(10), 0, position)}"
                number, position = number + 1, end
                reading.read += 1
                if isinstance(value, dict):
                    yield f"{where} (row {number})", value
                else:
                    reading.leave_out("not a JSON object", where)
    except UnicodeDecodeError as error:
        reading.faults.append(Fault(f"{path}:{line}", f"{NOT_UTF8} after this line: {error.reason}", AGAIN))


def _may_go_on(error: Exception, buffer: str) -> bool:
    """Whether broken JSON may be sound once more of the file is read: it breaks off at the end, or within a string."""
    return isinstance(error, json.JSONDecodeError) and (
        error.pos > len(buffer) - 16 or error.msg.startswith("Unterminated string")
    )


def whole_json(path: Path, reading: Reading, *, works: str = "") -> Any:
    """What a JSON file holds, read whole; None, and a fault at its line, where it cannot be read."""
    if not looks_right(path, reading, works=works):
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        reading.faults.append(Fault(f"{path}:{error.lineno}", f"broken JSON: {error.msg}", AGAIN))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reading.faults.append(Fault(f"{path}:{line}", f"byte 0x{error.object[error.start]:02x} is {NOT_UTF8}", AGAIN))
    except (ValueError, RecursionError) as error:
        reading.faults.append(Fault(str(path), f"broken JSON: {error}", AGAIN))
    return None


def table_rows(
    path: Path,
    reading: Reading,
    *,
    fields: Sequence[str],
    quotes: bool = False,
    header: bool = True,
    works: str = "",
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a tab-separated file, each with its place and counted as read.

    With `quotes` they are as spreadsheets write them, and a field may span lines; without, a quotation mark is text.
    Without a `header` the columns are named "1", "2" and so on. A header without all of `fields` is a fault, and so is
    a quotation mark that never closes; a row with another number of columns is left out.
    """
    if not looks_right(path, reading, works=works):
        return
    rows = _quoted(path, reading) if quotes else _plain(path, reading)
    names: list[str] | None = None
    for where, row in rows:
        if names is None:
            names = row if header else [str(number) for number in range(1, len(row) + 1)]
            if missing := [name for name in fields if name not in names]:
                found = f"no column {', '.join(missing)}; there are {', '.join(names)[:200]}"
                reading.faults.append(Fault(where, found, "tabs between columns, and their names in the first row"))
                return
            if header:
                continue
        reading.read += 1
        if len(row) != len(names):
            reading.leave_out(f"another number of columns than {len(names)}", where)
        else:
            yield where, dict(zip(names, row, strict=True))


def _plain(path: Path, reading: Reading) -> Iterator[tuple[str, list[str]]]:
    for where, line in numbered_lines(path, reading.faults, bad=_left_out(reading)):
        yield where, line.split("\t")


def _quoted(path: Path, reading: Reading) -> Iterator[tuple[str, list[str]]]:
    where = str(path)
    fresh = True  # whether the next line begins a row

    def fed() -> Iterator[str]:
        nonlocal where, fresh
        for place, line in numbered_lines(path, reading.faults, bad=_left_out(reading)):
            if fresh:
                where, fresh = place, False
            yield line.replace("\r", " ").replace("\0", " ") + "\n"

    reader = csv.reader(fed(), dialect="excel-tab", strict=True)
    while True:
        fresh = True
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "larger than field limit" in str(error):
                works = "two marks for one within quotes, or `quotes = false` where they are text"
                reading.faults.append(Fault(where, "a quotation mark that does not close", works))
                return
            reading.read += 1
            reading.leave_out("broken quotes", where)
            continue
        yield where, row


def parquet_rows(path: Path, reading: Reading, *, fields: Sequence[str], works: str = "") -> Iterator[tuple[str, Row]]:
    """The rows of a parquet file, some columns of it, each with its place and counted as read; a batch in memory."""
    if not looks_right(path, reading, works=works):
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            if missing := [name for name in fields if name not in file.schema_arrow.names]:
                found = f"no column {', '.join(missing)}; there are {', '.join(file.schema_arrow.names)}"
                reading.faults.append(Fault(str(path), found, "the file as upstream has it"))
                return
            for batch in file.iter_batches(batch_size=1000, columns=list(fields)):
                for row in batch.to_pylist():
                    number += 1
                    reading.read += 1
                    yield f"{path}: row {number}", row
    except (pa.ArrowException, OSError, ValueError) as error:
        found = f"broken parquet after row {number}: {' '.join(str(error).split())[:200]}"
        reading.faults.append(Fault(str(path), found, AGAIN))


def _left_out(reading: Reading) -> BadLine:
    """Count the fault of a line as a row that was read and left out."""

    def bad(fault: Fault) -> None:
        reading.read += 1
        reason = NOT_UTF8 if fault.found.endswith(NOT_UTF8) else fault.found.partition(":")[0]
        reading.leave_out(reason, fault.where)

    return bad
