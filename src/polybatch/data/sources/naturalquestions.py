"""Natural Questions as pairs: questions put to a search engine, and paragraphs of Wikipedia."""

from typing import ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.sources.questions import QuestionSource
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence


class NaturalQuestionsSource(QuestionSource):
    """`source = "natural-questions"`: `pair/train-*.parquet` with query, answer; see `QuestionSource`."""

    about: ClassVar[About] = About(
        what="question to a paragraph of Wikipedia, its title before it",
        licence="CC BY-SA 3.0",
        upstream="huggingface.co/datasets/sentence-transformers/natural-questions",
        languages=("en",),
        size="100,231 questions",
        folder="natural-questions",
    )
    repository: ClassVar[Repository] = Repository("sentence-transformers/natural-questions", ("pair/train-*.parquet",))
    question: ClassVar[str] = "query"
    text: ClassVar[str] = "answer"

    source: Literal["natural-questions"] = "natural-questions"
    name: str = Field("natural-questions", description=NAMED)
    licence: Licence = Field("CC BY-SA 3.0", description=LICENSED)

    def pattern(self) -> str:
        """The training split."""
        return self.repository.files[0]
