"""XL-Sum: find a BBC news article by its summary or its title, in each of 45 languages."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.articles import Articles
from polybatch.data.collections.upstreams import XLSUM
from polybatch.data.draft import Draft
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.text import usual_files
from polybatch.errors import DataError, Fault
from polybatch.records import Collection

ARCHIVE = "_XLSum_v2.0.tar.bz2"


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
    draft = Draft(name, folder, licence=XLSUM.licence, languages=languages)
    draft.notes |= {"query": query, "candidate": "article", "cluster": "article", "split": "test"}
    draft.notes |= {"relevance judgements": "in the query's language only"}
    files = usual_files(((_language(path), path) for path in _files(folder)), draft.notes)
    if not files:
        raise DataError([Fault(str(folder), "no XL-Sum here", f"data/swahili{ARCHIVE} and so on, from {XLSUM.place}")])
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
