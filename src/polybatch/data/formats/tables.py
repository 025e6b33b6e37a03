"""The rows of a table: CSV, TSV and their like, quoted or plain, with a header or not. Not here: what they mean."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from polybatch.data.formats.bounds import LINE, BadLine, Faults
from polybatch.data.formats.lines import numbered_lines, placed_lines
from polybatch.errors import Fault

MARKS = (",", ";", "\t", "|")
"""What parts the columns of a table, by how often it stands in the header where nobody says which."""

OPEN = "a quotation mark that does not close"
LONG = f"a row of more than {LINE >> 20} MiB, or {OPEN}"
QUOTES = "two marks for one within quotes, or `quotes = false` where they are text"


def table_rows(
    path: Path,
    faults: Faults,
    *,
    fields: Sequence[str] = (),
    mark: str = "\t",
    quotes: bool = True,
    header: bool = True,
    works: str = "",
    bad: BadLine | None = None,
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table, each with the place of its first line; plain, or gzipped where the name ends in .gz.

    `mark` parts columns; an empty one is told from the header. With `quotes` they are as spreadsheets write them, and a
    field may span lines; without, a quotation mark is text. A carriage return within a line is a space, unless the file
    has no other line ends. Without a `header` the columns are named "1", "2" and so on. A header without all of
    `fields` is a fault. A row with another number of columns, with broken quotes, with bytes that are not UTF-8 or of
    more than LINE characters is left out, and goes to `bad`, or to `faults` too; the line after the one where it began
    is the next to be read.
    """
    bad = bad or faults.append
    names: list[str] | None = None
    rows = _quoted(path, faults, mark, works, bad) if quotes else _plain(path, faults, mark, works, bad)
    for where, row in rows:
        if names is None:
            names = row if header else [str(number) for number in range(1, len(row) + 1)]
            if missing := [name for name in fields if name not in names]:
                what = f"no column {', '.join(missing)}; there are {', '.join(names)[:200]}"
                faults.append(Fault(where, what, "a mark between columns, and their names in the first row"))
                return
            if header:
                continue
        if len(row) == len(names):
            yield where, dict(zip(names, row, strict=True))
        else:
            what = f"another number of columns than {len(names)}: {len(row)}"
            bad(Fault(where, what, "as many as the first row has"))


def _plain(path: Path, faults: Faults, mark: str, works: str, bad: BadLine) -> Iterator[tuple[str, list[str]]]:
    for where, line in numbered_lines(path, faults, works=works, bad=bad):
        yield where, line.split(mark)


def _quoted(path: Path, faults: Faults, mark: str, works: str, bad: BadLine) -> Iterator[tuple[str, list[str]]]:
    lines = _Lines(placed_lines(path, faults, member="", works=works, bad=bad))
    csv.field_size_limit(LINE)  # of the whole process; the library's own limit is less than an article
    mark = mark or lines.mark()
    reader = csv.reader(lines, delimiter=mark, strict=True)
    while True:
        lines.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            wrong = str(error)
            what = OPEN if "unexpected end" in wrong else LONG if "field limit" in wrong else wrong
            broken = "expected after" in wrong
            bad(Fault(lines.place, f"broken quotes: {wrong}" if broken else what, QUOTES if broken else ""))
            lines.give_back()
            reader = csv.reader(lines, delimiter=mark, strict=True)
            continue
        yield lines.place, row


class _Lines:
    """Lines for the csv module, which is given those of a broken row again, but for the first. Blank rows are none."""

    def __init__(self, lines: Iterator[tuple[str, bytes]]) -> None:
        self._lines = lines
        self._ahead: deque[tuple[str, bytes]] = deque()
        self._row: list[tuple[str, bytes]] = []
        self._size = 0
        self.place = ""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        while True:
            place, raw = self._ahead.popleft() if self._ahead else next(self._lines)
            if self._row:
                break
            if raw and not raw.isspace():
                self.place = place
                break
        self._row.append((place, raw))
        self._size += len(raw)
        if self._size > LINE:
            raise csv.Error(LONG)
        try:
            text = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise csv.Error(f"byte 0x{raw[error.start]:02x} is not UTF-8") from None
        return text.replace("\r", " ").replace("\0", " ") + "\n"

    def begin(self) -> None:
        """What comes next begins a row."""
        self._row.clear()
        self._size = 0

    def give_back(self) -> None:
        """Read the lines of this row again, but for the first."""
        self._ahead.extendleft(reversed(self._row[1:]))

    def mark(self) -> str:
        """What parts the columns of the header, which is looked at and not taken."""
        for place, raw in self._lines:
            if raw and not raw.isspace():
                if b"\r" in raw.rstrip(b"\r\n") and not raw.endswith(b"\n"):  # the whole file
                    label, _, _ = place.rpartition(":")
                    self._ahead.extend((f"{label}:{number}", line) for number, line in enumerate(raw.split(b"\r"), 1))
                else:
                    self._ahead.append((place, raw))
                first = self._ahead[0][1].strip().decode(errors="replace")
                if first.startswith("sep=") and len(first) == 5:  # as Excel says it
                    self._ahead.popleft()
                    return first[-1]
                return max(MARKS, key=first.count)
        return MARKS[0]
