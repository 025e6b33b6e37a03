"""The Markdown pages of the project as their readers see them: code blocks, code in lines, headings, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(
    [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *(ROOT / "docs").glob("*.md")]
)


@dataclass(frozen=True)
class Block:
    """A code block: where it starts, what language it is said to be in, and its text."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """The page as CommonMark with tables."""
    return tuple(MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8")))


def inner(page: Path, kind: str) -> Iterator[Token]:
    """What stands within lines of text: links, images, code."""
    for token in tokens(page):
        yield from (one for one in token.children or () if one.type == kind)


def blocks(page: Path) -> list[Block]:
    """Fenced and indented code, in the order of the page."""
    found = [token for token in tokens(page) if token.type in ("fence", "code_block")]
    return [Block(page, (one.map or [0])[0] + 1, one.info.strip(), one.content) for one in found]


def anchors(page: Path) -> set[str]:
    """What a link may name after `#`, by GitHub's rule."""
    found: set[str] = set()
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type == "heading_open":
            text = "".join(one.content for one in token.children or ())
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            number = 0
            while (name := f"{slug}-{number}" if number else slug) in found:
                number += 1
            found.add(name)
    return found
