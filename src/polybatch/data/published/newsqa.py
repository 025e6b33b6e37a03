"""NewsQA, as MRQA 2019 has it: questions about news stories of CNN."""

from typing import ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.questions import QuestionSource, Tokens
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence

NEWSQA = DataSet(
    "newsqa",
    folder="newsqa",
    licence="none on the hub; NewsQA is for research, its stories are CNN's",
    upstream="huggingface.co/datasets/lucadiliello/newsqa",
    hub=(Repository("lucadiliello/newsqa", ("data/train-*.parquet",)),),
)


class NewsQASource(QuestionSource):
    """`source = "newsqa"`: `data/train-*.parquet` with context, question, answers; see `QuestionSource`."""

    about: ClassVar[About] = NEWSQA.about(
        "question to the passage of a news story that holds the answer", languages=("en",), size="74,160 questions"
    )
    repository: ClassVar[Repository] = NEWSQA.hub[0]
    text: ClassVar[str] = "context"
    answers: ClassVar[str] = "answers"

    source: Literal["newsqa"] = "newsqa"
    name: str = Field("newsqa", description=NAMED)
    licence: Licence = Field(NEWSQA.licence, description=LICENSED)
    tokens: Tokens = 180

    def pattern(self) -> str:
        """The training split."""
        return self.repository.files[0]


PUBLISHED = Published(data_sets=(NEWSQA,), sources=(NewsQASource,))
