"""Aligned files with a pair on each line, such as Moses' and OPUS': a line and its translation. Streamed."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.sources.files import aligned_lines
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.sentences import give_translations
from polybatch.data.sources.source import NAMED, About, Licence, Reading, Source
from polybatch.errors import Fault
from polybatch.records import Item


class BitextSource(Source):
    """`source = "bitext"`: line n of one file is line n of every other; plain or .gz. See `lines` for running text."""

    about: ClassVar[About] = About(
        what="aligned files, a pair on each line: a sentence to its translation",
        licence="yours",
        upstream="your own files, or opus.nlpl.eu (Moses' form)",
    )

    source: Literal["bitext"] = "bitext"
    name: str = Field(description=NAMED)
    licence: Licence = Field(description="terms of the texts")
    files: Annotated[dict[str, Annotated[list[str], Field(min_length=1)]], Field(min_length=2)] = Field(
        description="language -> files, under the data folder, aligned in this order"
    )
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a line: a query and a passage in every language. Equal lines in any language share a group.

        A line that is empty, or not UTF-8, in one language is dropped there, and left out where only one is left. Files
        that differ in length are a fault: their lines no longer match.
        """
        if not self.knows(self.files, reading):
            return
        counts = {code: len(paths) for code, paths in self.files.items()}
        if len(set(counts.values())) > 1:
            found = ", ".join(f"{code} {count}" for code, count in counts.items())
            reading.faults.append(Fault(self.name, f"the lists of files differ in length: {found}", "one file each"))
            return
        yield from islice(self._items(data, reading), self.rows or None)

    def folders(self) -> Mapping[str, str]:
        """The first folder of its first file."""
        return {next(iter(self.files.values()))[0].split("/")[0]: self.about.upstream}

    def _items(self, data: Path, reading: Reading) -> Iterator[Item]:
        codes = list(self.files)
        number = -1
        for names in zip(*self.files.values(), strict=True):
            for where, found in aligned_lines([data / name for name in names], reading):
                number += 1
                texts = {code: text for code, text in zip(codes, found, strict=True) if text}
                if len(texts) < 2:
                    reading.leave_out("a line without its translation", where)
                    continue
                yield from give_translations(
                    reading, where, name=self.name, number=number, texts=texts, languages=codes
                )
