"""A source of rows that a test has at hand, and a row in few words."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from polybatch.data.sources.source import About, Reading, Source
from polybatch.errors import Fault
from polybatch.records import Item


class Given(Source):
    """Gives `rows` as they are; the rows of `empty` are left out; `refused` refuses the source after the rows."""

    about: ClassVar[About] = About(what="rows of a test", licence="none", upstream="the test")

    source: str = "given"
    name: str = "given"
    licence: str = "none"
    rows: tuple[Item, ...] = ()
    empty: int = 0
    refused: str = ""

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        for item in self.rows:
            reading.read += 1
            yield item
        for number in range(self.empty):
            reading.read += 1
            reading.leave_out("no text", f"file:{number + 1}")
        if self.refused:
            reading.faults.append(Fault("file:9", self.refused))


def row(number: int, query: str = "", passage: str = "", *, group: str = "", **languages: tuple[str, str]) -> Item:
    """A row of English, unless `languages` are given as (query, passage); texts that are not given are clean."""
    english = (query or f"What came in story {number}?", passage or f"Story {number} tells of rain and of the harvest.")
    texts = languages or {"en": english}
    return Item(
        id=f"r-{number}",
        group=group or f"g-{number}",
        queries={code: pair[0] for code, pair in texts.items()},
        passages={code: pair[1] for code, pair in texts.items()},
    )
