"""MasakhaNEWS: find a news article by its headline, in each of sixteen languages of Africa. Topics are not used."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.articles import Articles
from polybatch.data.collections.upstreams import MASAKHANEWS
from polybatch.data.draft import Draft
from polybatch.data.formats.tables import table_rows
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection


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
            [Fault(str(folder), "no MasakhaNEWS here", f"data/swa/{split}.tsv and so on, from {MASAKHANEWS.place}")]
        )
    articles = Articles(draft)
    for code, path in files.items():
        if draft.wants(code):
            for number, (where, row) in enumerate(table_rows(path, draft.faults, fields=("headline", "text", "url"))):
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
