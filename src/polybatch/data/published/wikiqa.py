"""WikiQA: questions put to a search engine, and sentences of Wikipedia, each marked as an answer or not."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.grouping import text_key
from polybatch.data.sources.hub import HubSource
from polybatch.data.sources.items import give
from polybatch.data.sources.questions import LANGUAGE
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.records import Item

NO_ANSWER = "marked as no answer"

WIKIQA = DataSet(
    "wikiqa",
    folder="wikiqa",
    licence="Microsoft Research Data License (research)",
    upstream="huggingface.co/datasets/microsoft/wiki_qa",
    hub=(Repository("microsoft/wiki_qa", ("data/train-*.parquet",)),),
)


class WikiQASource(HubSource):
    """`source = "wikiqa"`: `data/train-*.parquet` with question_id, question, answer, label; a row a sentence."""

    about: ClassVar[About] = WIKIQA.about(
        "question to a sentence of Wikipedia, with sentences that do not answer it",
        languages=("en",),
        size="20,360 sentences, of which 1,040 answer",
    )
    repository: ClassVar[Repository] = WIKIQA.hub[0]
    source: Literal["wikiqa"] = "wikiqa"
    name: str = Field("wikiqa", description=NAMED)
    licence: Licence = Field(WIKIQA.licence, description=LICENSED)
    negatives: Annotated[int, Field(ge=0)] = Field(0, description="hard negatives of an item at most")

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item for each sentence that answers; the rest are left out, and may be its hard negatives.

        Rows of one question follow one another upstream. Items of one question share a further group.
        """
        texts = ("question_id", "question", "answer")
        rows = self.read(data, self.repository.files[0], reading, texts=texts, lists=("label",))
        number = -1
        for question, sentences in groupby(rows, key=lambda one: one[1]["question_id"]):
            found = list(sentences)
            others = [{LANGUAGE: row["answer"]} for _, row in found if row["label"] == 0]
            for where, row in found:
                number += 1
                if row["label"] != 1:
                    reading.leave_out(NO_ANSWER, where)
                    continue
                yield from give(
                    reading,
                    where,
                    id=f"{self.name}-{number}",
                    group=f"{self.name}-{text_key(str(row['answer']))}",
                    queries={LANGUAGE: row["question"]},
                    passages={LANGUAGE: row["answer"]},
                    negatives=others[: self.negatives],
                    further=(f"{self.name}-{question}",),
                )


PUBLISHED = Published(data_sets=(WIKIQA,), sources=(WikiQASource,))
