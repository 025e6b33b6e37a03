"""Natural Questions as pairs: questions put to a search engine, and paragraphs of Wikipedia."""

from typing import ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.questions import QuestionSource
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence

NATURAL_QUESTIONS = DataSet(
    "natural-questions",
    folder="natural-questions",
    licence="CC BY-SA 3.0",
    upstream="huggingface.co/datasets/sentence-transformers/natural-questions",
    hub=(Repository("sentence-transformers/natural-questions", ("pair/train-*.parquet",)),),
)


class NaturalQuestionsSource(QuestionSource):
    """`source = "natural-questions"`: `pair/train-*.parquet` with query, answer; see `QuestionSource`."""

    about: ClassVar[About] = NATURAL_QUESTIONS.about(
        "question to a paragraph of Wikipedia, its title before it", languages=("en",), size="100,231 questions"
    )
    repository: ClassVar[Repository] = NATURAL_QUESTIONS.hub[0]
    question: ClassVar[str] = "query"
    text: ClassVar[str] = "answer"

    source: Literal["natural-questions"] = "natural-questions"
    name: str = Field("natural-questions", description=NAMED)
    licence: Licence = Field(NATURAL_QUESTIONS.licence, description=LICENSED)

    def pattern(self) -> str:
        """The training split."""
        return self.repository.files[0]


PUBLISHED = Published(data_sets=(NATURAL_QUESTIONS,), sources=(NaturalQuestionsSource,))
