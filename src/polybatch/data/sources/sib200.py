"""SIB-200 for training: sentences of FLORES in 205 languages, without their topics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.upstreams import SIB200
from polybatch.data.hub import Repository
from polybatch.data.sources.files import table_rows
from polybatch.data.sources.sentences import Sentence, sentence_items
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.text import choose_files, usual_files
from polybatch.errors import Fault
from polybatch.records import Item


class SIB200Source(Source):
    """`source = "sib-200"`: `data/annotated/swh_Latn/train.tsv`, or `data/swh_Latn/`, with index_id and text."""

    about: ClassVar[About] = About(
        what="sentences of Wikipedia, parallel: a sentence to its translation; sib-200 tests on all of its splits",
        licence=SIB200.licence,
        upstream=SIB200.place,
        size="701 sentences (train), 99 (dev), 204 (test), 205 languages",
        folder="sib-200",
    )
    repository: ClassVar[Repository] = Repository("Davlan/sib200", ("data/*.tsv",))

    source: Literal["sib-200"] = "sib-200"
    name: str = Field("sib-200", description=NAMED)
    licence: Licence = Field(SIB200.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    split: Literal["train", "dev", "test"] = Field("train", description="upstream's split")

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """See `sentence_items`: sentences are joined by index_id; one that a language lacks is an item of the rest."""
        folder = data / (self.about.folder or "")
        if not self.knows(self.languages, reading):
            return
        paths = folder.glob(f"data/**/{self.split}.tsv")
        found = usual_files(((path.parent.name, path) for path in paths if "_" in path.parent.name), {})
        if not found:
            works = f"`polybatch data fetch sib-200`, or from {SIB200.place}"
            reading.faults.append(Fault(str(folder), f"no {self.split}.tsv of SIB-200", works))
            return
        files = choose_files(found, self.languages, reading.faults, where=folder, missing="no folder in {!r}")
        texts: dict[str, dict[str, str]] = {}
        places: dict[str, str] = {}
        for code, path in files.items():
            for where, row in table_rows(path, reading, fields=("index_id", "text"), quotes=True):
                sentence = texts.setdefault(row["index_id"], {})
                if code in sentence:
                    reading.leave_out(f"an id met before in {code}", where)
                    continue
                reading.read -= 1  # languages are joined, and counted once
                sentence[code] = row["text"]
                places.setdefault(row["index_id"], where)
        rows: list[Sentence] = [(id, places[id], "", sentence) for id, sentence in texts.items()]
        if not reading.faults:
            yield from sentence_items(self.name, rows, reading)
