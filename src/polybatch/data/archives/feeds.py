"""Feeds and sitemaps saved to disk as rows: RSS, RDF, Atom, news sitemaps. Not here: the pages that a sitemap lists."""

import codecs
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from gzip import BadGzipFile
from html.entities import name2codepoint
from pathlib import Path
from typing import Any

from polybatch.data.archives.left_out import LeftOut
from polybatch.data.archives.mirror import Mirror
from polybatch.data.formats.lines import chunks, opened
from polybatch.errors import Fault
from polybatch.extras import required
from polybatch.files import why_unreadable
from polybatch.text.html import fragment_text

ENTRIES = {"rss": "item", "RDF": "item", "feed": "entry", "urlset": "url"}
"""What is one document, by the root of the XML: an item of RSS or RDF, an entry of Atom, a page of a sitemap."""

INDEX = "sitemapindex"  # lists sitemaps, which are files of the archive themselves

ROOTS = {
    "rss": "rss",
    "RDF": "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF",
    "feed": "{http://www.w3.org/2005/Atom}feed",
}
"""The root under which feedparser sees entries, which bring namespaces of their own."""

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXTS = {"title", "description", "summary", "content", "encoded"}
ABOUT = {"guid", "id", "link", "pubDate", "published", "updated", "modified", "issued", "created", "date", "language"}
READ = TEXTS | ABOUT | {"source"}
"""Children of an entry that feedparser is shown: it would give pictures' captions (`media:description`) as the text."""

PREFIXES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
}
"""Prefixes that feeds use without declaring them."""

LONGEST_FIELD = 8_192  # characters of what is no text; an index takes no more
MISSING = "pages of a sitemap that are not in the mirror beside it"
AGAIN = "save the feed again"
CHUNK = 1 << 16  # bytes read at once
LARGEST = 1 << 22  # bytes of an entry
MOST_ERRORS = 5_000  # of XML that is still read; a flood of them takes a minute and a gigabyte
BATCH = 64  # entries shown to feedparser at once
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")  # how UTF-16 begins
ENTITY = re.compile(rb"&([a-zA-Z][a-zA-Z0-9]{0,31});")
BARE = re.compile(rb"&(?!#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{0,31};)")
LESS = re.compile(rb"<(?![!?])(?=[^<>]*<)")  # what begins no tag
LONGEST_ENTITY = 34
HARMLESS = {"ERR_INVALID_CHAR"}  # a control character, which goes


def feed_rows(path: Path, left: LeftOut) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of a feed or a sitemap, each with its place `path:number`, counted from 1; plain or gzipped.

    The longest of content and summary is the text, without its markup. An entry's own language goes before the feed's,
    the title of the source that it names before the feed's title. A sitemap's pages are read from a mirror of the site
    beside it (see `Mirror`); those that are not there and of which the sitemap names no title either are noted.
    An index of sitemaps has no entries. XML that is broken is read as far as it goes, and is a fault at its line; XML
    that declares entities is refused. Read entry by entry: memory does not grow with the file.
    """
    from lxml import etree

    required("feedparser", "search")
    try:
        # whatever could load or expand something is off; `recover` reads what is not well-formed
        parser = etree.XMLPullParser(
            events=("start", "end"),
            recover=True,
            encoding=_encoding(path),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        with opened(path) as file:
            yield from _rows(_elements(chunks(file, path, CHUNK), parser), path, left)
        for fault in _broken(parser.feed_error_log, path):
            left.append(fault)
    except etree.XMLSyntaxError as error:
        left.append(Fault(f"{path}:{error.lineno or 1}", f"broken XML: {error.msg}", AGAIN))
    except ValueError as error:  # a recovered attribute of the head that no XML may hold
        left.append(Fault(str(path), f"broken XML: {error}", AGAIN))
    except (BadGzipFile, EOFError, zlib.error) as error:
        left.append(Fault(str(path), f"broken archive: {error}", AGAIN))
    except OSError as error:
        left.append(Fault(str(path), why_unreadable(error)))


def _rows(elements: Any, path: Path, left: LeftOut) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of all entries; the tree is pruned as it grows."""
    root: Any = None
    feed: _Feed | None = None
    mirror: Mirror | None = None
    kind, number = "", 0
    for event, element in elements:
        name = _local(element)
        if root is None:
            root, kind = element, name
            if wrong := _refused(root):
                left.append(Fault(str(path), *wrong))
            if wrong or kind == INDEX:
                return
            feed = None if kind == "urlset" else _Feed(root)
            mirror = None if feed else Mirror(path.parent)
        if event == "start":
            continue
        parent = element.getparent()
        if name == ENTRIES[kind]:
            number += 1
            where = f"{path}:{number}"
            if mirror and (row := _page_row(element, mirror, where, left)):
                yield where, row
            elif feed and not feed.add(where, element):
                left.append(Fault(where, f"an entry of more than {LARGEST >> 20} MiB", "an article of a usual length"))
            elif feed and feed.full:
                yield from feed.rows()
            _forget(element)
        elif parent is root or (parent is not None and _local(parent) == "channel"):
            if feed:
                feed.about(name, element)
            if name != "channel":
                _forget(element)
    if feed:
        yield from feed.rows()


class _Feed:
    """Entries as feedparser understands them, a batch at a time, under the head of their feed."""

    def __init__(self, root: Any) -> None:
        self._kind = _local(root)
        self._root = root
        self._head: dict[str, bytes] = {}
        self._channel: dict[str, str] = {}
        self._places: list[str] = []
        self._entries: list[bytes] = []

    def about(self, name: str, element: Any) -> None:
        """Take what the feed says of all its entries, from a child of its root or its channel."""
        if name in ("title", "language") and _local(element.getparent()) in ("channel", "feed"):
            _shorten(element)
            self._head.setdefault(name, _written(element))
            self._channel = self._language(element.getparent().attrib)

    def add(self, where: str, entry: Any) -> bool:
        """Take an entry, or say that it is too large. What feedparser need not see of it is removed."""
        for child in list(entry):
            if _local(child) not in READ or _is_media(child):
                entry.remove(child)
            elif _local(child) not in TEXTS:
                for part in child.iter():
                    _shorten(part)
        written = _written(entry)
        if len(written) <= LARGEST:
            self._places.append(where)
            self._entries.append(written)
        return len(written) <= LARGEST

    @property
    def full(self) -> bool:
        """Whether the batch is."""
        return len(self._entries) >= BATCH

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The rows of the batch, which then is empty."""
        import feedparser

        places, entries = self._places, self._entries
        self._places, self._entries = [], []
        # feedparser's own cleaning is off: it takes five times as long, and what it keeps becomes text here
        parse = partial(feedparser.parse, sanitize_html=False, resolve_relative_uris=False)
        parsed = parse(self._document(entries))
        read = parsed.entries
        if len(read) != len(entries):  # in one there is another, by a name that feedparser takes for an entry's
            read = [next(iter(parse(self._document([entry])).entries), {}) for entry in entries]
        for where, entry in zip(places, read, strict=True):
            yield where, _entry_row(entry, parsed.feed)

    @staticmethod
    def _language(attributes: Mapping[str, str]) -> dict[str, str]:
        return {LANG: attributes[LANG]} if LANG in attributes else {}

    def _document(self, entries: Sequence[bytes]) -> bytes:
        from lxml import etree

        head, batch = b"".join(self._head.values()), b"".join(entries)
        root = etree.Element(ROOTS[self._kind], self._language(self._root.attrib))
        around = root if self._kind == "feed" else etree.SubElement(root, "channel", self._channel)
        around.append(etree.Comment("entries"))
        written: bytes = etree.tostring(root)
        return written.replace(b"<!--entries-->", head + batch)


def _entry_row(entry: Any, feed: Any) -> dict[str, Any]:
    """A row of what feedparser says of an entry."""
    contents = [(part.get("value") or "", part.get("language")) for part in entry.get("content", ())]
    contents.append((entry.get("summary") or "", entry.get("summary_detail", {}).get("language")))
    text, language = max(((fragment_text(markup), own) for markup, own in contents), key=lambda one: len(one[0]))
    link = entry.get("link") or ""
    link = link if link.startswith(("http:", "https:")) else ""  # feedparser takes an id for one where there is none
    row = {
        "id": entry.get("id") or link,
        "url": link,
        "title": _line(entry.get("title") or ""),
        "text": text,
        "date": _date(entry),
        "language": entry.get("language") or language or entry.get("title_detail", {}).get("language"),
        "source": _line(entry.get("source", {}).get("title") or feed.get("title") or ""),
    }
    row["language"] = row["language"] or feed.get("language")
    return {key: value or "" for key, value in row.items()}


def _date(entry: Any) -> str:
    """When an entry was published, else when it was changed, as it is written."""
    # the dict's own `get`: feedparser's gives one for another, and warns
    return next((text for name in ("published", "created", "updated") if (text := dict.get(entry, name))), "")


def _page_row(url: Any, mirror: Mirror, where: str, left: LeftOut) -> dict[str, Any]:
    """The row of a page that a sitemap lists, from the mirror; empty where neither text nor title is known."""
    own = {_local(child): (child.text or "").strip() for child in url}
    news = {_local(part): (part.text or "").strip() for part in url.iter() if "sitemap-news" in str(part.tag)}
    address = own.get("loc", "")
    title = _line(news.get("title", ""))
    page = mirror.page(address, where, left)
    if not page and not title:
        left.note(MISSING, where)
    row = {
        **page,
        "id": address,
        "url": address,
        "title": title or page.get("title", ""),
        "date": news.get("publication_date") or page.get("date") or own.get("lastmod", ""),
        "language": news.get("language") or page.get("language", ""),
        "source": news.get("name") or page.get("source", ""),
    }
    return {key: value for key, value in row.items() if value} if page or title else {}


def _refused(root: Any) -> tuple[str, ...]:
    """Why XML of this root is not read: found, and what would be; empty where it is."""
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        return "refused: it declares entities", "XML that declares no entities"
    if _local(root) not in (*ENTRIES, INDEX):
        return f"XML of <{_local(root)[:80]}>", "RSS, Atom or a sitemap"
    return ()


def _broken(log: Any, path: Path) -> list[Fault]:
    """The first error of XML that was read all the same, in which something may be lost."""
    if len(log) > MOST_ERRORS:
        return [
            Fault(f"{path}:{log[0].line}", f"broken XML, {len(log)} errors and more: {log[0].message.strip()}", AGAIN)
        ]
    first = next((error for error in log if error.domain_name == "PARSER" and error.type_name not in HARMLESS), None)
    if first is None:
        return []
    return [Fault(f"{path}:{first.line}", f"broken XML, read as far as possible: {first.message.strip()}", AGAIN)]


def _elements(read: Iterator[bytes], parser: Any) -> Iterator[tuple[str, Any]]:
    """The beginnings and ends of elements, as they are read."""
    for piece in _mended(read):
        parser.feed(piece)
        yield from parser.read_events()
        if len(parser.feed_error_log) > MOST_ERRORS:
            break
    parser.close()
    yield from parser.read_events()


def _encoding(path: Path) -> str | None:
    """windows-1252 where a file says or suggests UTF-8 and is not, as browsers have it; else what the file says."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opened(path) as file:
        read = chunks(file, path, CHUNK)
        start = next(read, b"")
        told = re.match(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)""", start.removeprefix(codecs.BOM_UTF8))
        if start.startswith(WIDE) or (told and told[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
            return None
        try:
            decoder.decode(start)
            for chunk in read:
                decoder.decode(chunk)
        except UnicodeDecodeError:
            return "windows-1252"
    return None


def _mended(read: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a file, in which a bare `&` or `<` is written as XML has it, and entities of HTML are numbers."""
    data = next(read, b"")
    if data.startswith(WIDE):
        yield data
        yield from read
        return
    data = data.removeprefix(codecs.BOM_UTF8).lstrip()  # WordPress often writes an empty line before the declaration
    for more in read:
        start = data.rfind(b"&", -LONGEST_ENTITY)
        cut = len(data) if start < 0 else start  # what may go on in the next piece waits for it
        yield _well_formed(data[:cut])
        data = data[cut:] + more
    yield _well_formed(data)


def _well_formed(data: bytes) -> bytes:
    return LESS.sub(b"&lt;", BARE.sub(b"&amp;", ENTITY.sub(_number, data)))


def _number(entity: re.Match[bytes]) -> bytes:
    """An entity of HTML as XML has it; XML's own as they are, and what is none as text."""
    name = entity[1].decode()
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return entity[0]
    return b"&#%d;" % name2codepoint[name] if name in name2codepoint else b"&amp;%s;" % entity[1]


def _forget(element: Any) -> None:
    """Empty an element that was read, and drop those before it; it stays itself, as the parser may hold on to it."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _written(element: Any) -> bytes:
    """An element by itself, as XML that anyone can read: prefixes that were never declared are declared or dropped."""
    from lxml import etree

    for part in element.iter():
        prefix, colon, name = str(part.tag).partition(":") if "{" not in str(part.tag) else ("", "", "")
        name = name.replace(":", "-")
        if colon:
            part.tag = f"{{{PREFIXES[prefix]}}}{name}" if prefix in PREFIXES else (name or "x")
        for key in [key for key in part.attrib if ":" in key and "{" not in key]:
            del part.attrib[key]
    written: bytes = etree.tostring(element, with_tail=False)
    return written


def _shorten(element: Any) -> None:
    """Cut what is no text to just over what a field may have, so that it is refused and takes no time before."""
    if element.text and len(element.text) > LONGEST_FIELD:
        element.text = element.text[: LONGEST_FIELD + 1]


def _local(element: Any) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _is_media(element: Any) -> bool:
    """Whether an element tells of a picture or a film (`media:title`)."""
    return "/mrss" in str(element.tag) or str(element.tag).startswith("media:")


def _line(markup: str) -> str:
    return " ".join(fragment_text(markup).split())
