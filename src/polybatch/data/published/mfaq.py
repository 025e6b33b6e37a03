"""MFAQ: questions and answers of the web's own lists of frequent questions, in 21 languages, not parallel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.grouping import text_key
from polybatch.data.sources.hub import HubSource
from polybatch.data.sources.items import give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.records import Item

LANGUAGES = (
    "cs", "da", "de", "en", "es", "fi", "fr", "he", "hr", "hu", "id", "it", "nl", "no",
    "pl", "pt", "ro", "ru", "sv", "tr", "vi",
)  # fmt: skip

MFAQ = DataSet(
    "mfaq",
    folder="mfaq",
    licence="CC0-1.0",
    upstream="huggingface.co/datasets/clips/mfaq",
    hub=(Repository("clips/mfaq", ("data/{code}/train.jsonl",)),),
)


class MFAQSource(HubSource):
    """`source = "mfaq"`: `data/<language>/train.jsonl`, a row a page: domain, and qa_pairs of question and answer."""

    about: ClassVar[About] = MFAQ.about(
        "question to answer, from lists of frequent questions; one language a row",
        languages=LANGUAGES,
        size="about 6 million pairs",
    )
    repository: ClassVar[Repository] = MFAQ.hub[0]
    source: Literal["mfaq"] = "mfaq"
    name: str = Field("mfaq", description=NAMED)
    licence: Licence = Field(MFAQ.licence, description=LICENSED)
    languages: Annotated[list[Literal[LANGUAGES]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        ["en"], description="languages to read"
    )

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a pair; `rows` counts pages. Items of one site share a further group: its answers are much alike."""
        for code in self.languages:
            pattern = self.repository.files[0].format(code=code)
            number = -1
            for where, page in self.read(data, pattern, reading, texts=("domain",), lists=("qa_pairs",)):
                pairs = page.get("qa_pairs")
                if not isinstance(pairs, list) or not pairs:
                    reading.leave_out("a page without pairs", where)
                    continue
                reading.read += len(pairs) - 1
                for pair in pairs:
                    number += 1
                    if not isinstance(pair, dict):
                        reading.leave_out("a pair that is no object", where)
                        continue
                    yield from give(
                        reading,
                        where,
                        id=f"{self.name}-{code}-{number}",
                        group=f"{self.name}-{code}-{text_key(str(pair.get('answer')))}",
                        queries={code: pair.get("question")},
                        passages={code: pair.get("answer")},
                        further=(f"{self.name}-{text_key(str(page['domain']))}",),
                    )


PUBLISHED = Published(data_sets=(MFAQ,), sources=(MFAQSource,))
