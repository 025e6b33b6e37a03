"""TyDi QA's gold passages: questions that people asked in nine languages, paragraphs of their Wikipedia."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.published.data_set import DataSet, Published, WebFile
from polybatch.data.sources.grouping import text_key
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.sources.squad import questions
from polybatch.records import Item

NAMES = {
    "ar": "arabic", "bn": "bengali", "en": "english", "fi": "finnish", "id": "indonesian", "ko": "korean",
    "ru": "russian", "sw": "swahili", "te": "telugu",
}  # fmt: skip

TYDIQA = DataSet(
    "tydiqa",
    folder="tydiqa",
    licence="Apache-2.0",
    upstream="storage.googleapis.com/tydiqa/v1.1/",
    web=(WebFile("https://storage.googleapis.com/tydiqa/v1.1/tydiqa-goldp-v1.1-train.json"),),
)


class TyDiQASource(Source):
    """`source = "tydiqa"`: `tydiqa-goldp-v1.1-train.json`, in SQuAD's form; ids begin with the language's name."""

    about: ClassVar[About] = TYDIQA.about(
        "question to paragraph of Wikipedia; one language a row",
        languages=tuple(NAMES),
        size="49,881 questions, 2,755 of them Swahili",
    )

    source: Literal["tydiqa"] = "tydiqa"
    name: str = Field("tydiqa", description=NAMED)
    licence: Licence = Field(TYDIQA.licence, description=LICENSED)
    languages: Annotated[list[Literal[tuple(NAMES)]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        list(NAMES), description="languages to read"
    )
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a question. The paragraph is the group, the article a further one. The file is read whole."""
        path = data / TYDIQA.folder / "tydiqa-goldp-v1.1-train.json"
        works = TYDIQA.works
        codes = {name: code for code, name in NAMES.items() if code in self.languages}
        seen: set[str] = set()
        for one in islice(questions(path, reading, works=works), self.rows or None):
            reading.read += 1
            code = codes.get(one.id.partition("-")[0])
            if code is None:
                reading.leave_out("another language", one.where)
            elif one.id in seen:
                reading.leave_out("an id met before", one.where)
            else:
                yield from give(
                    reading,
                    one.where,
                    id=f"{self.name}-{one.id}",
                    group=f"{self.name}-{code}-{text_key(one.context)}",
                    queries={code: one.text},
                    passages={code: one.context},
                    further=(f"{self.name}-{code}-{one.title}" if one.title else "",),
                )
            seen.add(one.id)


PUBLISHED = Published(data_sets=(TYDIQA,), sources=(TyDiQASource,))
