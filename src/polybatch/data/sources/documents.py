"""A folder of plain text files per language, translations under one name: news archives, as people keep them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.formats.lines import what_else
from polybatch.data.formats.texts import composed, is_macos, read_text
from polybatch.data.pairing import Document
from polybatch.data.sources.grouping import passage_groups
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import give_document
from polybatch.data.sources.running import PAIRS, Kinds, Tokens
from polybatch.data.sources.source import NAMED, About, Licence, Reading, Source
from polybatch.errors import Fault
from polybatch.records import Item
from polybatch.text.passages import sentences


class DocumentsSource(Source):
    """`source = "documents"`: `texts = { en = "archive/en", sw = "archive/sw" }`; files of one name are one story."""

    about: ClassVar[About] = About(
        what="a folder of text files per language, translations under one name: pairs out of running text",
        licence="yours",
        upstream="your own files",
    )

    source: Literal["documents"] = "documents"
    name: str = Field(description=NAMED)
    licence: Licence = Field(description="terms of the texts")
    texts: Annotated[dict[str, str], Field(min_length=1)] = Field(
        description="language -> folder of its texts, under the data folder"
    )
    pattern: str = Field("**/*.txt", description="which files of the folders")
    headline: bool = Field(True, description="whether a file's first line is its headline")
    pairs: Kinds = Field(["headline", "next"], description=PAIRS)
    tokens: Tokens = 180
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """The pairs of each story, by name. A story is a group; stories with equal text in a language are kept apart.

        A line is a paragraph. Where the languages have as many, line n of one is line n of every other, and a line with
        as many sentences in each is cut into them. Where they have not, the story is a note, and its languages are
        joined as wholes: headlines and passages stand side by side, sentences pair within a language. A story that one
        language lacks is a note too, and pairs in the others. A file that is not UTF-8, or is a web page, is left out.
        """
        if not self.knows(self.texts, reading):
            return
        stories: dict[str, dict[str, Path]] = {}
        for code, name in self.texts.items():
            folder = data / name
            there = story_files(folder, self.pattern) if folder.is_dir() else {}
            if not there:
                what = f"no files {self.pattern}" if folder.is_dir() else "no such folder"
                reading.faults.append(Fault(str(folder), what, "a folder of plain text files, one a story"))
            for story, path in there.items():
                stories.setdefault(story, {})[code] = path
        if reading.faults:
            return
        for story, paths in islice(sorted(stories.items()), self.rows or None):
            yield from self._story(story, paths, reading)

    def folders(self) -> Mapping[str, str]:
        """Its folders."""
        return dict.fromkeys(self.texts.values(), self.about.upstream)

    def _story(self, story: str, paths: Mapping[str, Path], reading: Reading) -> Iterator[Item]:
        where = str(next(iter(paths.values())))
        if missing := [code for code in self.texts if code not in paths]:
            reading.note(f"a story without {', '.join(missing)}", where)
        lines: dict[str, list[str]] = {}
        for code, path in paths.items():
            found = story_lines(path)
            if isinstance(found, Fault):
                reading.read += 1
                reading.leave_out(found.found.partition(": ")[0], found.where)
            elif found:
                lines[code] = found
        if not lines:
            return
        headlines = {code: found.pop(0) for code, found in lines.items()} if self.headline else {}
        aligned = len({len(found) for found in lines.values()}) == 1
        if not aligned:
            counts = ", ".join(f"{code} {len(found)}" for code, found in lines.items())
            reading.note("a story whose languages differ in lines: joined as a whole", f"{where} ({counts})")
        cut = _aligned_sentences if aligned else _sentences
        whole = {code: "\n".join(found) for code, found in lines.items()}
        document = Document(
            id=f"{self.name}-{story}",
            sentences=cut(lines),
            headlines=headlines,
            aligned=aligned,
        )
        codes = list(self.texts)
        first, rest = passage_groups(self.name, {code: one for code, one in whole.items() if one}, codes)
        further = (first if codes[0] in whole else "", *rest)
        yield from give_document(document, self.pairs, self.tokens, reading, where, further=further)


def story_lines(path: Path) -> list[str] | Fault:
    """The lines of a text that are not blank, trimmed, or what is wrong with the file."""
    text = read_text(path)
    if isinstance(text, Fault):
        return text
    if wrong := what_else(text[:512].encode(errors="replace")):
        return Fault(str(path), wrong)
    return [line.strip() for line in text.split("\n") if line.strip()]


def story_files(folder: Path, pattern: str = "**/*.txt") -> dict[str, Path]:
    """The files of a folder by the names of their stories, sorted: what stands below it in Unicode's composed form.

    Endings in capitals are as in small letters; what macOS leaves beside files is passed over.
    """
    either = "".join(f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter for letter in pattern)
    paths = [path for path in folder.glob(either) if path.is_file()]
    named = {composed(path.relative_to(folder).as_posix()): path for path in paths if not is_macos(path)}
    return dict(sorted(named.items()))


def _sentences(lines: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {code: sentences("\n".join(found), code) for code, found in lines.items()}


def _aligned_sentences(lines: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The sentences of aligned lines; a line that has not as many in each language stays whole."""
    found: dict[str, list[str]] = {code: [] for code in lines}
    for row in zip(*lines.values(), strict=True):
        cut = [sentences(line, code) for code, line in zip(lines, row, strict=True)]
        same = len({len(one) for one in cut}) == 1
        for code, line, one in zip(lines, row, cut, strict=True):
            found[code] += one if same else [line]
    return found
