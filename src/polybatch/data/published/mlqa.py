"""MLQA: questions about Wikipedia in seven languages, each in two to four of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.published.data_set import DataSet, Published, WebFile
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.data.sources.squad import SquadForm

LANGUAGES = ("ar", "de", "en", "es", "hi", "vi", "zh")

MLQA = DataSet(
    "mlqa",
    folder="mlqa",
    licence="CC BY-SA 3.0",
    upstream="dl.fbaipublicfiles.com/MLQA/MLQA_V1.zip",
    web=(
        WebFile(
            "https://dl.fbaipublicfiles.com/MLQA/MLQA_V1.zip",
            keep=("MLQA_V1/*.json",),
            sha256="246e8089933d13007fe80684d5c5c0713d6834cf8b3b4a0ec7c66f0a0d2baac8",
        ),
    ),
)


class MLQASource(SquadForm):
    """`source = "mlqa"`: `MLQA_V1/dev/dev-context-<language>-question-<language>.json`; see `SquadForm`.

    Upstream's files of two languages hold the same questions and paragraphs over again, and are not read.
    """

    about: ClassVar[About] = MLQA.about(
        "question to paragraph, parallel in part; MLQA-R is made of it",
        languages=LANGUAGES,
        size="1,148 questions (dev), 11,590 (test) in English",
    )

    source: Literal["mlqa"] = "mlqa"
    name: str = Field("mlqa", description=NAMED)
    licence: Licence = Field(MLQA.licence, description=LICENSED)
    languages: Annotated[list[Literal[LANGUAGES]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        list(LANGUAGES), description="languages to read"
    )
    split: Literal["dev", "test"] = Field("dev", description="upstream's split; there is none for training")

    def paths(self, data: Path, reading: Reading) -> Mapping[str, Sequence[Path]]:
        """A file a language."""
        folder = data / MLQA.folder / "MLQA_V1" / self.split
        return {code: [folder / f"{self.split}-context-{code}-question-{code}.json"] for code in self.languages}


PUBLISHED = Published(data_sets=(MLQA,), sources=(MLQASource,))
