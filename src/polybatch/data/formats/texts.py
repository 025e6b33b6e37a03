"""Files that are one text each, and their names. Not here: which of the lines is a title."""

import unicodedata
from pathlib import Path

from polybatch.data.formats.bounds import TEXT
from polybatch.errors import Fault
from polybatch.files import why_unreadable

LONG = f"a text of more than {TEXT:,} characters"
CUT = "cut it into documents"


def read_text(path: Path) -> str | Fault:
    """The text of a UTF-8 file without byte-order mark, line ends as line feeds; or what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(4 * TEXT + 1)
        text = data.decode("utf-8-sig") if len(data) <= 4 * TEXT else ""
    except OSError as error:
        return Fault(str(path), why_unreadable(error))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Fault(f"{path}:{line}", f"byte 0x{data[error.start]:02x} is not UTF-8", "save it as UTF-8")
    if len(data) > 4 * TEXT or len(text) > TEXT:
        return Fault(str(path), LONG, CUT)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def composed(name: str) -> str:
    """A file's name in Unicode's composed form: macOS keeps it decomposed, other systems as it was typed."""
    return unicodedata.normalize("NFC", name)


def is_macos(path: Path) -> bool:
    """Whether a file is one of those that macOS leaves beside others on foreign disks; they hold no text."""
    return path.name.startswith("._")
