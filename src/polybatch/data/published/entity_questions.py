"""EntityQuestions: plain questions about rare entities. Its passages come from a retrieval of yours."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.draft import joined
from polybatch.data.published.data_set import DataSet, Published, WebFile
from polybatch.data.sources.files import list_rows
from polybatch.data.sources.grouping import text_key
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import cleaned, give
from polybatch.data.sources.questions import LANGUAGE
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.errors import Fault
from polybatch.records import Item

ENTITY_QUESTIONS = DataSet(
    "entity-questions",
    folder="entity-questions",
    licence="MIT (questions); CC BY-SA (passages of Wikipedia)",
    upstream="github.com/princeton-nlp/EntityQuestions (questions); DPR's dense_retriever.py or BM25 over them",
    web=(WebFile("https://nlp.cs.princeton.edu/projects/entity-questions/dataset.zip", keep=("dataset/*.json",)),),
    then="these are questions alone: put results of a retrieval, in DPR's form, into retrieved/ there",
)


class EntityQuestionsSource(Source):
    """`source = "entity-questions"`: results of a retrieval over the questions, in DPR's form.

    A file is a JSON list of objects: question, answers, and ctxs, each with id, title, text, has_answer.
    """

    about: ClassVar[About] = ENTITY_QUESTIONS.about(
        "question about an entity to the passage that a retrieval found with the answer in it",
        languages=("en",),
        size="about 177,000 questions",
    )

    source: Literal["entity-questions"] = "entity-questions"
    name: str = Field("entity-questions", description=NAMED)
    licence: Licence = Field(ENTITY_QUESTIONS.licence, description=LICENSED)
    files: str = Field("retrieved/*.json", description="results of the retrieval, under its folder")
    negatives: Annotated[int, Field(ge=0)] = Field(0, description="hard negatives at most: passages without the answer")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item a question: the best passage that has the answer; questions without one are left out."""
        folder = data / ENTITY_QUESTIONS.folder
        paths = sorted(folder.glob(self.files))
        if not paths:
            works = "`polybatch data fetch entity-questions` for the questions; then run a retrieval, its results here"
            reading.faults.append(Fault(str(folder / self.files), "no results of a retrieval", works))
        rows = (row for path in paths for row in list_rows(path, reading))
        for number, (where, row) in enumerate(islice(rows, self.rows or None)):
            found = row.get("ctxs")
            passages = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            best = next((one for one in passages if one.get("has_answer") is True), {})
            others = [one for one in passages if one.get("has_answer") is False]
            yield from give(
                reading,
                where,
                id=f"{self.name}-{number}",
                group=f"{self.name}-{text_key(_text(best))}",
                queries={LANGUAGE: row.get("question")},
                passages={LANGUAGE: _text(best)},
                negatives=[{LANGUAGE: _text(one)} for one in others[: self.negatives]],
            )


def _text(passage: dict[str, Any]) -> str:
    return joined(passage.get("title"), passage.get("text")) if cleaned(passage.get("text")) else ""


PUBLISHED = Published(data_sets=(ENTITY_QUESTIONS,), sources=(EntityQuestionsSource,))
