"""A folder of text files as rows: a file is a document, its path the id, a language's folder its language."""

from pathlib import Path

from polybatch.errors import Fault
from polybatch.files import why_unreadable
from polybatch.languages import language_code
from polybatch.search.reading.rows import Rows


def text_rows(path: Path, faults: list[Fault], *, root: Path) -> Rows:
    """The one document of a text file.

    A first line with an empty one after it is the title. A folder between `root` and the file that is called by one of
    our language codes says the language; the file's folder below that is its source.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
        return
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(
            Fault(f"{path}:{line}", f"byte 0x{error.object[error.start]:02x} is not UTF-8", "save it as UTF-8")
        )
        return
    first, _, rest = text.lstrip("\n").partition("\n")
    blank, _, body = rest.partition("\n")
    titled = bool(body.strip()) and not blank.strip()
    inside = path.relative_to(root) if path != root else Path(path.name)
    languages = [part for part in inside.parts[:-1] if language_code(part) == part]
    folders = [part for part in inside.parts[:-1] if part not in languages]
    yield (
        str(path),
        {
            "id": inside.as_posix(),
            "title": first.strip() if titled else "",
            "text": body if titled else text,
            "language": languages[0] if languages else "",
            "source": folders[0] if folders else "",
        },
    )
