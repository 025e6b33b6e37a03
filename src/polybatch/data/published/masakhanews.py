"""MasakhaNEWS: headlines and articles in sixteen languages of Africa. Topics are not used."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.articles import Articles
from polybatch.data.draft import Draft
from polybatch.data.formats import tables
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published, github
from polybatch.data.sources.articles import ArticleSource
from polybatch.data.sources.files import table_rows
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection

NAMES = {
    "am": "amh", "en": "eng", "fr": "fra", "ha": "hau", "ig": "ibo", "lg": "lug", "ln": "lin", "om": "orm",
    "pcm": "pcm", "rn": "run", "sn": "sna", "so": "som", "sw": "swa", "ti": "tir", "xh": "xho", "yo": "yor",
}  # fmt: skip

MASAKHANEWS = DataSet(
    "masakhanews",
    folder="masakhane-news",
    licence="AFL-3.0 (code); news texts for non-commercial research",
    upstream="github.com/masakhane-io/masakhane-news",
    web=github("masakhane-io/masakhane-news", "data/*.tsv"),
)


class MasakhaNewsSource(ArticleSource):
    """`source = "masakhanews"`: `data/<language>/<split>.tsv` with headline, text, url; quotes as in spreadsheets."""

    about: ClassVar[About] = MASAKHANEWS.about(
        "news: headline to the passages of its article; one language a row",
        languages=tuple(NAMES),
        size="30,000 articles",
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
            path = data / MASAKHANEWS.folder / "data" / NAMES[code] / f"{self.split}.tsv"
            works = MASAKHANEWS.works
            for where, row in table_rows(path, reading, fields=("headline", "text"), quotes=True, works=works):
                yield where, code, dict(row)


def load_masakhanews(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "masakhane-news", split: str = "test"
) -> Collection:
    """MasakhaNEWS (arXiv 2304.09972) from a folder with `data/<language>/<split>.tsv`.

    Read: headline, text and url of one split (train, dev or test). The query is the headline, the candidate the
    article's text without it. An article is in one language, so the monolingual setting is the one to read. Rows with
    an address or a text seen before are one article, counted in the notes; each headline is a query and its article
    is the cluster.

    Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=MASAKHANEWS.licence, languages=languages)
    draft.notes |= {"query": "headline", "candidate": "article without the headline", "split": split}
    draft.notes |= {"cluster": "article"}
    draft.notes |= {"relevance judgements": "in the headline's language only"}
    files = {code: path for path in _files(folder, split) if (code := language_code(path.parent.name))}
    if not files:
        raise DataError(
            [Fault(str(folder), "no MasakhaNEWS here", f"data/swa/{split}.tsv and so on, from {MASAKHANEWS.upstream}")]
        )
    articles = Articles(draft)
    for code, path in files.items():
        if draft.wants(code):
            for number, (where, row) in enumerate(
                tables.table_rows(path, draft.faults, fields=("headline", "text", "url"))
            ):
                article = articles.add(code, row["url"], row["text"], where)
                draft.add_query(code, query := f"{code}:{number}", row["headline"], where, cluster=article)
                draft.judge(query, article, 1, where)
    return draft.finish()


def holds_masakhanews(folder: Path) -> bool:
    """Whether a folder looks like MasakhaNEWS: a table of the test split with a headline column."""
    for path in _files(folder, "test"):
        with path.open(encoding="utf-8", errors="replace") as file:
            return "headline" in file.readline().split("\t")
    return False


def _files(folder: Path, split: str) -> list[Path]:
    return sorted(folder.glob(f"data/*/{split}.tsv"))


PUBLISHED = Published(
    data_sets=(MASAKHANEWS,),
    sources=(MasakhaNewsSource,),
    collections={
        name: NamedCollection(
            f"MasakhaNEWS {split}: headline to article, one language",
            MASAKHANEWS,
            partial(load_masakhanews, split=split),
            split=split,
        )
        for name, split in (("masakhane-news", "test"), ("masakhane-news-dev", "dev"))
    },
    layout=FolderLayout("MasakhaNEWS (data/swa/test.tsv)", holds_masakhanews, load_masakhanews),
)
