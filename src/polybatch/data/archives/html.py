"""The readable text of an HTML page or of a fragment, by the standard library. Scripts and menus are left out."""

from html.parser import HTMLParser

SILENT = {"script", "style", "noscript", "template", "svg", "nav", "header", "footer", "aside", "form", "button"}
"""What holds no text of an article."""

BLOCKS = {"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "section", "article", "blockquote", "td"}
VOID = {"br", "img", "hr", "input", "meta", "link", "source", "wbr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.article: list[str] = []
        self.title: list[str] = []
        self._silent = self._article = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        self._article += tag == "article"
        self._in_title = tag == "title" or (self._in_title and tag in VOID)
        if tag in BLOCKS:
            self._write("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT and self._silent > 0
        self._article -= tag == "article" and self._article > 0
        self._in_title = False
        if tag in BLOCKS:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._silent:
            self._write(data)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """`<![...` as browsers take it, for a comment: the library stops at a keyword that it does not know."""
        return self.parse_bogus_comment(i, report=False)

    def _write(self, text: str) -> None:
        self.parts.append(text)
        if self._article:
            self.article.append(text)


def html_text(markup: str) -> tuple[str, str]:
    """The title of a page, and its text, a block on each line: that of its articles, or all of it where it has none.

    Markup that is broken is read as far as it goes; text without markup is itself.
    """
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    text = "".join(reader.article if "".join(reader.article).strip() else reader.parts)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return " ".join("".join(reader.title).split()), "\n".join(line for line in lines if line)
