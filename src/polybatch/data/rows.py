"""Stream rows out of JSONL, TSV and TREC files, plain, gzipped or in an archive. Not here: what the rows mean."""

import csv
import gzip
import json
import lzma
import tarfile
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from msgspec import DecodeError
from msgspec.json import Decoder

from polybatch.errors import Fault
from polybatch.files import why_unreadable

AGAIN = "fetch the file again"
UTF16 = (b"\xff\xfe", b"\xfe\xff")  # how such a file begins
IS_UTF16 = ("UTF-16 instead of UTF-8", "save it as UTF-8")
BUFFER = 1 << 18  # bytes read at once: a call of the system for every 8 KB takes a twentieth of the time
LONGEST = 1 << 26  # bytes of a line: a longer one is no text, and must not fill the memory

# A third of the time of json.loads, which takes more (NaN, half a surrogate pair) and says what is wrong with the rest.
_parse = Decoder().decode
_NOT_STRICT = (DecodeError, UnicodeDecodeError, RecursionError)

BadLine = Callable[[Fault], None]
"""What takes the fault of a single line; the lines after it are read on."""


class Judgement(NamedTuple):
    """A line of judgements: where it stands, what it says. Grade 0 or less is judged and not relevant."""

    where: str
    query: str
    passage: str
    grade: int


def what_else(start: bytes) -> str:
    """What the beginning of a file shows it to be instead of data, or nothing."""
    begin = start.removeprefix(BOM_UTF8).lstrip().lower()
    if not start:
        return "empty file"
    if begin.startswith((b"<!doctype html", b"<html", b"<head")):
        return "HTML instead of data: a page to log in, or an error"
    if begin.startswith(b"version https://git-lfs.github.com/"):
        return "a pointer of Git LFS instead of the file"
    return ""


def numbered_lines(
    path: Path, faults: list[Fault], *, member: str = "", works: str = "", bad: BadLine | None = None
) -> Iterator[tuple[str, str]]:
    """The lines of a UTF-8 file, one at a time, each with its place `path:line`, without line end and byte-order mark.

    Lines end at a line feed. A name that ends in .gz is read through gzip; `member` names a file within a tar archive
    of any compression. Blank lines are passed over. Faults go to `faults`: a file or member that is missing, a broken
    archive (what stands before the break is returned), a web page, a pointer of Git LFS or UTF-16 instead of data (no
    line of it is returned), a line of more than 64 MiB (as is what stands before it), and, unless `bad` takes them, a
    line that is not UTF-8. `works` says where to get what is missing.
    """
    bad = bad or faults.append
    for where, raw in _placed_lines(path, faults, member=member, works=works):
        if line := _text(raw, where, bad):
            yield where, line


def _placed_lines(path: Path, faults: list[Fault], *, member: str, works: str) -> Iterator[tuple[str, bytes]]:
    """`every_line` with the place of each, and without byte-order mark."""
    label = f"{path}!{member}" if member else str(path)
    for number, raw in enumerate(every_line(path, faults, member=member, works=works), start=1):
        yield f"{label}:{number}", raw.removeprefix(BOM_UTF8) if number == 1 else raw


def _text(raw: bytes, where: str, bad: BadLine) -> str:
    """A line as text, without its end; empty where it is blank, or no UTF-8, which `bad` takes."""
    try:
        line = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        bad(Fault(where, f"byte 0x{raw[error.start]:02x} is not UTF-8", AGAIN))
        return ""
    return "" if line.isspace() else line


def every_line(path: Path, faults: list[Fault], *, member: str = "", works: str = "") -> Iterator[bytes]:
    """Every line of a file as it stands there, blank ones too; faults as in `numbered_lines`, but for UTF-8."""
    label = f"{path}!{member}" if member else str(path)
    try:
        with opened(path, member) as file:
            number = 0
            while raw := file.readline(LONGEST + 1):
                number += 1
                if len(raw) > LONGEST:
                    faults.append(Fault(f"{label}:{number}", f"a line of more than {LONGEST >> 20} MiB", AGAIN))
                    return
                if number == 1 and (wrong := what_else(raw)):
                    faults.append(Fault(f"{label}:1", wrong, works or AGAIN))
                    return
                if number == 1 and raw.startswith(UTF16):
                    faults.append(Fault(f"{label}:1", *IS_UTF16))
                    return
                yield raw
    except KeyError:
        faults.append(Fault(str(path), f"no {member} in the archive", AGAIN))
    except (EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, gzip.BadGzipFile) as error:
        faults.append(Fault(label, f"broken archive: {error}", AGAIN))
    except OSError as error:
        faults.append(Fault(label, why_unreadable(error), works))


@contextmanager
def opened(path: Path, member: str = "") -> Iterator[IO[bytes]]:
    """A file, read through gzip where its name ends in .gz, or a file within a tar archive (KeyError: it has none)."""
    if not member:
        with path.open("rb", buffering=BUFFER) as file:
            yield gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file  # type: ignore[misc]
        return
    with tarfile.open(path) as archive:
        found = next((one for one in archive if Path(one.name).name == member and one.isfile()), None)
        inside = archive.extractfile(found) if found else None
        if inside is None:
            raise KeyError(member)
        yield inside


def json_rows(
    path: Path,
    faults: list[Fault],
    *,
    fields: Sequence[str],
    member: str = "",
    works: str = "",
    bad: BadLine | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSONL file, one at a time, each with its place.

    Every one of `fields` must be there as a string or a whole number, and comes back as a string; further fields come
    as they are. A line that is broken, no object, or lacks a field is a fault and is not returned; such faults go to
    `bad` where it is given.
    """
    bad = bad or faults.append
    for where, raw in _placed_lines(path, faults, member=member, works=works):
        try:
            row = _parse(raw)
        except _NOT_STRICT:
            if not (line := _text(raw, where, bad)):
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                bad(Fault(where, f"broken JSON: {error}", AGAIN))
                continue
        if isinstance(row, dict):
            if not (wrong := _not_text(row, fields)):
                yield where, row
                continue
            found = f"no {', '.join(wrong)} as text"
        else:
            found = "not a JSON object"
        bad(Fault(where, found, f"an object with {', '.join(fields)}"))


def _not_text(row: dict[str, Any], fields: Sequence[str]) -> list[str]:
    """Those of the fields that are neither a string nor a whole number, which is made one."""
    wrong = []
    for name in fields:
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            row[name] = str(value)
        elif not isinstance(value, str):
            wrong.append(name)
    return wrong


def table_rows(path: Path, faults: list[Fault], *, fields: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a tab-separated file with a header and quotes as spreadsheets write them; a field may span lines.

    Each comes with the place of its first line. A header without all of `fields`, and a row that is longer or shorter
    than the header, are faults; such rows are not returned.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, dialect="excel-tab")
            header = next(reader, [])
            if missing := [name for name in fields if name not in header]:
                found = f"no column {', '.join(missing)}"
                faults.append(Fault(f"{path}:1", found, f"a header with {', '.join(fields)}"))
                return
            line = reader.line_num + 1
            for row in reader:
                where, line = f"{path}:{line}", reader.line_num + 1
                if len(row) != len(header):
                    faults.append(Fault(where, f"{len(row)} columns", f"{len(header)}, as in the header"))
                    continue
                yield where, dict(zip(header, row, strict=True))
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
    except (UnicodeDecodeError, csv.Error) as error:
        faults.append(Fault(str(path), f"cannot be read: {error}", AGAIN))


def topic_rows(path: Path, faults: list[Fault], *, works: str = "") -> Iterator[tuple[str, str, str]]:
    """The topics of a file without header and quotes: place, id, text (all after the first tab)."""
    for where, line in numbered_lines(path, faults, works=works):
        topic, tab, text = line.partition("\t")
        if not tab:
            faults.append(Fault(where, "no tab", "id, tab, text"))
            continue
        yield where, topic.strip(), text.strip()


def qrels_rows(path: Path, faults: list[Fault], *, works: str = "") -> Iterator[Judgement]:
    """The judgements of a file in TREC's form: query, anything, passage, grade, apart by white space."""
    for where, line in numbered_lines(path, faults, works=works):
        parts = line.split()
        if len(parts) != 4:
            faults.append(Fault(where, f"{len(parts)} columns", "query, Q0, passage, grade"))
        elif (grade := _grade(parts[3], where, faults)) is not None:
            yield Judgement(where, parts[0], parts[2], grade)


def scored_rows(path: Path, faults: list[Fault]) -> Iterator[Judgement]:
    """The judgements of a file in BEIR's form: a header `query-id corpus-id score`, then those three, apart by tabs."""
    lines = numbered_lines(path, faults)
    for where, header in lines:
        if header.split("\t") == ["query-id", "corpus-id", "score"]:
            break
        faults.append(Fault(where, f"header {header!r}", "query-id, corpus-id, score, apart by tabs"))
        return
    for where, line in lines:
        parts = line.split("\t")
        if len(parts) != 3:
            faults.append(Fault(where, f"{len(parts)} columns", "query-id, corpus-id, score"))
        elif (grade := _grade(parts[2], where, faults)) is not None:
            yield Judgement(where, parts[0], parts[1], grade)


def _grade(text: str, where: str, faults: list[Fault]) -> int | None:
    try:
        return int(text)
    except ValueError:
        faults.append(Fault(where, f"grade {text!r}", "a whole number; 0 is judged and not relevant"))
        return None
