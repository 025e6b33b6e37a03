"""Yahoo Answers: what people asked one another, and the answer that was liked best."""

from typing import ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.questions import QuestionSource
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence

YAHOO_ANSWERS = DataSet(
    "yahoo-answers",
    folder="yahoo-answers",
    licence="none on the hub; Yahoo released it for research",
    upstream="huggingface.co/datasets/sentence-transformers/yahoo-answers",
    hub=(
        Repository(
            "sentence-transformers/yahoo-answers",
            ("title-answer-pair/train-*.parquet", "question-answer-pair/train-*.parquet"),
        ),
    ),
)


class YahooAnswersSource(QuestionSource):
    """`source = "yahoo-answers"`: `title-answer-pair/train-*.parquet` and its like; see `QuestionSource`."""

    about: ClassVar[About] = YAHOO_ANSWERS.about(
        "question, its title or its body, to the best answer",
        languages=("en",),
        size="1.2 million pairs by title, 681,000 by body",
    )
    repository: ClassVar[Repository] = YAHOO_ANSWERS.hub[0]
    text: ClassVar[str] = "answer"

    source: Literal["yahoo-answers"] = "yahoo-answers"
    name: str = Field("yahoo-answers", description=NAMED)
    licence: Licence = Field(YAHOO_ANSWERS.licence, description=LICENSED)
    query: Literal["title", "question"] = Field("title", description="the query: the title, or the body below it")

    def pattern(self) -> str:
        """The training split."""
        return f"{self.query}-answer-pair/train-*.parquet"

    def columns(self) -> tuple[str, str]:
        """The column that the query is chosen to be, and the answer."""
        return self.query, self.text


PUBLISHED = Published(data_sets=(YAHOO_ANSWERS,), sources=(YahooAnswersSource,))
