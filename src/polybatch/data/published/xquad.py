"""XQuAD: 1,190 questions of SQuAD, and their paragraphs, translated by people into 11 languages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.published.data_set import RAW, DataSet, Published, WebFile
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.data.sources.squad import SquadForm

LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ro", "ru", "th", "tr", "vi", "zh")

XQUAD = DataSet(
    "xquad",
    folder="xquad",
    licence="CC BY-SA 4.0",
    upstream="github.com/google-deepmind/xquad",
    web=(WebFile(RAW.format("google-deepmind/xquad/master/xquad.{code}.json"), codes=LANGUAGES),),
)


class XQuADSource(SquadForm):
    """`source = "xquad"`: `xquad.<language>.json`; see `SquadForm`. Never test on XQuAD-R then."""

    about: ClassVar[About] = XQUAD.about(
        "question to paragraph, parallel; XQuAD-R is made of it", languages=LANGUAGES, size="1,190 questions"
    )

    source: Literal["xquad"] = "xquad"
    name: str = Field("xquad", description=NAMED)
    licence: Licence = Field(XQUAD.licence, description=LICENSED)
    languages: Annotated[list[Literal[LANGUAGES]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        list(LANGUAGES), description="languages to read"
    )

    def paths(self, data: Path, reading: Reading) -> Mapping[str, Sequence[Path]]:
        """A file a language."""
        return {code: [data / XQUAD.folder / f"xquad.{code}.json"] for code in self.languages}


PUBLISHED = Published(data_sets=(XQUAD,), sources=(XQuADSource,))
