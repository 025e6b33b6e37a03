"""NewsQA, as MRQA 2019 has it: questions about news stories of CNN."""

from typing import ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.sources.questions import QuestionSource, Tokens
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence

LICENCE = "none on the hub; NewsQA is for research, its stories are CNN's"


class NewsQASource(QuestionSource):
    """`source = "newsqa"`: `data/train-*.parquet` with context, question, answers; see `QuestionSource`."""

    about: ClassVar[About] = About(
        what="question to the passage of a news story that holds the answer",
        licence=LICENCE,
        upstream="huggingface.co/datasets/lucadiliello/newsqa",
        languages=("en",),
        size="74,160 questions",
        folder="newsqa",
    )
    repository: ClassVar[Repository] = Repository("lucadiliello/newsqa", ("data/train-*.parquet",))
    text: ClassVar[str] = "context"
    answers: ClassVar[str] = "answers"

    source: Literal["newsqa"] = "newsqa"
    name: str = Field("newsqa", description=NAMED)
    licence: Licence = Field(LICENCE, description=LICENSED)
    tokens: Tokens = 180

    def pattern(self) -> str:
        """The training split."""
        return self.repository.files[0]
