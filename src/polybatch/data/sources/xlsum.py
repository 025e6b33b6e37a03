"""XL-Sum for training: articles of the BBC in 45 languages, with their titles and summaries."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.upstreams import XLSUM
from polybatch.data.hub import Repository
from polybatch.data.sources.articles import ArticleSource
from polybatch.data.sources.files import object_rows
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.languages import NAMES, upstream_names

LANGUAGES = (
    "am", "ar", "az", "bn", "cy", "en", "es", "fa", "fr", "gd", "gu", "ha", "hi", "id", "ig", "ja", "ko", "ky", "mr",
    "my", "ne", "om", "pa", "pcm", "ps", "pt", "rn", "ru", "si", "so", "sr", "sw", "ta", "te", "th", "ti", "tr", "uk",
    "ur", "uz", "vi", "yo", "zh",
)  # fmt: skip
ARCHIVE = "{name}_XLSum_v2.0.tar.bz2"


class XLSumSource(ArticleSource):
    """`source = "xl-sum"`: `data/swahili_XLSum_v2.0.tar.bz2`, in it `swahili_train.jsonl`; or that file in `data/`."""

    about: ClassVar[About] = About(
        what="BBC news: title or summary to its article; one language a row",
        licence=XLSUM.licence,
        upstream=XLSUM.place,
        languages=LANGUAGES,
        size="1.35 million articles",
        folder="xl-sum",
    )
    repository: ClassVar[Repository] = Repository("csebuetnlp/xlsum", (f"data/{ARCHIVE}",))

    source: Literal["xl-sum"] = "xl-sum"
    name: str = Field("xl-sum", description=NAMED)
    licence: Licence = Field(XLSUM.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    split: Literal["train", "val", "test"] = Field("train", description="upstream's split")

    def articles(self, data: Path, reading: Reading) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The rows of each language's file; the title is the headline."""
        if not self.knows(self.languages, reading):
            return
        for code in self.languages:
            path, member = self._file(data / (self.about.folder or "") / "data", code)
            works = f"`polybatch data fetch xl-sum --languages {code}`, or from {XLSUM.place}"
            for where, row in object_rows(
                path, reading, fields=("title", "summary", "text"), member=member, works=works
            ):
                yield where, code, row | {"headline": row["title"]}

    def _file(self, folder: Path, code: str) -> tuple[Path, str]:
        """The file of a language and the member in it; of those there might be, where none is there."""
        names = sorted(upstream_names(code), key=lambda name: (NAMES.get(name) is None, name)) or [code]
        for name in names:
            if (folder / f"{name}_{self.split}.jsonl").is_file():
                return folder / f"{name}_{self.split}.jsonl", ""
            if (folder / ARCHIVE.format(name=name)).is_file():
                return folder / ARCHIVE.format(name=name), f"{name}_{self.split}.jsonl"
        return folder / ARCHIVE.format(name=names[0]), f"{names[0]}_{self.split}.jsonl"
