"""Translations kept on disk by content: what was translated, from which language to which, by what. SQLite."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from polybatch.errors import DataError, Fault

ASKED = 500  # keys in one question to the database


class Cache:
    """A file of translations that several runs may share, one writing at a time; what was put is there after a crash.

    Raises DataError where the file is no such cache, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._refusing():
            self._database = sqlite3.connect(path, timeout=60)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS translations (key BLOB PRIMARY KEY, text TEXT, fault TEXT) WITHOUT ROWID"
            )
            self._database.execute("SELECT key, text, fault FROM translations LIMIT 1")

    def get(self, keys: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Those of the translations that are there, with their faults."""
        found: dict[bytes, tuple[str, str]] = {}
        with self._refusing():
            for start in range(0, len(keys), ASKED):
                some = keys[start : start + ASKED]
                marks = ", ".join("?" * len(some))
                rows = self._database.execute(f"SELECT key, text, fault FROM translations WHERE key IN ({marks})", some)
                found.update((key, (text, fault)) for key, text, fault in rows)
        return found

    def put(self, translations: Mapping[bytes, tuple[str, str]]) -> None:
        """Keep translations, all or none of them."""
        rows = [(key, text, fault) for key, (text, fault) in translations.items()]
        with self._refusing(), self._database:
            self._database.executemany("INSERT OR REPLACE INTO translations VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            found = f"cannot be used as a cache of translations: {error}"
            raise DataError([Fault(str(self.path), found, "a file that translation wrote, or a new one")]) from None


def key_of(parts: Iterable[str]) -> bytes:
    """The key of a translation: a hash of translator, languages and line, 128 bits."""
    state = blake2b(digest_size=16)
    for part in parts:
        data = part.encode()
        state.update(len(data).to_bytes(8, "little") + data)
    return state.digest()
