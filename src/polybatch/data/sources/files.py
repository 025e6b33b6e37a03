"""The rows of a source's files, counted as they are read by the readers of `formats`. What is wrong is counted too."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from polybatch.data.formats import json_lists, parquet, tables
from polybatch.data.formats.bounds import BadLine
from polybatch.data.formats.json_lists import NOT_UTF8
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.lines import AGAIN, IS_UTF16, UTF16, every_line, numbered_lines, what_else
from polybatch.data.sources.source import Reading
from polybatch.errors import Fault
from polybatch.files import why_unreadable

Row = dict[str, Any]


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
    readers = [every_line(path, reading.faults, bad=_noted(reading)) for path in paths]
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
        yield from _counted(rows, reading)


def list_rows(path: Path, reading: Reading, *, works: str = "") -> Iterator[tuple[str, Row]]:
    """The objects of a JSON file that holds one list, each with its place and counted as read; see `formats`."""
    if looks_right(path, reading, works=works):
        yield from _counted(json_lists.list_rows(path, reading.faults, bad=_left_out(reading)), reading)


def whole_json(path: Path, reading: Reading, *, works: str = "") -> Any:
    """What a JSON file holds, read whole; None, and a fault at its line, where it cannot be read."""
    return json_lists.whole_json(path, reading.faults) if looks_right(path, reading, works=works) else None


def table_rows(
    path: Path,
    reading: Reading,
    *,
    fields: Sequence[str],
    quotes: bool = False,
    header: bool = True,
    works: str = "",
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a tab-separated file, each with its place and counted as read; see `formats`."""
    if looks_right(path, reading, works=works):
        options: dict[str, Any] = {"fields": fields, "quotes": quotes, "header": header, "works": works}
        yield from _counted(tables.table_rows(path, reading.faults, bad=_left_out(reading), **options), reading)


def parquet_rows(path: Path, reading: Reading, *, fields: Sequence[str], works: str = "") -> Iterator[tuple[str, Row]]:
    """The rows of a parquet file, some columns of it, each with its place and counted as read; see `formats`."""
    if looks_right(path, reading, works=works):
        rows = parquet.parquet_rows(path, reading.faults, fields=fields, works=works, bad=_left_out(reading))
        yield from _counted(rows, reading)


def _counted(rows: Iterator[tuple[str, Row]], reading: Reading) -> Iterator[tuple[str, Row]]:
    for placed in rows:
        reading.read += 1
        yield placed


def _noted(reading: Reading) -> BadLine:
    return lambda fault: reading.note(fault.found, fault.where)


def _left_out(reading: Reading) -> BadLine:
    """Count the fault of a line as a row that was read and left out."""

    def bad(fault: Fault) -> None:
        reading.read += 1
        reason = NOT_UTF8 if fault.found.endswith(NOT_UTF8) else fault.found.partition(":")[0]
        reading.leave_out(reason, fault.where)

    return bad
