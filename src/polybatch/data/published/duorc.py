"""DuoRC: questions about the plots of films, as Wikipedia (SelfRC) or as IMDb (ParaphraseRC) tells them."""

from typing import ClassVar, Literal

from pydantic import Field

from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, Published
from polybatch.data.sources.questions import QuestionSource, Tokens
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence

DUORC = DataSet(
    "duorc",
    folder="duorc",
    licence="MIT",
    upstream="huggingface.co/datasets/ibm-research/duorc",
    hub=(Repository("ibm-research/duorc", ("SelfRC/train-*.parquet", "ParaphraseRC/train-*.parquet")),),
)


class DuoRCSource(QuestionSource):
    """`source = "duorc"`: `SelfRC/train-*.parquet` with plot, question, answers; see `QuestionSource`."""

    about: ClassVar[About] = DUORC.about(
        "question to the passage of a film's plot that holds the answer",
        languages=("en",),
        size="60,721 questions (SelfRC), 69,524 (ParaphraseRC)",
    )
    repository: ClassVar[Repository] = DUORC.hub[0]
    text: ClassVar[str] = "plot"
    answers: ClassVar[str] = "answers"

    source: Literal["duorc"] = "duorc"
    name: str = Field("duorc", description=NAMED)
    licence: Licence = Field(DUORC.licence, description=LICENSED)
    plots: Literal["SelfRC", "ParaphraseRC"] = Field(
        "SelfRC", description="SelfRC: the question was asked of this plot; ParaphraseRC: of another telling of it"
    )
    tokens: Tokens = 180

    def pattern(self) -> str:
        """The training split of one of the two halves."""
        return f"{self.plots}/train-*.parquet"


PUBLISHED = Published(data_sets=(DUORC,), sources=(DuoRCSource,))
