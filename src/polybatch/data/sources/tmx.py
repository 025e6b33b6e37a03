"""Translation memories (TMX), such as OPUS': streamed by expat, without entities, without anything from elsewhere."""

import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from xml.parsers import expat

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

CHUNK = 1 << 16  # bytes parsed at once
LONGEST = 1 << 20  # characters of one segment
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
            ended = False
            while not ended:
                chunk = file.read(CHUNK)
                ended = not chunk
                units.parser.Parse(chunk, ended)
                while units.done:
                    reading.read += 1
                    yield units.done.popleft()
    except _EntityError as error:
        found = f"declares the entity {error}"
        reading.faults.append(Fault(f"{path}:{units.parser.CurrentLineNumber}", found, "TMX without entities"))
    except (expat.ExpatError, ValueError, LookupError) as error:
        # what was finished before the break still counts
        while units.done:
            reading.read += 1
            yield units.done.popleft()
        line = getattr(error, "lineno", units.parser.CurrentLineNumber)
        reading.faults.append(Fault(f"{path}:{line}", f"broken XML: {error}", AGAIN))
    except (EOFError, zlib.error) as error:
        reading.faults.append(Fault(str(path), f"broken archive: {error}", AGAIN))
    except OSError as error:
        reading.faults.append(Fault(str(path), why_unreadable(error), AGAIN))


class _EntityError(Exception):
    pass


class _Units:
    """Collects the units that expat meets: tu > tuv (a language) > seg (text, with inline elements)."""

    def __init__(self, path: Path) -> None:
        self.done: deque[tuple[str, Mapping[str, str]]] = deque()
        self._path = path
        self._where = ""
        self._unit: dict[str, str] = {}
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

    def _entity(self, name: str, *rest: object) -> None:
        raise _EntityError(name)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "tu":
            self._where, self._unit = f"{self._path}:{self.parser.CurrentLineNumber}", {}
        elif tag == "tuv":
            self._code = language_code(attributes.get("xml:lang") or attributes.get("lang") or "")
        elif tag == "seg":
            self._text, self._length, self._hidden = [], 0, 0
        elif self._text is not None and (self._hidden or tag in CODES):
            self._hidden += 1

    def _characters(self, text: str) -> None:
        if self._text is not None and not self._hidden:
            self._length += len(text)
            if self._length <= LONGEST:
                self._text.append(text)

    def _end(self, tag: str) -> None:
        if tag == "seg" and self._text is not None:
            text = " ".join("".join(self._text).split())
            if self._code and self._length <= LONGEST:
                self._unit.setdefault(self._code, text)
            self._text = None
        elif tag == "tu" and self._where:
            self.done.append((self._where, self._unit))
            self._where = ""
        elif self._text is not None and self._hidden:
            self._hidden -= 1
