"""A folder of text files as rows: a file is a document, its path the id, a language's folder its language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from polybatch.data.formats.bounds import Faults
from polybatch.data.formats.lines import what_else
from polybatch.data.formats.texts import composed, read_text
from polybatch.errors import Fault
from polybatch.languages import language_code

ENDS = (".txt", ".md")
"""Files that are one document each, in capitals too."""


def text_rows(path: Path, faults: Faults, *, root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The one document of a text file; its id is its path below `root`, in Unicode's composed form.

    A first line with an empty one after it is the title. A folder between `root` and the file that is called by one of
    our language codes says the language; the file's folder below that is its source.
    """
    text = read_text(path)
    if isinstance(text, Fault):
        faults.append(text)
        return
    if text and (wrong := what_else(text[:512].encode(errors="replace"))):
        faults.append(Fault(str(path), wrong, "a text"))
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
            "id": composed(inside.as_posix()),
            "title": first.strip() if titled else "",
            "text": body if titled else text,
            "language": languages[0] if languages else "",
            "source": composed(folders[0]) if folders else "",
        },
    )
