"""Any archive as articles: the readers by the ends of file names, whole folders, and one look at all before work."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from polybatch.data.archives.feeds import feed_rows
from polybatch.data.archives.fields import Article, Fields
from polybatch.data.archives.html import ENDS as PAGES
from polybatch.data.archives.html import is_page, page_rows
from polybatch.data.archives.json_files import json_file_rows
from polybatch.data.archives.left_out import LeftOut, file_of
from polybatch.data.archives.texts import ENDS, text_rows
from polybatch.data.archives.wxr import is_wxr, wxr_rows
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.parquet import parquet_rows
from polybatch.data.formats.tables import table_rows
from polybatch.data.formats.texts import is_macos
from polybatch.errors import DataError, Fault

Rows = Iterator[tuple[str, dict[str, Any]]]
Reader = Callable[[Path, LeftOut], Rows]


def _xml_rows(path: Path, left: LeftOut) -> Rows:
    return wxr_rows(path, left) if is_wxr(path) else feed_rows(path, left)


READERS: dict[str, Reader] = {
    ".jsonl": json_rows,
    ".ndjson": json_rows,
    ".json": json_file_rows,
    ".csv": partial(table_rows, mark=""),
    ".tsv": table_rows,
    ".parquet": partial(parquet_rows, nested=False),
    ".rss": feed_rows,
    ".atom": feed_rows,
    ".xml": _xml_rows,
    ".wxr": wxr_rows,
    ".jsonl.gz": json_rows,
    ".ndjson.gz": json_rows,
    ".csv.gz": partial(table_rows, mark=""),
    ".tsv.gz": table_rows,
    ".rss.gz": feed_rows,
    ".atom.gz": feed_rows,
    ".xml.gz": _xml_rows,
    ".wxr.gz": wxr_rows,
}
"""What reads a file, by the end of its name, in capitals too."""

FEEDS = {feed_rows, _xml_rows}
REPLACED = "an item that a later feed has in other words, under the same id"
VARIANT = "a page of an address that a page before it has"

FORMATS = ", ".join([*READERS, *ENDS, *PAGES])
ALLOWED = 0.1  # share of an archive's rows that may be bad

Check = Callable[[Article, str], list[Fault]]
"""What else must be true of an article: every fault, at its place."""


@dataclass
class Archive:
    """Files and folders, and what their fields mean: `fields` has names for some of them (see `names`).

    `look` reads all of it, and says what is wrong; `articles` reads it again, and by then the order of dates is known.
    """

    paths: Sequence[Path]
    fields: dict[str, str] = field(default_factory=dict)
    check: Check = lambda article, where: []

    def __post_init__(self) -> None:
        self._fields = Fields(self.fields)
        self._replaced: set[str] = set()

    def articles(self, left: LeftOut) -> Iterator[tuple[str, Article]]:
        """The articles, one at a time, each with its place; what is wrong goes to `left`, and what is left out.

        Of a folder, every file below it that has a known end is read, in the order of names; hidden ones are not. Pages
        come last: those that no sitemap before them lists are an article each. Two articles with one id are one where
        they say the same; else the later one is a fault; but of two pages the first is the article, and of two feeds,
        saved day by day, the later one: read the archive once before what is kept.
        """
        ids: dict[bytes, tuple[str, bytes, bool]] = {}
        for path, rows in _files(self.paths, left):
            for where, row in rows(path, left):
                article = self._fields.article(row, where, left.note)
                if isinstance(article, list):
                    faults = article
                elif not (faults := self.check(article, where)):
                    key, content = _hash(article.id), _hash(repr(article))
                    if where in self._replaced:
                        left.note(REPLACED, where)
                        continue
                    here = (where, content, rows in FEEDS)
                    place, before, is_feed = ids.setdefault(key, here)
                    if place == where:
                        left.good[file_of(where)] += 1
                        yield where, article
                    elif before == content:
                        left.note("word for word an article before it, under the same id", where)
                    elif is_feed and rows in FEEDS and file_of(place) != file_of(where):
                        left.note(REPLACED, place)
                        self._replaced.add(place)
                        ids[key] = here
                    elif _known_reader(path, path) is None:
                        left.note(VARIANT, where)
                    else:
                        what = f"id {article.id[:80]!r} is that of {place} too"
                        left.append(Fault(where, what, "one document for an id"))
                for fault in faults[:1]:  # a row counts once
                    left.append(fault._replace(found="; ".join(fault.found for fault in faults)))

    def look(
        self,
        left: LeftOut,
        *,
        strict: bool = False,
        allow: float = ALLOWED,
        each: Callable[[str, Article], None] = lambda where, article: None,
    ) -> int:
        """Read the archive to its end, and show it article by article: how many. Raises DataError where it is unfit.

        That is: none at all, a path that is not there, and more than `allow` of the rows bad, or, if `strict`, any.
        """
        faults = [
            Fault(str(path), "no such file or folder", f"a folder, or a file that ends in {FORMATS}")
            for path in self.paths
            if not path.exists()
        ]
        faults += [
            Fault(str(path), "ends in no known format", f"a folder, or a file that ends in {FORMATS}")
            for path in self.paths
            if path.is_file() and _known_reader(path, path) is None and not is_page(path)
        ]
        if faults:
            raise DataError(faults)
        articles = 0
        for where, article in self.articles(left):
            articles += 1
            each(where, article)
        if strict and left.rows:
            raise DataError(left.each())
        bad = left.rows / max(1, left.rows + articles)
        if left.rows and (bad > allow or not articles):
            percent = f"{left.rows:,} of {left.rows + articles:,} rows are bad"
            enough = (
                f"correct them, or give --allow-bad {min(1, -(-bad * 100 // 1) / 100):g}"
                if articles
                else "correct them"
            )
            raise DataError([*left.told(), Fault("the archive", percent, enough)])
        if not articles:
            known = f"files that end in {FORMATS}"
            raise DataError([Fault(", ".join(map(str, self.paths)), "no document", "; ".join([*left.said(), known]))])
        return articles

    def said(self) -> list[str]:
        """What had to be assumed of dates, a line for each column."""
        return [
            f"{column}: {count:,} dates such as 03/04/2024 are read {order} first, because no date of the column"
            " shows the order; 2024-04-03 is unambiguous"
            for column, count, order in self._fields.dates.unclear()
        ]


def _hash(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def _files(roots: Sequence[Path], left: LeftOut) -> Iterator[tuple[Path, Reader]]:
    """The files below some folders, each with its reader; pages last, as sitemaps before them may have read them."""
    rest: list[tuple[Path, Path]] = []
    for root in roots:
        for path in _visible(root, left):
            if reader := _known_reader(path, root):
                yield path, reader
            else:
                rest.append((path, root))
    for path, root in rest:
        if path.resolve() in left.listed:
            continue
        if is_page(path):
            yield path, partial(page_rows, root=root)
        else:
            left.passed[f"that end in {path.suffix.lower() or 'nothing'}"] += 1


def _visible(root: Path, left: LeftOut) -> Iterator[Path]:
    """The files below a folder in the order of names, or the file itself; hidden ones and the like are counted."""
    if not root.is_dir():
        yield root
        return
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        if is_macos(path):
            left.passed["._ files of macOS"] += 1
        elif any(part.startswith(".") for part in path.relative_to(root).parts):
            left.passed["hidden"] += 1
        elif path.name == "robots.txt":
            left.passed["robots.txt"] += 1
        else:
            yield path


def _known_reader(path: Path, root: Path) -> Reader | None:
    name = path.name.lower()
    if name.endswith(ENDS):
        return lambda path, faults: text_rows(path, faults, root=root)
    return next((reader for end, reader in READERS.items() if name.endswith(end)), None)
