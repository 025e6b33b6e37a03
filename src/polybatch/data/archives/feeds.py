"""Feeds and sitemaps saved to disk as rows: RSS, RDF, Atom, and news sitemaps beside the pages they list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from polybatch.data.archives.html import html_text
from polybatch.data.formats.bounds import Faults
from polybatch.errors import Fault
from polybatch.extras import required
from polybatch.files import why_unreadable

ENTRIES = {"rss": "item", "RDF": "item", "feed": "entry", "urlset": "url"}
"""What is one document, by the kind of XML: an item of RSS or RDF, an entry of Atom, a page of a sitemap."""

TEXTS = ("encoded", "content", "description", "summary")
DATES = ("pubDate", "published", "publication_date", "date", "updated", "lastmod")


def feed_rows(path: Path, faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of a feed or a sitemap, each with its place `path:number`, counted from 1.

    The longest of content and summary is the text, without its markup. A sitemap has no texts: its pages are read
    where a mirror of the site lies beside it (`HOST/PATH`, `HOST/PATH.html` or `HOST/PATH/index.html`), and are left
    out where they are not there and the sitemap names no title either. XML that declares entities is refused.
    """
    parser = required("defusedxml.ElementTree", "search")
    exceptions = required("defusedxml.common", "search")
    number = 0
    about: dict[str, str] = {}
    root, inside = "", False
    try:
        for event, element in parser.iterparse(path, events=("start", "end"), forbid_dtd=False):
            name = _local(element.tag)
            if event == "start":
                if not root:
                    root = name
                    languages = [value for key, value in element.attrib.items() if _local(key) == "lang"]
                    about |= {"language": languages[0]} if languages else {}
                    if root not in ENTRIES:
                        faults.append(Fault(str(path), f"XML of <{root}>", "RSS, Atom or a sitemap"))
                        return
                inside = inside or name == ENTRIES[root]
            elif name == ENTRIES[root]:
                number, inside = number + 1, False
                row = _row(element, path, faults)
                element.clear()
                if row.get("text") or row.get("title"):
                    yield f"{path}:{number}", about | {key: value for key, value in row.items() if value}
            elif inside or number:
                continue
            elif name == "language" and element.text:
                about["language"] = element.text.strip()
            elif name == "title" and "source" not in about and element.text:
                about["source"] = element.text.strip()
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
    except parser.ParseError as error:
        faults.append(Fault(f"{path}:{error.position[0]}", f"broken XML: {error}", "save the feed again"))
    except exceptions.DefusedXmlException as error:
        faults.append(Fault(str(path), f"refused: {type(error).__name__}", "XML without entities of its own"))
    except (LookupError, ValueError) as error:  # an encoding that nobody knows, or that the parser does not take
        faults.append(Fault(str(path), f"cannot be read ({error})", "XML in UTF-8"))


def _row(entry: Any, path: Path, faults: Faults) -> dict[str, str]:
    fields: dict[str, list[str]] = {}
    for element in entry.iter():
        text = "".join(element.itertext()) if _local(element.tag) in TEXTS else element.text
        fields.setdefault(_local(element.tag), []).append((text or "").strip())

    def first(*names: str) -> str:
        return next((text for name in names for text in fields.get(name, ()) if text), "")

    link = _link(entry) or first("loc")
    text = max((html_text(one)[1] for name in TEXTS for one in fields.get(name, ())), key=len, default="")
    row = {
        "id": first("guid", "id") or link,
        "url": link,
        "title": html_text(first("title"))[1],
        "text": text,
        "date": first(*DATES),
        "language": first("language"),
        "source": first("name") if _local(entry.tag) == "url" else "",
    }
    if _local(entry.tag) == "url" and (page := _page(path.parent, link, faults)):
        title, text = html_text(page)
        row |= {"title": row["title"] or title, "text": text}
    return row


def _link(entry: Any) -> str:
    """The address of an entry: the text of `link` in RSS, and its `href` in Atom, where the article's has no `rel`."""
    for element in entry:
        if _local(element.tag) == "link" and element.get("rel", "alternate") == "alternate":
            return str(element.get("href") or element.text or "").strip()
    return ""


def _page(folder: Path, url: str, faults: Faults) -> str:
    """The page of an address in a mirror below a folder; empty where it is not there, or is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    base = folder / (parts.hostname or "-") / unquote(parts.path).strip("/")
    for file in _candidates(base):
        try:
            # a page's path may hold .. or be a link: nothing outside the folder is read
            if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
                return file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            faults.append(Fault(str(file), f"cannot be read ({error})", "a page in UTF-8"))
    return ""


def _candidates(base: Path) -> Iterator[Path]:
    yield base
    yield base.with_name(base.name + ".html")
    yield base / "index.html"


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]
