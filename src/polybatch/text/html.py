"""The readable text of HTML: of a field that may hold markup, by lxml. Not here: the article of a whole page."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape
from itertools import groupby

SILENT = {
    *("button", "head", "iframe", "math", "nav", "noscript", "object", "script", "select", "style", "svg", "template"),
    *("textarea", "title"),
}
"""Elements without a word of the text."""

BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"),
    *("main", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"),
}
"""Elements that begin and end a line."""

CELLS = {"td", "th"}
"""Elements apart from what is beside them on a line."""

BREAK = "\u2029"  # Unicode's own end of a paragraph


def fragment_text(html: str) -> str:
    """The text of a fragment of HTML, a block on each line; text without markup is itself but for outer white space.

    Scripts, styles, menus and comments are left out, entities decoded, runs of white space are one space and blank
    lines go. A line end within a block is a space, as in a browser, but in `pre` and where the fragment has no block
    elements; an empty line parts paragraphs, as WordPress writes them. What only looks like a tag (`x<y`) is text.
    Broken markup is read as far as it goes; half of a surrogate pair among markup becomes a question mark. Nothing is
    fetched or run, and time and memory grow with the length alone.
    """
    if "<" not in html or not _tag().search(html):
        return "\n".join(_lines(unescape(html), wrapped=False))
    from lxml import etree

    text = _Text()
    # a target, not a tree: a tree ends at 256 nested elements, and takes forty times the memory of the markup
    parser = etree.HTMLParser(target=text, encoding="utf-8")
    parser.feed(html.encode(errors="replace"))
    parser.close()
    return "\n".join(_lines("".join(text.parts), wrapped=text.blocks))


class _Text:
    """What lxml tells of a document as it reads it, collected as text."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.blocks = False
        self._silent = self._verbatim = 0
        self._head = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._head and tag in BLOCKS:  # the parser keeps a head without an end open before what HTML 4 does not know
            self._leave_head()
        self._head = self._head or tag == "head"
        self._silent += tag in SILENT
        self._verbatim += tag == "pre"
        self._part(tag)

    def end(self, tag: str) -> None:
        if tag == "head":
            self._leave_head()
        else:
            self._silent -= tag in SILENT
        self._verbatim -= tag == "pre"
        self._part(tag)

    def data(self, text: str) -> None:
        if not self._silent:
            self.parts.append(text.replace("\n", BREAK) if self._verbatim else text)

    def close(self) -> None:
        pass

    def _leave_head(self) -> None:
        self._silent -= self._head
        self._head = False

    def _part(self, tag: str) -> None:
        if tag in BLOCKS:
            self.blocks = self.blocks or tag != "body"  # which the parser adds
            self.parts.append(BREAK)
        elif tag in CELLS:
            self.parts.append(" ")


def _lines(text: str, *, wrapped: bool) -> Iterator[str]:
    """The lines of a text that are not blank; of a wrapped one, each paragraph is one line."""
    for block in text.split(BREAK):
        for blank, lines in groupby(block.split("\n"), key=lambda line: not line.strip()):
            if not blank and wrapped:
                yield " ".join(" ".join(lines).split())
            elif not blank:
                yield from (" ".join(line.split()) for line in lines)


@cache
def _tag() -> re.Pattern[str]:
    """What shows that a text is markup: a tag by a name that HTML knows, or a comment."""
    from lxml.html import defs

    names = "|".join(sorted(defs.tags))
    # with attributes, one has a value: "a<b and c>d" is no tag
    return re.compile(rf"<(?:!--|!doctype\b|\?xml\b|/?(?:{names})(?:\s[^<>=]*=[^<>]*|\s*/?)>)", re.IGNORECASE)
