"""Translation memories (TMX), such as OPUS': streamed by expat, without entities, without anything from elsewhere."""

import codecs
import re
import sys
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, ClassVar, Literal
from xml.parsers import expat

import regex
from pydantic import Field

from polybatch.data.formats.lines import AGAIN, opened
from polybatch.data.sources.files import looks_right
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.sentences import give_translations
from polybatch.data.sources.source import NAMED, About, Licence, Reading, Source
from polybatch.errors import Fault
from polybatch.files import why_unreadable
from polybatch.languages import language_code
from polybatch.records import Item
from polybatch.text.words import SCRIPTS_WITHOUT_SPACES

CHUNK = 1 << 16  # bytes parsed at once
LONGEST = 1 << 20  # characters of one segment
QUIET = 1 << 26  # characters without the end of a unit, after which a file holds no more
BROKEN = "\ufffd"  # stands for what is no text: a control character, bytes that are not in the file's encoding
CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REFERENCE = re.compile("&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))?)?;?")
LONGEST_REFERENCE = 16
SPANNING = {"hi", "g", "mrk"}  # elements around a part of a text, which may be a part of a word
TAG = "\0"  # where an element of a segment begins or ends, which XML itself cannot hold
CODES = {"bpt", "ept", "ph", "it", "ut"}  # elements of a segment that hold markup of the original, and no text


class TMXSource(Source):
    """`source = "tmx"`: units of one text in several languages; plain or .gz."""

    about: ClassVar[About] = About(
        what="translation memories: a segment to its translation",
        licence="yours",
        upstream="your own files, or opus.nlpl.eu",
    )

    source: Literal["tmx"] = "tmx"
    name: str = Field(description=NAMED)
    licence: Licence = Field(description="terms of the texts")
    files: Annotated[list[str], Field(min_length=1)] = Field(description=".tmx or .tmx.gz, under the data folder")
    languages: Annotated[list[str], Field(min_length=2)] = Field(description="languages to read")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a unit, a query and a passage in each language it has. Equal segments in any share a group."""
        if not self.knows(self.languages, reading):
            return
        units = (unit for path in self.files for unit in tmx_units(data / path, reading))
        for number, (where, unit) in enumerate(islice(units, self.rows or None)):
            texts = {code: unit[code] for code in self.languages if unit.get(code)}
            if len(texts) < 2:
                reading.leave_out("a unit with fewer than two of the languages", where)
                continue
            yield from give_translations(
                reading, where, name=self.name, number=number, texts=texts, languages=self.languages
            )

    def folders(self) -> Mapping[str, str]:
        """The first folder of its first file."""
        return {self.files[0].split("/")[0]: self.about.upstream}


def tmx_units(path: Path, reading: Reading) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The units of a file, each with the line it begins at, counted as read: text by our code for its language.

    A file that breaks off, is not XML or declares entities is a fault at its line; what stands before is returned.
    """
    if not looks_right(path, reading, works="a path under the data folder", utf16=True):
        return
    units = _Units(path)
    try:
        with opened(path) as file:
            quiet = 0
            for text in _texts(file):
                units.parser.Parse(text, False)
                quiet = 0 if units.done else quiet + len(text)
                yield from units.finished(reading)
                if quiet > QUIET:
                    found = f"no unit in {QUIET >> 20} MiB"
                    reading.faults.append(Fault(f"{path}:{units.parser.CurrentLineNumber}", found, AGAIN))
                    return
            units.parser.Parse("", True)
    except _EntityError as error:
        found = f"declares the entity {error}"
        reading.faults.append(Fault(f"{path}:{units.parser.CurrentLineNumber}", found, "TMX without entities"))
    except (expat.ExpatError, ValueError, LookupError) as error:
        yield from units.finished(reading)  # before the break
        line = getattr(error, "lineno", units.parser.CurrentLineNumber)
        reading.faults.append(Fault(f"{path}:{line}", f"broken XML: {error}", AGAIN))
    except (EOFError, zlib.error) as error:
        reading.faults.append(Fault(str(path), f"broken archive: {error}", AGAIN))
    except OSError as error:
        reading.faults.append(Fault(str(path), why_unreadable(error), AGAIN))


def _texts(file: IO[bytes]) -> Iterator[str]:
    """A file in pieces, in the encoding that it says; what no XML may hold is BROKEN, and costs its unit alone."""
    data = file.read(CHUNK)
    told = re.match(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)""", data.removeprefix(codecs.BOM_UTF8))
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    name = "utf-16" if wide else told[1].decode(errors="replace") if told else "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8-sig" if codecs.lookup(name).name == "utf-8" else name)("replace")
    text = ""
    while data:
        text += decoder.decode(data)
        start = text.rfind("&", max(0, len(text) - LONGEST_REFERENCE))
        cut = start if start >= 0 else len(text)  # a reference may go on in the next piece
        yield _well_formed(text[:cut])
        text, data = text[cut:], file.read(CHUNK)
    yield _well_formed(text + decoder.decode(b"", True))


def _well_formed(text: str) -> str:
    return REFERENCE.sub(_known, CONTROL.sub(BROKEN, text))


def _known(match: re.Match[str]) -> str:
    """A reference to a character that XML may hold, as it is; else BROKEN."""
    hexadecimal, decimal = match.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal or 0)
    known = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0xFFFF < code <= sys.maxunicode
    return match[0] if known and match[0].endswith(";") else BROKEN


class _EntityError(Exception):
    pass


class _Units:
    """Collects the units that expat meets: tu > tuv (a language) > seg (text, with inline elements)."""

    def __init__(self, path: Path) -> None:
        self.done: deque[tuple[str, Mapping[str, str], bool]] = deque()
        self._path = path
        self._where = ""
        self._unit: dict[str, str] = {}
        self._broken = False
        self._code: str | None = None
        self._text: list[str] | None = None
        self._length = 0
        self._hidden = 0  # how deep within elements that hold no text
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def finished(self, reading: Reading) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The units that ended since the last call, each counted; one with what is no text is left out."""
        while self.done:
            where, unit, broken = self.done.popleft()
            reading.read += 1
            if broken:
                reading.leave_out("a control character, or bytes that are no text", where)
            else:
                yield where, unit

    def _entity(self, name: str, *rest: object) -> None:
        raise _EntityError(name)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "tu":
            self._where, self._unit = f"{self._path}:{self.parser.CurrentLineNumber}", {}
            self._broken = False
        elif tag == "tuv":
            self._code = language_code(attributes.get("xml:lang") or attributes.get("lang") or "")
        elif tag == "seg":
            self._text, self._length, self._hidden = [], 0, 0
        elif self._text is not None:
            self._inline(tag)
            if self._hidden or tag in CODES:
                self._hidden += 1

    def _characters(self, text: str) -> None:
        if self._text is not None and not self._hidden:
            self._length += len(text)
            if self._length <= LONGEST:
                self._text.append(text)

    def _end(self, tag: str) -> None:
        if tag == "seg" and self._text is not None:
            text = _joined(self._text)
            self._broken = self._broken or BROKEN in text
            if text and self._code and self._length <= LONGEST:  # an empty one may have a full variant
                self._unit.setdefault(self._code, text)
            self._text = None
        elif tag == "tu" and self._where:
            self.done.append((self._where, self._unit, self._broken))
            self._where = ""
        elif self._text is not None:
            self._hidden -= self._hidden > 0
            self._inline(tag)

    def _inline(self, tag: str) -> None:
        if self._text is not None and not self._hidden and tag not in SPANNING and self._text[-1:] != [TAG]:
            self._text.append(TAG)


def _joined(parts: list[str]) -> str:
    """The text of a segment: an element between two words is a space, but in scripts that are written without."""
    text = "".join(parts)
    if TAG in text:
        text = _between_words().sub(" ", text).replace(TAG, "")
    return " ".join(text.split())


@cache
def _between_words() -> regex.Pattern[str]:
    unspaced = "".join(rf"\p{{Script={script}}}" for script in SCRIPTS_WITHOUT_SPACES)
    before, after = r"[\p{L}\p{M}\p{N}.,;:!?।؟،؛]", r"[\p{L}\p{N}]"
    return regex.compile(f"(?<={before})(?<![{unspaced}]){TAG}(?={after})(?![{unspaced}])")
