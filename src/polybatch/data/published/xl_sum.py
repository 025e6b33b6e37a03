"""XL-Sum: articles of the BBC in 45 languages, with their titles and summaries."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.articles import Articles
from polybatch.data.draft import Draft
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.data.sources.articles import ArticleSource
from polybatch.data.sources.files import object_rows
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.data.text import usual_files
from polybatch.errors import DataError, Fault
from polybatch.languages import NAMES, upstream_names
from polybatch.records import Collection

LANGUAGES = (
    "am", "ar", "az", "bn", "cy", "en", "es", "fa", "fr", "gd", "gu", "ha", "hi", "id", "ig", "ja", "ko", "ky", "mr",
    "my", "ne", "om", "pa", "pcm", "ps", "pt", "rn", "ru", "si", "so", "sr", "sw", "ta", "te", "th", "ti", "tr", "uk",
    "ur", "uz", "vi", "yo", "zh",
)  # fmt: skip
ARCHIVE = "_XLSum_v2.0.tar.bz2"

XL_SUM = DataSet(
    "xl-sum",
    folder="xl-sum",
    licence="CC BY-NC-SA 4.0",
    upstream="huggingface.co/datasets/csebuetnlp/xlsum",
    hub=(Repository("csebuetnlp/xlsum", (f"data/{{name}}{ARCHIVE}",)),),
)


class XLSumSource(ArticleSource):
    """`source = "xl-sum"`: `data/swahili_XLSum_v2.0.tar.bz2`, in it `swahili_train.jsonl`; or that file in `data/`."""

    about: ClassVar[About] = XL_SUM.about(
        "BBC news: title or summary to its article; one language a row",
        languages=LANGUAGES,
        size="1.35 million articles",
    )
    source: Literal["xl-sum"] = "xl-sum"
    name: str = Field("xl-sum", description=NAMED)
    licence: Licence = Field(XL_SUM.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    split: Literal["train", "val", "test"] = Field("train", description="upstream's split")

    def articles(self, data: Path, reading: Reading) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The rows of each language's file; the title is the headline."""
        if not self.knows(self.languages, reading):
            return
        for code in self.languages:
            path, member = self._file(data / XL_SUM.folder / "data", code)
            works = f"`polybatch data fetch xl-sum --languages {code}`, or from {XL_SUM.upstream}"
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
            if (folder / f"{name}{ARCHIVE}").is_file():
                return folder / f"{name}{ARCHIVE}", f"{name}_{self.split}.jsonl"
        return folder / f"{names[0]}{ARCHIVE}", f"{names[0]}_{self.split}.jsonl"


def load_xlsum(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "xl-sum", query: str = "summary"
) -> Collection:
    """XL-Sum's test split (Hasan et al., Findings of ACL 2021) from the upstream archives or what they hold.

    Read: `data/swahili_XLSum_v2.0.tar.bz2` (in it, `swahili_test.jsonl`), or `swahili_test.jsonl` in the folder or in
    `data/`: url, title, summary, text. The query is the `summary` or the `title`, the candidate the text. An article is
    in one language, so the monolingual setting is the one to read; `load_crosssum` joins languages. Rows with an
    address or a text seen before are one article, counted in the notes. Of two files in one language the one in its
    usual script is read; the others are named in the notes.

    Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=XL_SUM.licence, languages=languages)
    draft.notes |= {"query": query, "candidate": "article", "cluster": "article", "split": "test"}
    draft.notes |= {"relevance judgements": "in the query's language only"}
    files = usual_files(((_language(path), path) for path in _files(folder)), draft.notes)
    if not files:
        raise DataError(
            [Fault(str(folder), "no XL-Sum here", f"data/swahili{ARCHIVE} and so on, from {XL_SUM.upstream}")]
        )
    articles = Articles(draft)
    for code, path in files.items():
        if not draft.wants(code):
            continue
        member = f"{_language(path)}_test.jsonl" if path.name.endswith(ARCHIVE) else ""
        rows = json_rows(path, draft.faults, fields=("url", "title", "summary", "text"), member=member)
        for number, (where, row) in enumerate(rows):
            article = articles.add(code, row["url"], row["text"], where)
            draft.add_query(code, one := f"{code}:{number}", row[query], where, cluster=article)
            draft.judge(one, article, 1, where)
    return draft.finish()


def holds_xlsum(folder: Path) -> bool:
    """Whether a folder looks like XL-Sum: its archives, or test files named by one language each."""
    return bool(_files(folder))


def _files(folder: Path) -> list[Path]:
    places = (folder, folder / "data")
    plain = [path for place in places for path in place.glob("*_test.jsonl") if "-" not in path.name]
    return plain or [path for place in places for path in place.glob(f"*{ARCHIVE}")]


def _language(path: Path) -> str:
    return path.name.removesuffix("_test.jsonl").removesuffix(ARCHIVE)


PUBLISHED = Published(
    data_sets=(XL_SUM,),
    sources=(XLSumSource,),
    collections={
        "xl-sum": NamedCollection("XL-Sum: summary to BBC article, one language", XL_SUM, load_xlsum, split="test"),
        "xl-sum-titles": NamedCollection(
            "XL-Sum: title to BBC article, one language", XL_SUM, partial(load_xlsum, query="title"), split="test"
        ),
    },
    layout=FolderLayout("XL-Sum (swahili_XLSum_v2.0.tar.bz2)", holds_xlsum, load_xlsum),
)
