"""NTREX-128 for training: 123 news documents in 128 languages, line by line, translated by people."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.upstreams import NTREX
from polybatch.data.pairing import Document
from polybatch.data.sources.items import give_document
from polybatch.data.sources.running import PAIRS, Kinds, Tokens
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.text import check_aligned, choose_files, read_lines
from polybatch.errors import Fault
from polybatch.languages import language_code
from polybatch.records import Item


class NTREXSource(Source):
    """`source = "ntrex"`: `DOCUMENT_IDS.tsv` beside `NTREX-128/newstest2019-ref.swa.txt`. Never test on it."""

    about: ClassVar[About] = About(
        what="news, parallel: headline to passages, sentence to the next; ntrex-news is made of it",
        licence=NTREX.licence,
        upstream=NTREX.place,
        size="123 documents, 1,997 lines, 128 languages",
        folder="ntrex",
    )

    source: Literal["ntrex"] = "ntrex"
    name: str = Field("ntrex", description=NAMED)
    licence: Licence = Field(NTREX.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    pairs: Kinds = Field(["headline", "next"], description=PAIRS)
    tokens: Tokens = 180

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """The pairs of each document, whose first line is its headline; a document is a group. Held in memory.

        Of several files in one language (zho-CN, zho-TW), the one with the shortest, then first code is read. A fault
        in any line refuses the source, since its files must align.
        """
        folder = data / (self.about.folder or "")
        if not self.knows(self.languages, reading):
            return
        works = f"`polybatch data fetch ntrex`, or from {NTREX.place}"
        if not (folder / "NTREX-128").is_dir():
            reading.faults.append(Fault(str(folder / "NTREX-128"), "no such folder", works))
            return
        files: dict[str, Path] = {}
        for path in sorted(
            (folder / "NTREX-128").glob("newstest2019-*.txt"), key=lambda one: (len(one.name), one.name)
        ):
            if code := language_code(path.name.removesuffix(".txt").split(".")[-1]):
                files.setdefault(code, path)
        files = choose_files(files, self.languages, reading.faults, where=folder, missing="no file for {!r}")
        marks_path = folder / "DOCUMENT_IDS.tsv"
        marks = read_lines(marks_path, reading.faults, works=works)
        texts = {code: read_lines(path, reading.faults) for code, path in files.items()}
        check_aligned({marks_path: marks} | {files[code]: lines for code, lines in texts.items()}, reading.faults)
        if reading.faults:
            return
        documents: dict[str, list[int]] = defaultdict(list)
        for line, mark in enumerate(marks):
            documents[mark].append(line)
        for mark, (first, *body) in documents.items():
            document = Document(
                id=f"{self.name}-{mark}",
                sentences={code: [lines[line] for line in body] for code, lines in texts.items()},
                headlines={code: lines[first] for code, lines in texts.items()},
                aligned=True,
            )
            yield from give_document(document, self.pairs, self.tokens, reading, f"{marks_path}:{first + 1}")
