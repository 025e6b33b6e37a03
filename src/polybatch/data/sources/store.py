"""Look texts up by id in files too large to hold: an index beside, on the disk, which goes when it is closed."""

import os
import sqlite3
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from polybatch.data.formats.bounds import LINE
from polybatch.data.sources.files import looks_right
from polybatch.data.sources.source import Reading

LARGEST_ID = 1 << 26  # the index has a place for every number up to the largest
READ = 1 << 10  # bytes read of a text at once; a passage of MS MARCO has some 350


class NumberedTexts:
    """The texts of a file with `number, tab, text` on each line. Held in memory: nothing, once the index is made.

    The index is a file with a place for every number, 8 bytes each; while it is made it is in memory, 70 MB for the
    8.8 million passages of MS MARCO. Lines that are no number and text, and numbers met before, become notes.
    """

    def __init__(self, path: Path, reading: Reading, *, works: str) -> None:
        self._file: IO[bytes] | None = None
        self._index: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by close
        if looks_right(path, reading, works=works):
            self._file = path.open("rb")
            _places(self._file, path, reading).tofile(self._index)
            self._index.flush()

    def __getitem__(self, number: int) -> str | None:
        """The text of a number; None where the file has none, or none that is UTF-8."""
        if self._file is None:
            return None
        # pread, since what surrounds a text on the disk is not looked up next, so that a buffer would be read in vain
        place = int.from_bytes(os.pread(self._index.fileno(), 8, 8 * number), "little")
        if not place:
            return None
        line, end = b"", -1
        while end < 0 and len(line) < LINE:
            more = os.pread(self._file.fileno(), READ, place - 1 + len(line))
            end = more.find(b"\n") if more else 0
            line += more[:end] if end >= 0 else more
        try:
            return line.partition(b"\t")[2].decode().strip()
        except UnicodeDecodeError:
            return None

    def close(self) -> None:
        """Close the file, and remove the index."""
        self._index.close()
        if self._file is not None:
            self._file.close()


def _places(file: IO[bytes], path: Path, reading: Reading) -> "array[int]":
    """Where the line of each number begins, plus 1; 0 for numbers without one."""
    found = array("Q")
    place = line = 0
    while raw := file.readline(LINE):
        line += 1
        number, tab, _ = raw.partition(b"\t")
        if tab and number.isascii() and number.isdigit() and len(number) < 9 and int(number) < LARGEST_ID:
            at = int(number)
            if at >= len(found):
                found.frombytes(bytes(8 * (at + 1 - len(found) + at // 8)))  # grows by an eighth, not by one
            if found[at]:
                reading.note("a number met before: its first text is kept", f"{path}:{line}")
            else:
                found[at] = place + 1
        elif raw.strip():
            reading.note("a line that is no number, tab and text", f"{path}:{line}")
        place += len(raw)
    return found


class NamedTexts:
    """Texts by any id, in a database of its own on the disk."""

    def __init__(self, folder: Path) -> None:
        self._base = sqlite3.connect(folder / "texts.sqlite")
        self._base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;")
        self._base.execute("CREATE TABLE texts (id TEXT PRIMARY KEY, language TEXT, text TEXT) WITHOUT ROWID")

    def add(self, id: str, language: str, text: str) -> bool:
        """Add a text; whether its id is new: a second text of one id is not kept."""
        return self._base.execute("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", (id, language, text)).rowcount == 1

    def get(self, id: str) -> tuple[str, str] | None:
        """Language and text of an id."""
        found: tuple[str, str] | None = self._base.execute(
            "SELECT language, text FROM texts WHERE id = ?", (id,)
        ).fetchone()
        return found

    def close(self) -> None:
        """Close the database."""
        self._base.close()


@contextmanager
def named_texts() -> Iterator[NamedTexts]:
    """A database of texts that is gone when the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        texts = NamedTexts(Path(folder))
        try:
            yield texts
        finally:
            texts.close()
