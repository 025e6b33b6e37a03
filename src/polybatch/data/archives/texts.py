"""A folder of text files as rows: a file is a document, its path the id, a language's folder its language."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from polybatch.data.formats.bounds import Faults
from polybatch.data.formats.lines import what_else
from polybatch.data.formats.texts import composed, read_text
from polybatch.errors import Fault
from polybatch.languages import language_code

HEADING = re.compile(r"^#{1,6}(?:[ \t]+|$)", re.MULTILINE)  # the mark of a heading in Markdown
HEADLINE = 200  # characters that a headline has at most
SENTENCE_ENDS = tuple(".।,;:。")
ENDS = (".txt", ".md")
"""Files that are one document each, in capitals too."""


def text_rows(path: Path, faults: Faults, *, root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The one document of a text file; its id is its path below `root`, in Unicode's composed form.

    Its first line is the headline, where a text follows it (see `headline_and_text`). A folder between `root` and the
    file that is called by one of our language codes says the language; the file's folder below that is its source.
    """
    text = read_text(path)
    if isinstance(text, Fault):
        faults.append(text)
        return
    if text and (wrong := what_else(text[:512].encode(errors="replace"))):
        faults.append(Fault(str(path), wrong, "a text"))
        return
    if path.name.lower().endswith(".md"):
        text = HEADING.sub("", text)
    title, body = headline_and_text(text)
    yield str(path), {**told_by_path(path, root), "title": title, "text": body}


def told_by_path(path: Path, root: Path) -> dict[str, str]:
    """What the place of a file that is one document says of it: id, language and source, as in `text_rows`."""
    inside = path.relative_to(root) if path != root else Path(path.name)
    languages = [part for part in inside.parts[:-1] if language_code(part) == part]
    folders = [part for part in inside.parts[:-1] if part not in languages]
    return {
        "id": composed(inside.as_posix()),
        "language": languages[0] if languages else "",
        "source": composed(folders[0]) if folders else "",
    }


def headline_and_text(text: str) -> tuple[str, str]:
    """The headline of a plain text and what follows it; an empty headline, and the whole text, where it has none.

    The first line that is not blank is the headline where an empty line and a text follow. Without the empty line it is
    one if it reads like one: at most HEADLINE characters, not the end of a sentence, and not gone on with in small
    letters on the next line.
    """
    first, _, rest = text.lstrip().partition("\n")
    first, body = first.strip(), rest.strip()
    parted = not rest.partition("\n")[0].strip()
    like_one = len(first) <= HEADLINE and first[-1:] not in SENTENCE_ENDS and not rest[:1].islower()
    return (first, body) if body and (parted or like_one) else ("", text)
