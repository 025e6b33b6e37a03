"""MasakhaNEWS for training: headlines and articles in sixteen languages of Africa. Topics are not used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.upstreams import MASAKHANEWS
from polybatch.data.sources.articles import ArticleSource
from polybatch.data.sources.files import table_rows
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading

NAMES = {
    "am": "amh", "en": "eng", "fr": "fra", "ha": "hau", "ig": "ibo", "lg": "lug", "ln": "lin", "om": "orm",
    "pcm": "pcm", "rn": "run", "sn": "sna", "so": "som", "sw": "swa", "ti": "tir", "xh": "xho", "yo": "yor",
}  # fmt: skip


class MasakhaNewsSource(ArticleSource):
    """`source = "masakhanews"`: `data/<language>/<split>.tsv` with headline, text, url; quotes as in spreadsheets."""

    about: ClassVar[About] = About(
        what="news: headline to the passages of its article; one language a row",
        licence=MASAKHANEWS.licence,
        upstream=MASAKHANEWS.place,
        languages=tuple(NAMES),
        size="30,000 articles",
        folder="masakhane-news",
    )

    source: Literal["masakhanews"] = "masakhanews"
    name: str = Field("masakhanews", description=NAMED)
    licence: Licence = Field(MASAKHANEWS.licence, description=LICENSED)
    languages: Annotated[list[Literal[tuple(NAMES)]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        description="languages to read"
    )
    split: Literal["train", "dev", "test"] = Field("train", description="upstream's split")

    def articles(self, data: Path, reading: Reading) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The rows of each language's table."""
        for code in self.languages:
            path = data / (self.about.folder or "") / "data" / NAMES[code] / f"{self.split}.tsv"
            works = f"`polybatch data fetch masakhanews`, or from {MASAKHANEWS.place}"
            for where, row in table_rows(path, reading, fields=("headline", "text"), quotes=True, works=works):
                yield where, code, dict(row)
