"""WordPress' own export (WXR) as rows, streamed by lxml; nothing from elsewhere is read. Not here: feeds."""

import re
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile
from pathlib import Path
from typing import IO, Any

from polybatch.data.formats.bounds import Faults
from polybatch.data.formats.lines import AGAIN, chunks, opened
from polybatch.errors import Fault
from polybatch.files import why_unreadable

NAMESPACE = b"wordpress.org/export/"
LOOK = 1 << 14  # bytes of a file by which it is told that it is WordPress'
CHUNK = 1 << 16  # bytes read at once
END = b"</item>"
LONGEST = 1 << 20  # bytes of an item that are held back to its end
MOST_ERRORS = 5_000  # of XML that is still read; a flood of them takes a minute

# what no XML may hold, and exports do; a tab and line ends stay
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 13))
_SHORTCODE = re.compile(
    r"\[/?(?:caption|gallery|embed|audio|video|playlist|wp_caption|vc_\w+|et_pb_\w+)\b[^\]\[]{0,2000}\]"
)


def is_wxr(path: Path) -> bool:
    """Whether an XML file is an export of WordPress."""
    try:
        with opened(path) as file:
            return NAMESPACE in file.read(LOOK)
    except (OSError, EOFError, zlib.error):
        return False


def wxr_rows(path: Path, faults: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    """The items of an export, each with its place `path: item 1`: posts, pages, drafts and attachments as they come.

    A post has its own language where Polylang or WPML say one, else the site's; the group of its translations by
    Polylang; no text where it has a password. Control characters are passed over. An item within which the XML is
    broken is a fault, and the next is read; XML that declares entities is refused, with what comes after.
    """
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("end",), tag=None, recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    number, wrong, line, started = 0, 0, 1, False
    site: dict[str, str] = {}
    try:
        with opened(path) as file:
            for piece in _pieces(file, path):
                parser.feed(piece)
                for _, element in parser.read_events():
                    name = _local(element)
                    parent = element.getparent()
                    if not started:
                        started = True
                        if (declared := element.getroottree().docinfo.internalDTD) is not None and list(
                            declared.iterentities()
                        ):
                            faults.append(Fault(str(path), "refused: entities declared", "XML without entities"))
                            return
                    if name != "item":
                        if name in ("title", "language") and parent is not None and _local(parent) == "channel":
                            site.setdefault("source" if name == "title" else name, (element.text or "").strip())
                        continue
                    number += 1
                    where = f"{path}: item {number}"
                    broken = _errors(parser)[wrong:]
                    wrong += len(broken)
                    if broken:
                        line, what = broken[0].line, broken[0].message
                        faults.append(Fault(where, f"broken XML at line {line}: {what}", "export it again"))
                    else:
                        yield where, site | _row(element)
                    _forget(element)
                if wrong > MOST_ERRORS:
                    faults.append(Fault(f"{path}:{line}", "too much broken XML to read on", "export it again"))
                    return
            parser.close()
    except etree.XMLSyntaxError as error:
        faults.append(Fault(f"{path}:{error.lineno or 1}", f"broken XML: {error.msg}", AGAIN))
        return
    except (BadGzipFile, EOFError, zlib.error) as error:
        faults.append(Fault(str(path), f"broken archive: {error}", AGAIN))
        return
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error), AGAIN))
        return
    late = _errors(parser)[wrong:]
    if late:
        faults.append(Fault(f"{path}:{late[0].line}", f"broken XML: {late[0].message}", "export it again"))


def _errors(parser: Any) -> list[Any]:
    return [error for error in parser.feed_error_log if error.level_name != "WARNING"]


def _pieces(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """The bytes of a file, an item a piece, so that what is wrong in it is known before the next."""
    rest, wide = b"", None
    for chunk in chunks(file, path, CHUNK):
        wide = chunk[:2] in (b"\xff\xfe", b"\xfe\xff") if wide is None else wide
        *pieces, rest = (rest + (chunk if wide else chunk.translate(None, _CONTROL))).split(END)
        yield from (piece + END for piece in pieces)
        if len(rest) > LONGEST:
            yield rest
            rest = b""
    yield rest


def _row(item: Any) -> dict[str, Any]:
    fields: dict[str, str] = {}
    row: dict[str, Any] = {}
    for element in item:
        name = _local(element)
        text = element.text or ""
        if name == "category":
            domain, value = element.get("domain", ""), element.get("nicename", "")
            if domain == "language":
                row["language"] = value
            elif domain == "post_translations":
                row["translations"] = value
        elif text.strip():
            # content and excerpt are both called `encoded`
            fields.setdefault("excerpt" if name == "encoded" and "excerpt" in element.tag else name, text)
    text = _SHORTCODE.sub(" ", fields.get("encoded") or fields.get("excerpt", ""))
    hidden = "private" if fields.get("post_password") else fields.get("status", "")
    return row | {
        "id": fields.get("guid") or fields.get("link") or fields.get("post_id", ""),
        "url": fields.get("link", ""),
        "title": fields.get("title", ""),
        "text": text,
        "date": fields.get("post_date") or fields.get("pubDate", ""),
        "status": hidden,
        "post_type": fields.get("post_type", ""),
    }


def _forget(element: Any) -> None:
    """Free an item, and all that came before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
