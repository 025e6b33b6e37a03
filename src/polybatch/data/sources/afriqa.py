"""AfriQA for training: questions in ten African languages, translated, with passages in English and French."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.upstreams import AFRIQA
from polybatch.data.draft import joined
from polybatch.data.sources.files import object_rows
from polybatch.data.sources.grouping import passage_groups
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import cleaned, give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.errors import Fault
from polybatch.languages import language_code
from polybatch.records import Item

LANGUAGES = ("ak", "bem", "fon", "ha", "ig", "rw", "sw", "wo", "yo", "zu")
PIVOTS = ("en", "fr")


class AfriQASource(Source):
    """`source = "afriqa"`: `data/gold_passages/swa/gold_span_passages.afriqa.swa.en.train.json`, a row a question."""

    about: ClassVar[About] = About(
        what="African question, and its translation, to an English or French passage",
        licence=AFRIQA.licence,
        upstream=AFRIQA.place,
        languages=(*LANGUAGES, *PIVOTS),
        size="12,000 questions over all splits",
        folder="afriqa",
    )

    source: Literal["afriqa"] = "afriqa"
    name: str = Field("afriqa", description=NAMED)
    licence: Licence = Field(AFRIQA.licence, description=LICENSED)
    languages: Annotated[list[Literal[LANGUAGES]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        list(LANGUAGES), description="languages of the questions"
    )
    split: Literal["train", "dev"] = Field("train", description="upstream's split; test is kept for evaluation")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a question with a gold passage: title and text. The passage is the group."""
        folder = data / (self.about.folder or "")
        named = (
            (language_code(path.name.split(".")[-4]), language_code(path.name.split(".")[-3]), path)
            for path in sorted(folder.glob(f"data/gold_passages/*/gold_span_passages.afriqa.*.*.{self.split}.json"))
        )
        paths = [
            (asked, answering, path)
            for asked, answering, path in named
            if asked and asked in self.languages and answering in PIVOTS
        ]
        if not paths:
            found = f"no gold passages of the {self.split} split in {', '.join(self.languages)}"
            reading.faults.append(Fault(str(folder), found, f"`polybatch data fetch afriqa`, or from {AFRIQA.place}"))
        number = -1
        for asked, answering, path in paths:
            for where, row in islice(object_rows(path, reading, fields=("id", "question_lang")), self.rows or None):
                number += 1
                text = joined(row.get("title"), row.get("context")) if cleaned(row.get("context")) else ""
                group, further = passage_groups(self.name, {answering: text}, PIVOTS)
                yield from give(
                    reading,
                    where,
                    id=f"{self.name}-{number}",
                    group=group,
                    queries={asked: row["question_lang"], answering: row.get("question_translated")},
                    passages={answering: text},
                    further=further,
                )
