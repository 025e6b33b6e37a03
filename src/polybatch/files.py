"""Files written so that nothing is half-written, text and JSON read within bounds, and why a file cannot be read."""

import errno
import json
import os
import tempfile
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

JSON_BYTES = 1 << 28  # of a JSON file; a larger one is none of ours, and would fill the memory


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """A path to write a file or a folder to; it becomes `target` when the block ends, and vanishes if it raises.

    An existing file is replaced in one step. An existing folder is moved aside, the new one moved in, the old one
    removed: `target` is never a mixture, but for the moment between the two moves it is not there. A folder never gives
    way to a file: IsADirectoryError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside:
        new = Path(aside) / target.name
        yield new
        if target.is_dir():
            if not new.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            target.replace(Path(aside) / "old")
        new.replace(target)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file that a person wrote or saved, without the byte-order mark that editors put before it."""
    return path.read_text(encoding="utf-8-sig")


def write_text(target: Path, text: str) -> None:
    """Write a UTF-8 text file in one step."""
    with written_aside(target) as new:
        new.write_text(text, encoding="utf-8")


def write_json(target: Path, value: Any) -> None:
    """Write indented JSON with sorted keys off and non-ASCII kept, in one step; NaN is refused."""
    write_text(target, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """The value of a JSON file in UTF-8, with or without a byte-order mark.

    Raises OSError where the file cannot be read, and ValueError, with the reason in words, where it is larger than
    JSON_BYTES, is no JSON, holds NaN, an integer of thousands of digits or half a surrogate pair, or nests deeply.
    """
    from pydantic_core import from_json

    return from_json(read_bytes(path).removeprefix(BOM_UTF8), allow_inf_nan=False)


def read_bytes(path: Path) -> bytes:
    """The content of a small file. Raises OSError as reading does, and ValueError where it is over JSON_BYTES."""
    if (size := path.stat().st_size) > JSON_BYTES:
        raise ValueError(f"{size:,} bytes, more than {JSON_BYTES >> 20} MiB")
    return path.read_bytes()


def why_unreadable(error: OSError) -> str:
    """Why a file could not be read, in the words of an error message."""
    return "no such file" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
