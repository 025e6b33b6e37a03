"""Any archive as documents: the readers by the ends of file names, whole folders, and what is checked before work."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from polybatch.errors import DataError, Fault
from polybatch.search.reading.feeds import feed_rows
from polybatch.search.reading.fields import to_document
from polybatch.search.reading.rows import Rows, csv_rows, jsonl_rows, parquet_rows
from polybatch.search.reading.texts import text_rows
from polybatch.search.records import Document

READERS: dict[str, Callable[[Path, list[Fault]], Rows]] = {
    ".jsonl": jsonl_rows,
    ".jsonl.gz": jsonl_rows,
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".parquet": parquet_rows,
    ".rss": feed_rows,
    ".atom": feed_rows,
    ".xml": feed_rows,
}
"""What reads a file, by the end of its name."""

PLAIN = (".txt", ".md")
"""Files that are one document each."""

FORMATS = ", ".join([*READERS, *PLAIN])
SHOWN = 20  # faults that are told before they are only counted


class Checked(NamedTuple):
    """What a look at a whole archive found: documents, and how many of them have neither text nor title."""

    documents: int
    empty: int


def read_archive(paths: Sequence[Path], faults: list[Fault]) -> Iterator[tuple[str, Document]]:
    """The documents of files and folders, one at a time, each with its place; what is wrong goes to `faults`.

    Of a folder, every file below it that has a known end is read, in the order of names; hidden ones are not.
    """
    for root in paths:
        for path, rows in _files(root, faults):
            for where, row in rows(path, faults):
                if document := to_document(row, where, faults):
                    yield where, document


def check_archive(paths: Sequence[Path], advance: Callable[[int], None] = lambda documents: None) -> Checked:
    """Read an archive to its end; raises DataError with the faults of all of it, two documents with one id among them.

    More faults than SHOWN are counted. An archive without a document is a fault.
    """
    faults: list[Fault] = []
    places: dict[bytes, str] = {}
    documents = empty = dropped = 0
    for where, document in read_archive(paths, faults):
        documents += 1
        empty += not document.text.strip() and not document.title.strip()
        key = blake2b(document.id.encode(), digest_size=16).digest()
        if (first := places.setdefault(key, where)) != where:
            faults.append(Fault(where, f"id {document.id[:80]!r} is that of {first} too", "one document for an id"))
        dropped += len(faults[SHOWN:])
        del faults[SHOWN:]
        advance(1)
    dropped += len(faults[SHOWN:])
    del faults[SHOWN:]
    if not documents and not faults:
        faults.append(Fault(", ".join(map(str, paths)), "no document", f"files that end in {FORMATS}"))
    if dropped:
        faults.append(Fault("the archive", f"{dropped} more faults", "mend these first"))
    if faults:
        raise DataError(faults)
    return Checked(documents, empty)


def _files(root: Path, faults: list[Fault]) -> Iterator[tuple[Path, Callable[[Path, list[Fault]], Rows]]]:
    if root.is_dir():
        found = sorted(
            path
            for path in root.rglob("*")
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
        )
    else:
        found = [root]
    for path in found:
        if reader := _reader(path, root):
            yield path, reader
        elif path == root:
            what = "ends in no known format" if root.exists() else "no such file or folder"
            faults.append(Fault(str(root), what, f"a folder, or a file that ends in {FORMATS}"))


def _reader(path: Path, root: Path) -> Callable[[Path, list[Fault]], Rows] | None:
    if path.name.endswith(PLAIN):
        return lambda path, faults: text_rows(path, faults, root=root)
    return next((reader for end, reader in READERS.items() if path.name.endswith(end)), None)
