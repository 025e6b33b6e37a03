"""The lines of a file, plain, gzipped or in an archive, each with its place. Not here: what stands in them."""

import gzip
import lzma
import tarfile
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from polybatch.data.formats.bounds import BLANK, LINE, PACKED, BadLine, Faults, unpacked_limit
from polybatch.errors import Fault
from polybatch.files import why_unreadable

AGAIN = "fetch the file again"
TOO_PACKED = f"unpacks to more than {PACKED} times its size"
UTF16 = (b"\xff\xfe", b"\xfe\xff")  # how such a file begins
IS_UTF16 = ("UTF-16 instead of UTF-8", "save it as UTF-8")
BUFFER = 1 << 18  # bytes read at once: a call of the system for every 8 KB takes a twentieth of the time


def is_html(start: bytes) -> bool:
    """Whether the beginning of a file is that of a web page."""
    return start.removeprefix(BOM_UTF8).lstrip().lower().startswith((b"<!doctype html", b"<html", b"<head"))


def what_else(start: bytes) -> str:
    """What the beginning of a file shows it to be instead of data, or nothing."""
    if not start:
        return "empty file"
    if is_html(start):
        return "HTML instead of data: a page to log in, or an error"
    if start.removeprefix(BOM_UTF8).lstrip().lower().startswith(b"version https://git-lfs.github.com/"):
        return "a pointer of Git LFS instead of the file"
    return ""


def numbered_lines(
    path: Path, faults: Faults, *, member: str = "", works: str = "", bad: BadLine | None = None
) -> Iterator[tuple[str, str]]:
    """The lines of a UTF-8 file, one at a time, each with its place `path:line`, without line end and byte-order mark.

    Lines end at a line feed. A name that ends in .gz is read through gzip; `member` names a file within a tar archive
    of any compression. Blank lines are passed over. What ends the reading goes to `faults`: a file or member that is
    missing, a broken archive (what stands before the break is returned), a web page, a pointer of Git LFS or UTF-16
    instead of data (no line of it is returned), more than BLANK blank lines on end, or an archive that unpacks to more
    than `unpacked_limit`. A line that is not UTF-8 or longer than LINE is left out, and goes to `bad`, or to `faults`
    too. `works` says where to get what is missing.
    """
    bad = bad or faults.append
    for where, raw in placed_lines(path, faults, member=member, works=works, bad=bad):
        if line := line_text(raw, where, bad):
            yield where, line


def placed_lines(
    path: Path, faults: Faults, *, member: str, works: str, bad: BadLine | None = None
) -> Iterator[tuple[str, bytes]]:
    """`every_line` with the place of each."""
    label = f"{path}!{member}" if member else str(path)
    for number, raw in enumerate(every_line(path, faults, member=member, works=works, bad=bad), start=1):
        yield f"{label}:{number}", raw


def line_text(raw: bytes, where: str, bad: BadLine) -> str:
    """A line as text, without its end; empty where it is blank, or no UTF-8, which `bad` takes."""
    try:
        line = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        bad(Fault(where, f"byte 0x{raw[error.start]:02x} is not UTF-8", "save it as UTF-8"))
        return ""
    return "" if line.isspace() else line


def every_line(
    path: Path, faults: Faults, *, member: str = "", works: str = "", bad: BadLine | None = None
) -> Iterator[bytes]:
    """Every line of a file as it stands there, blank ones too, without byte-order mark at its start.

    One that is too long is an empty one. Faults are as in `numbered_lines`, but for UTF-8.
    """
    label = f"{path}!{member}" if member else str(path)
    try:
        with opened(path, member) as file:
            limit = unpacked_limit(path.stat().st_size) if member or is_gzipped(path) else None
            number = blank = unpacked = 0
            while raw := file.readline(LINE + 1):
                number += 1
                if number == 1:
                    if wrong := what_else(raw):
                        faults.append(Fault(f"{label}:1", wrong, works or AGAIN))
                        return
                    if raw.startswith(UTF16):
                        faults.append(Fault(f"{label}:1", *IS_UTF16))
                        return
                if len(raw) > LINE:
                    (bad or faults.append)(Fault(f"{label}:{number}", f"a line of more than {LINE >> 20} MiB", AGAIN))
                    unpacked += _skip_line(file, raw, limit and limit - unpacked)
                    raw = b""
                elif raw.startswith(BOM_UTF8):  # also where files were joined
                    raw = raw.removeprefix(BOM_UTF8)
                blank = blank + 1 if not raw or raw.isspace() else 0
                unpacked += len(raw)
                if blank > BLANK or (limit and unpacked > limit):
                    what = f"more than {BLANK:,} blank lines on end" if blank > BLANK else TOO_PACKED
                    faults.append(Fault(f"{label}:{number}", what, AGAIN))
                    return
                yield raw
    except KeyError:
        faults.append(Fault(str(path), f"no {member} in the archive", AGAIN))
    except (EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, gzip.BadGzipFile) as error:
        faults.append(Fault(label, f"broken archive: {error}", AGAIN))
    except OSError as error:
        faults.append(Fault(label, why_unreadable(error), works))


def chunks(file: IO[bytes], path: Path, size: int) -> Iterator[bytes]:
    """The bytes of an opened file, `size` at once; EOFError where one that is gzipped is over `unpacked_limit`."""
    limit = unpacked_limit(path.stat().st_size) if is_gzipped(path) else None
    unpacked = 0
    while chunk := file.read(size):
        unpacked += len(chunk)
        if limit and unpacked > limit:
            raise EOFError(TOO_PACKED)
        yield chunk


def is_gzipped(path: Path) -> bool:
    """Whether the name of a file ends in .gz, in capitals too."""
    return path.suffix.lower() == ".gz"


def _skip_line(file: IO[bytes], raw: bytes, limit: int | None) -> int:
    """Read on to the end of a line, or to a limit; gives the bytes passed over."""
    passed = len(raw)
    while raw and not raw.endswith(b"\n") and (limit is None or passed <= limit):
        raw = file.readline(LINE)
        passed += len(raw)
    return passed


@contextmanager
def opened(path: Path, member: str = "") -> Iterator[IO[bytes]]:
    """A file, read through gzip where its name ends in .gz, or a file within a tar archive (KeyError: it has none)."""
    if not member:
        with path.open("rb", buffering=BUFFER) as file:
            yield gzip.GzipFile(fileobj=file) if is_gzipped(path) else file  # type: ignore[misc]
        return
    with tarfile.open(path) as archive:
        there = next((entry for entry in archive if Path(entry.name).name == member and entry.isfile()), None)
        inside = archive.extractfile(there) if there else None
        if inside is None:
            raise KeyError(member)
        yield inside
