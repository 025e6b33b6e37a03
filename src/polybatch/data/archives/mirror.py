"""Where the page of an address lies in a mirror of its site, as wget writes it. Not here: what a page says."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from polybatch.data.archives.html import LARGEST, page_row
from polybatch.data.archives.left_out import LeftOut


class Mirror:
    """The pages of a site below a folder: `HOST/PATH`, with `.html` or as `PATH/index.html`; and what is not there.

    In a folder that is itself called HOST, where wget puts a sitemap, it is `PATH`.

    A query is a part of the name (`story.php?id=4`, with `@` as wget writes it for Windows, `.html` or not): two
    queries are two pages, and neither is the page without one. Names may be in any Unicode form. Nothing outside the
    folder is read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def page(self, url: str, where: str, left: LeftOut) -> dict[str, Any]:
        """What the page of an address says; empty where it is not there, or cannot be read, which `left` takes."""
        for file in _candidates(self._folder, url):
            try:
                # a page's path may hold .. or be a link
                if file.is_file() and file.resolve().is_relative_to(self._folder):
                    with file.open("rb") as opened:
                        data = opened.read(LARGEST + 1)
                    left.listed.add(file.resolve())
                    return page_row(data, where, left, url=url)
            except (OSError, ValueError):  # a name that is too long, or no name
                continue
        return {}


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
                site = folder if folder.name == host else folder / host
                yield from _names(site / path, parts.query, is_folder=text.endswith("/") or not path)


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
