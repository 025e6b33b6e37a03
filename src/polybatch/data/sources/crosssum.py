"""CrossSum for training: articles of the BBC on one story in two languages, each with its summary."""

from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.upstreams import CROSSSUM
from polybatch.data.hub import Repository
from polybatch.data.sources.files import object_rows
from polybatch.data.sources.grouping import passage_groups
from polybatch.data.sources.hub import Limit
from polybatch.data.sources.items import give
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.sources.xlsum import XLSumSource
from polybatch.errors import Fault
from polybatch.languages import upstream_names
from polybatch.records import Item

ARCHIVE = "{name}-{other}_CrossSum.tar.bz2"
FIELDS = ("source_url", "target_url", "summary", "text")


class CrossSumSource(Source):
    """`source = "crosssum"`: `data/english-swahili_CrossSum.tar.bz2`, in it `english-swahili_train.jsonl`, and back."""

    about: ClassVar[About] = About(
        what="BBC news: summary to article, a story in two languages; mined with LaBSE, which favours it",
        licence=CROSSSUM.licence,
        upstream=CROSSSUM.place,
        languages=XLSumSource.about.languages,
        size="1.68 million pairs; en-sw 2,701, en-ne 1,614, ne-sw 513",
        folder="crosssum",
    )
    repository: ClassVar[Repository] = Repository("csebuetnlp/CrossSum", (f"data/{ARCHIVE}",))

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
        folder = data / (self.about.folder or "") / "data"
        number = -1
        for one, other in combinations(self.languages, 2):
            there, back = _file(folder, one, other, self.split), _file(folder, other, one, self.split)
            if there is None and back is None:
                works = f"`polybatch data fetch crosssum --languages {one},{other}`, or from {CROSSSUM.place}"
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
            plain, archive = folder / f"{name}-{other}_{split}.jsonl", folder / ARCHIVE.format(name=name, other=other)
            if plain.is_file():
                return plain, ""
            if archive.is_file():
                return archive, f"{name}-{other}_{split}.jsonl"
    return None
