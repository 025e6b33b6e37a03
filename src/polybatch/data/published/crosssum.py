"""CrossSum: articles of the BBC on one story in several languages, each with its summary."""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.articles import Articles
from polybatch.data.draft import Draft
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.hub import Repository
from polybatch.data.published import xl_sum
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.data.sources.files import object_rows
from polybatch.data.sources.grouping import passage_groups
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.errors import DataError, Fault
from polybatch.languages import is_usual_script, language_code, upstream_names
from polybatch.records import Collection, Item

ARCHIVE = "_CrossSum.tar.bz2"
FIELDS = ("source_url", "target_url", "summary", "text")
SPLITS = ("train", "val", "test")

CROSSSUM = DataSet(
    "crosssum",
    folder="crosssum",
    licence="CC BY-NC-SA 4.0",
    upstream="huggingface.co/datasets/csebuetnlp/CrossSum",
    hub=(Repository("csebuetnlp/CrossSum", (f"data/{{name}}-{{other}}{ARCHIVE}",)),),
    made_of="xl-sum",
)


class CrossSumSource(Source):
    """`source = "crosssum"`: `data/english-swahili_CrossSum.tar.bz2`, in it `english-swahili_train.jsonl`, and back."""

    about: ClassVar[About] = CROSSSUM.about(
        "BBC news: summary to article, a story in two languages; mined with LaBSE, which favours it",
        languages=xl_sum.LANGUAGES,
        size="1.68 million pairs; en-sw 2,701, en-ne 1,614, ne-sw 513",
    )
    source: Literal["crosssum"] = "crosssum"
    name: str = Field("crosssum", description=NAMED)
    licence: Licence = Field(CROSSSUM.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=2)] = Field(description="languages to read: every pair of them")
    split: Literal["train", "val", "test"] = Field("train", description="upstream's split")
    rows: Limit = 0

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """An item for each two articles that upstream aligns: summaries and whole articles in both languages.

        Upstream has, for languages A and B, a file of articles in A with summaries in B, and another the other way
        round; the rows of one pair of addresses are joined. Held in memory: one pair of languages. Articles that share
        a text share a group, by language.
        """
        if self.knows(self.languages, reading):
            yield from islice(self._items(data, reading), self.rows or None)

    def _items(self, data: Path, reading: Reading) -> Iterator[Item]:
        folder = data / CROSSSUM.folder / "data"
        number = -1
        for one, other in combinations(self.languages, 2):
            there, back = _file(folder, one, other, self.split), _file(folder, other, one, self.split)
            if there is None and back is None:
                works = f"`polybatch data fetch crosssum --languages {one},{other}`, or from {CROSSSUM.upstream}"
                reading.faults.append(Fault(str(folder), f"no articles of {one} and {other}", works))
                continue
            joined: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
            places: dict[tuple[str, str], str] = {}
            for file, article, summary in ((there, one, other), (back, other, one)):
                for where, row in object_rows(file[0], reading, fields=FIELDS, member=file[1]) if file else ():
                    urls = row["source_url"], row["target_url"]
                    key = urls if article == one else (urls[1], urls[0])
                    sides = joined.setdefault(key, {"queries": {}, "passages": {}})
                    if article in sides["passages"]:
                        reading.leave_out("a pair of articles met before", where)
                        continue
                    reading.read -= 1  # rows are joined, and counted once
                    sides["passages"][article], sides["queries"][summary] = row["text"], row["summary"]
                    places.setdefault(key, where)
            for key, sides in joined.items():
                number += 1
                reading.read += 1
                group, further = passage_groups(self.name, sides["passages"], self.languages)
                yield from give(
                    reading,
                    places[key],
                    id=f"{self.name}-{number}",
                    group=group,
                    queries=sides["queries"],
                    passages=sides["passages"],
                    further=further,
                )


def _file(folder: Path, article: str, summary: str, split: str) -> tuple[Path, str] | None:
    """The file of a pair of languages that is there, and the member in it."""
    for name in upstream_names(article):
        for other in upstream_names(summary):
            plain, archive = folder / f"{name}-{other}_{split}.jsonl", folder / f"{name}-{other}{ARCHIVE}"
            if plain.is_file():
                return plain, ""
            if archive.is_file():
                return archive, f"{name}-{other}_{split}.jsonl"
    return None


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
        works = f"data/english-swahili{ARCHIVE} and so on, from {CROSSSUM.upstream}"
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
    yield from json_rows(path, draft.faults, fields=FIELDS, member=member)


PUBLISHED = Published(
    data_sets=(CROSSSUM,),
    sources=(CrossSumSource,),
    collections={
        "crosssum": NamedCollection("CrossSum: summary to BBC article in any language", CROSSSUM, load_crosssum)
    },
    layout=FolderLayout("CrossSum (english-swahili_CrossSum.tar.bz2)", holds_crosssum, load_crosssum),
)
