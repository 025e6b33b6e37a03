"""A saved web page as a row: its article by trafilatura, and what it says of itself. Nothing is fetched or run."""

import codecs
import logging
import re
from collections.abc import Iterator
from configparser import ConfigParser
from functools import cache
from pathlib import Path
from typing import Any

from polybatch.data.archives.left_out import LeftOut
from polybatch.data.archives.texts import told_by_path
from polybatch.data.formats.lines import is_html
from polybatch.errors import Fault
from polybatch.extras import required
from polybatch.files import why_unreadable
from polybatch.languages import language_code
from polybatch.text.html import fragment_text
from polybatch.text.identification import differs

LARGEST = 1 << 24  # bytes of a page
MOST_TAGS = 20_000  # of a page in which an article is looked for; a longer one would take minutes
SHORTEST = 10  # characters of an article; of a shorter one trafilatura takes the whole page, menus and all
ENDS = (".html", ".htm", ".xhtml")
"""How the names of saved pages end."""

HEAD = 4_096  # bytes in which a page says its charset
WHOLE = "pages in which trafilatura sees no article: all that they show was taken"
UNLISTED = "pages that no sitemap lists: the id is the address that a page gives for itself, else its path"

HTML = {"list": "ul", "item": "li", "row": "tr", "cell": "td", "head": "h2", "lb": "br", "quote": "blockquote"}
"""The names that trafilatura gives to elements, and HTML's."""

CAPTIONS = {"figure": "div", "figcaption": "p"}  # trafilatura drops pictures, with the words beneath them

# what browsers take a name for that means less than what is written under it
WIDER = {"iso8859-1": "windows-1252", "ascii": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030"}


def is_page(path: Path) -> bool:
    """Whether a file is a web page, by the end of its name or by how it begins (`story.php?id=4`)."""
    if path.name.lower().endswith(ENDS):
        return True
    try:
        with path.open("rb") as file:
            return is_html(file.read(HEAD))
    except OSError:
        return False


def page_rows(path: Path, left: LeftOut, *, root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The one document of a page that no sitemap lists, which is remarked: see `page_row`.

    Its id is the canonical address that it names, else its path below `root`; what it does not say of its language and
    source, its folders do, as for text files.
    """
    try:
        with path.open("rb") as file:
            row = page_row(file.read(LARGEST + 1), str(path), left)
    except OSError as error:
        left.append(Fault(str(path), why_unreadable(error)))
        return
    if row:
        left.remark(UNLISTED, str(path))
        told = told_by_path(path, root)
        yield str(path), {**told, **row, "id": row.get("url") or told["id"]}


def page_row(data: bytes, where: str, left: LeftOut, *, url: str = "") -> dict[str, Any]:
    """Title, text, date, language, source and address of a page; empty, with a fault, where it is too large.

    The text is the article's, a block on each line; where trafilatura finds none, all that the page shows, which is
    remarked. The page's language is believed unless the text surely is in another. The charset is UTF-8 where that
    fits, else what the page declares, else what its bytes suggest.
    """
    trafilatura = required("trafilatura", "search")
    _config()
    if len(data) > LARGEST:
        left.append(Fault(where, f"a page of more than {LARGEST >> 20} MiB", "a page of an article"))
        return {}
    html = _decoded(data)
    tree = trafilatura.load_html(html) if html.count("<") <= MOST_TAGS else None
    page = None if tree is None else _extracted(tree, url)
    text = _text(page.body) if page else ""
    row = {"title": _line(page.title or "") if page else _title(html), "text": text.strip() or fragment_text(html)}
    if not text.strip() and row["text"]:
        left.remark(WHOLE, where)
    if page:
        row |= {"date": page.date or "", "url": page.url or "", "source": page.sitename or ""}
    head, _, rest = row["text"].partition("\n")
    if rest and head == row["title"]:
        row["text"] = rest
    language = "" if tree is None else _language(tree)
    if language and not differs(row["text"], language):
        row["language"] = language
    return {key: value for key, value in row.items() if value}


def _extracted(tree: Any, url: str) -> Any:
    """What trafilatura finds in a page; None where it finds no text."""
    import trafilatura

    for element in tree.iter(*CAPTIONS):
        element.tag = CAPTIONS[element.tag]
    return trafilatura.bare_extraction(
        tree,
        url=url or None,
        fast=True,
        favor_recall=True,
        include_comments=False,
        with_metadata=True,
        config=_config(),
        # a day that the text only mentions is no date of the page
        date_extraction_params={"original_date": True, "extensive_search": False},
    )


def _text(body: Any) -> str:
    """The text of what trafilatura kept, without the dashes and bars that its own form of lists and tables has."""
    from lxml import etree

    for element in body.iter(*HTML):
        element.tag = HTML[element.tag]
    return fragment_text(etree.tostring(body, encoding="unicode", method="html"))


@cache
def _config() -> ConfigParser:
    from trafilatura.settings import use_config

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read is taken whole, and remarked
    config: ConfigParser = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(SHORTEST))
    return config


def _decoded(data: bytes) -> str:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    told = re.search(rb"""charset\s*=\s*["']?([a-zA-Z0-9_.:-]+)""", data[:HEAD], re.IGNORECASE)
    try:
        name = codecs.lookup(told[1].decode()).name if told else ""
        return data.decode(WIDER.get(name, name), errors="replace") if name not in ("", "utf-8") else _guessed(data)
    except LookupError:
        return _guessed(data)


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes  # as trafilatura does

    best = from_bytes(data[: 16 * HEAD]).best()
    return data.decode(best.encoding if best else "windows-1252", errors="replace")


def _language(tree: Any) -> str:
    """The language that a page says it is in, by our code; empty where it says none that we know."""
    told = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    if not told.strip():
        told = next(iter(tree.xpath("//meta[@http-equiv='content-language' or @property='og:locale']/@content")), "")
    return language_code(str(told).strip()) or ""


def _title(html: str) -> str:
    title = re.search(r"<title[^<>]*>([^<]*)", html[: 16 * HEAD], re.IGNORECASE)
    return _line(title[1]) if title else ""


def _line(markup: str) -> str:
    return " ".join(fragment_text(markup).split())
