"""CrossSum: find BBC news articles by a summary that was written, in another language, for the same story."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from polybatch.data.collections.articles import Articles
from polybatch.data.collections.upstreams import CROSSSUM
from polybatch.data.draft import Draft
from polybatch.data.formats.jsonl import json_rows
from polybatch.errors import DataError, Fault
from polybatch.languages import is_usual_script, language_code
from polybatch.records import Collection

ARCHIVE = "_CrossSum.tar.bz2"
SPLITS = ("train", "val", "test")


def load_crosssum(folder: Path, *, languages: Sequence[str] | None = None, name: str = "crosssum") -> Collection:
    """CrossSum (arXiv 2112.08804) from the upstream archives or what they hold, as one pool of the languages found.

    Read, for every pair: `data/english-swahili_CrossSum.tar.bz2` (in it, `english-swahili_<split>.jsonl`), or those
    files in the folder or in `data/`: source_url, target_url, text (an article in the source language) and summary (in
    the target language). Queries are the summaries of the test split; candidates the articles of all splits that are
    there, since a test split alone is a small pool. Relevant are the articles that upstream aligns with a summary, and
    its own article where a pair of its language with itself gives that. Articles with an address or a text seen before
    are one, counted in the notes. Articles joined by a chain of alignments are the cluster. Upstream has neither titles
    nor dates here, and its alignments were mined with LaBSE, which favours LaBSE.

    Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=CROSSSUM.licence, languages=languages)
    draft.notes |= {"query": "summary of the test split", "candidate": "article of any split", "mined with": "LaBSE"}
    draft.notes |= {"cluster": "article"}
    files = _files(folder)
    if not files:
        works = f"data/english-swahili{ARCHIVE} and so on, from {CROSSSUM.place}"
        raise DataError([Fault(str(folder), "no CrossSum here", works)])
    articles, stories = Articles(draft), _Stories()
    asked: list[tuple[str, str, str, str, str]] = []
    for (source, target), (path, split) in files:
        if not (draft.wants(source) & draft.wants(target)):
            continue
        for where, row in _rows(path, split, draft):
            article = articles.add(source, row["source_url"], row["text"], where, repeats=True)
            stories.join((source, row["source_url"]), (target, row["target_url"]))
            if split == "test":
                asked.append((target, row["target_url"], row["summary"], article, where))
    for code, address, summary, _, where in asked:
        story = "{}:{}".format(*stories.of((code, address)))
        draft.add_query(code, f"{code}:{address}", summary, where, cluster=story, repeats=True)
    for code, address, _, article, where in asked:
        draft.judge(f"{code}:{address}", article, 1, where)
    return draft.finish()


def holds_crosssum(folder: Path) -> bool:
    """Whether a folder looks like CrossSum: archives or files that are named by two languages."""
    return bool(_files(folder))


class _Stories:
    """Articles joined by alignments, each story known by its least article (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[tuple[str, str], tuple[str, str]] = {}

    def of(self, article: tuple[str, str]) -> tuple[str, str]:
        """The least article of an article's story."""
        while (parent := self._parent.setdefault(article, article)) != article:
            self._parent[article] = self._parent[parent]
            article = parent
        return article

    def join(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Make two stories one."""
        least, rest = sorted((self.of(one), self.of(other)))
        self._parent[rest] = least


def _files(folder: Path) -> list[tuple[tuple[str, str], tuple[Path, str]]]:
    """Pairs of languages with a file and its split, the test split first; scripts that are not usual are left out."""
    found = []
    for place in (folder, folder / "data"):
        for split in reversed(SPLITS):
            for path in sorted([*place.glob(f"*-*_{split}.jsonl"), *place.glob(f"*-*{ARCHIVE}")]):
                names = path.name.removesuffix(ARCHIVE).removesuffix(f"_{split}.jsonl").split("-")
                codes = [language_code(one) for one in names if is_usual_script(one)]
                if len(codes) == 2 and codes[0] and codes[1]:
                    found.append(((codes[0], codes[1]), (path, split)))
    return found


def _rows(path: Path, split: str, draft: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    member = path.name.replace(ARCHIVE, f"_{split}.jsonl") if path.name.endswith(ARCHIVE) else ""
    fields = ("source_url", "target_url", "summary", "text")
    yield from json_rows(path, draft.faults, fields=fields, member=member)
