"""Where the page of an address lies in a mirror of its site, as wget writes it. Not here: what a page says."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from polybatch.errors import Fault
from polybatch.files import why_unreadable
from polybatch.data.archives.html import LARGEST, page_row


class Mirror:
    """The pages of a site below a folder: `HOST/PATH`, with `.html` or as `PATH/index.html`; and what is not there.

    A query is a part of the name (`story.php?id=4`, with `@` as wget writes it for Windows, `.html` or not): two
    queries are two pages, and neither is the page without one. Names may be in any Unicode form. Nothing outside the
    folder is read.
    """

    def __init__(self, folder: Path, where: str) -> None:
        self._folder = folder.resolve()
        self._where = where
        self._read = 0
        self._missing: list[str] = []

    def page(self, url: str, faults: list[Fault], *, needed: bool) -> dict[str, Any]:
        """What the page of an address says; empty where it is not there, which counts as missing if it is needed."""
        for file in _candidates(self._folder, url):
            try:
                # a page's path may hold .. or be a link
                if file.is_file() and file.resolve().is_relative_to(self._folder):
                    self._read += 1
                    return self._page(file, url, faults)
            except (OSError, ValueError):  # a name that is too long, or no name
                continue
        if needed:
            self._missing.append(url)
        return {}

    def missing(self) -> list[Fault]:
        """One fault for all pages that were needed and are not there."""
        if not self._missing:
            return []
        found = f"{len(self._missing)} pages are not beside it, the first {self._missing[0][:200]!r}"
        return [Fault(self._where, found, "a mirror of the site, in a folder HOST")]

    def _page(self, file: Path, url: str, faults: list[Fault]) -> dict[str, Any]:
        try:
            with file.open("rb") as opened:
                data = opened.read(LARGEST + 1)
        except OSError as error:
            faults.append(Fault(str(file), why_unreadable(error)))
            return {}
        return page_row(data, str(file), faults, url=url)


def _candidates(folder: Path, url: str) -> Iterator[Path]:
    """The files that an address may be in, the likeliest first."""
    try:
        parts = urlsplit(url)
        hosts = [parts.hostname or "-"] + [f"{parts.hostname}{mark}{parts.port}" for mark in ":+" if parts.port]
    except ValueError:
        return
    for text in dict.fromkeys((unquote(parts.path), parts.path)):
        for form in ("NFC", "NFD"):
            path = unicodedata.normalize(form, text).strip("/")
            for host in hosts:
                yield from _names(folder / host / path, parts.query, is_folder=text.endswith("/") or not path)


def _names(base: Path, query: str, *, is_folder: bool) -> Iterator[Path]:
    if not query:
        yield base
        yield base.with_name(base.name + ".html")
        yield base.with_name(base.name + ".htm")
        yield base / "index.html"
        return
    stem = base / "index.html" if is_folder else base
    for asked in dict.fromkeys((query, unquote(query))):
        for mark in "?@":
            name = f"{stem.name}{mark}{asked.replace('/', '%2F')}"
            yield stem.with_name(name)
            yield stem.with_name(name + ".html")
