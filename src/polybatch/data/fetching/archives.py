"""Unpack an archive that came from elsewhere: nothing leaves its folder, nothing grows beyond a limit, no links."""

import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from polybatch.errors import DataError, Fault

FLOOR = 1 << 28  # bytes that any archive may grow to
RATIO = 100  # times its own length that it may grow to beyond that; text shrinks to a tenth or so
MOST = 200_000  # files


class _Member(NamedTuple):
    name: str
    size: int
    is_file: bool
    open: Callable[[], IO[bytes] | None]


def unpack(
    archive: Path, folder: Path, *, strip: int = 0, keep: Sequence[str] = ("*",), limit: int | None = None
) -> list[str]:
    """Unpack a zip or tar archive into `folder`, over what is there, and give the files' paths in it, sorted.

    `strip` folders are taken off the front of each name; of what is left only what matches one of `keep` is unpacked
    (`*` matches a slash too). Nothing is moved into the folder before all is unpacked. Raises DataError, and leaves
    the folder as it was: a name that leads out of the folder, a link or device among what is kept, more bytes than
    `limit` (by default 100 times the archive, at least 256 MiB) or more than 200,000 files, a broken archive, or one
    without any file to keep.
    """
    limit = max(FLOOR, RATIO * archive.stat().st_size) if limit is None else limit
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[str] = []
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=folder) as aside:
        try:
            total = 0
            for count, member in enumerate(_members(archive), start=1):
                total += member.size
                if total > limit or count > MOST:
                    what = f"grows beyond {limit:,} bytes" if total > limit else f"more than {MOST:,} files"
                    raise _refused(archive, member.name, what, "an archive of text; this one was not unpacked")
                inside = _inside(archive, member.name, strip)
                if inside is None or not any(fnmatchcase(inside.as_posix(), one) for one in keep):
                    continue
                if not member.is_file:
                    raise _refused(archive, member.name, "a link or a device", "plain files; nothing was unpacked")
                target = Path(aside) / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                if (source := member.open()) is not None:
                    with source, target.open("wb") as file:
                        shutil.copyfileobj(source, file)
                kept.append(inside.as_posix())
            if not kept:
                raise _refused(archive, "", f"no file like {', '.join(keep)}", "the archive that upstream has")
            for name in dict.fromkeys(kept):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                (Path(aside) / name).replace(target)
        except (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, RuntimeError) as error:
            # RuntimeError: a zip that wants a password; NotImplementedError, one of these: a method unknown here
            raise _refused(
                archive, "", f"cannot be unpacked: {' '.join(str(error).split())}", "fetch it again"
            ) from None
    return sorted(set(kept))


def _members(archive: Path) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            for one in zipped.infolist():
                if not one.is_dir():
                    kind = one.external_attr >> 28  # the upper bits of a Unix mode; 0 where there is none
                    yield _Member(one.filename, one.file_size, kind in (0, 8), partial(zipped.open, one))
        return
    with tarfile.open(archive) as tarred:
        for entry in tarred:
            if not entry.isdir():
                yield _Member(entry.name, entry.size, entry.isreg(), partial(tarred.extractfile, entry))


def _inside(archive: Path, name: str, strip: int) -> PurePosixPath | None:
    """The path of a member below the folder; None where all of it is stripped off."""
    path = PurePosixPath(name)
    if (
        not path.parts
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or "\0" in name
        or ":" in path.parts[0]
    ):
        raise _refused(archive, name, "a name that leads out of its folder", "nothing was unpacked; tell upstream")
    return PurePosixPath(*path.parts[strip:]) if len(path.parts) > strip else None


def _refused(archive: Path, member: str, found: str, works: str) -> DataError:
    return DataError([Fault(f"{archive}!{member}" if member else str(archive), found, works)])
