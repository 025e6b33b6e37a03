"""Claims about words: docs, help and messages use the terms of the field, and no sentence of a page is long."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from polybatch.cli import app
from polybatch.cli.help import plain
from tests.docs.pages import ROOT, tokens

HOUSE_WORDS = {
    r"\bjudg(?:e|es|ed|ing)\b": "evaluate, evaluated; relevance judgements where TREC has them",
    r"\bsurely\b": "significantly, or with confidence",
    r"\btold apart\b|\btell\w* \w+ apart\b": "not significant",
    r"\bcannot tell\b": "undecided, or cannot identify",
    r"\bluck\b": "variance over seeds",
    r"\blacks?(?=[.,;:])": "is missing",
    r"\banew\b": "again",
    r"\bmend(?:s|ed|ing)?\b": "correct, repair",
    r"\bheld against\b": "compared with",
    r"\bby guessing\b": "by chance",
    r"\bgoes on (?:where|from)\b": "continues",
    r"\bnearest (?:word|vector|text)s?\b": "nearest neighbours",
    r"\bsmallest (?:effect|difference)\b": "minimum detectable effect",
    r"\bfrom nothing\b": "from random weights",
    r"\bunasked\b": "unless you ask for it",
    r"\bwhat is nothing\b": "the score of chance",
    r"\bseeds know\b": "a statement on the variance over seeds",
    r"\bits own language, names and numbers apart\b": "a sentence with its subject first",
    r"\bwhat stands beside\b|\bcounts? beside\b": "the name of the column or part",
    r"\bwith the exact lists\b": "the same hits as an exact search",
    r"\blearned already is hardly\b": "a sentence with its subject first",
}
"""What readers had to read twice, as patterns, and what to say instead."""

ALLOWED = {
    "cannot tell the content of a": "what an error says of an encoder without a content hash",
    "judged relevant": "what TREC says of a passage",
}
"""Phrases that a pattern meets and that are right, each with where it stands."""

LONG = 32
"""Words of the longest sentence."""

PAGES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
OLD_OR_GENERATED = {"docs/experiments.md", "docs/architecture.md"}
"""A dated log keeps the words of its day; the other page consists of docstrings."""

GENERATED = {"docs/cli.md", "docs/recipes.md", "docs/sources.md", "docs/measures.md"}
"""Pages whose tables hold lists, which are long and no sentences."""


def house_words(text: str) -> list[str]:
    """Each house word in a text, with what to say instead."""
    for phrase in ALLOWED:
        text = text.replace(phrase, "")
    return [
        f"{met.group()!r} in {' '.join(text[max(0, met.start() - 40) : met.end() + 40].split())!r}; say {better}"
        for pattern, better in HOUSE_WORDS.items()
        for met in re.finditer(pattern, text, re.IGNORECASE)
    ]


def prose(page: str) -> Iterator[str]:
    """The paragraphs, items and cells of a page, without code and addresses."""
    for token in tokens(ROOT / page):
        if token.type == "inline":
            shown = (child for child in token.children or () if child.type in ("text", "softbreak", "code_inline"))
            yield "".join({"softbreak": " ", "code_inline": "x"}.get(child.type, child.content) for child in shown)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph: a full stop, question mark or colon ends one where a space follows."""
    return re.split(r"(?<=[.?!:])\s+", text)


def literals(source: str) -> Iterator[tuple[int, str]]:
    """The strings of a module that are no docstrings, with their lines; what a command's docstring says is its help."""
    tree = ast.parse(source)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value


def helps() -> Iterator[tuple[str, str]]:
    """Every command with the words of its help and of its parameters."""
    stack = [("polybatch", get_command(app))]
    while stack:
        name, command = stack.pop()
        stack += [(f"{name} {inner}", one) for inner, one in (getattr(command, "commands", None) or {}).items()]
        words = [command.help or "", *(getattr(parameter, "help", None) or "" for parameter in command.params)]
        yield name, plain("\n".join(words))


@pytest.mark.parametrize("page", [page for page in PAGES if page not in OLD_OR_GENERATED])
def test_a_page_has_no_house_word(page: str) -> None:
    assert [found for text in prose(page) for found in house_words(text)] == []


def test_the_newest_entries_of_the_log_have_no_house_word() -> None:
    texts = (ROOT / "docs/experiments.md").read_text(encoding="utf-8").split("\n## 2026-11-28", 1)[0]
    assert house_words(texts) == []


@pytest.mark.parametrize(("name", "text"), helps(), ids=lambda value: value if len(value) < 40 else "")
def test_the_help_of_a_command_has_no_house_word(name: str, text: str) -> None:
    assert house_words(text) == [], name


def test_no_message_has_a_house_word() -> None:
    found = []
    for path in sorted((ROOT / "src/polybatch").rglob("*.py")):
        for line, text in literals(path.read_text(encoding="utf-8")):
            found += [f"{path.relative_to(ROOT)}:{line}: {word}" for word in house_words(text)]
    assert found == []


@pytest.mark.parametrize("path", sorted((ROOT / "src/polybatch").rglob("*.j2")), ids=lambda path: path.name)
def test_a_template_has_no_house_word(path: Path) -> None:
    assert house_words(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", [page for page in PAGES if page not in OLD_OR_GENERATED | GENERATED])
def test_no_sentence_of_a_page_is_long(page: str) -> None:
    every = [one for text in prose(page) for one in sentences(text)]
    assert len(every) > 5
    assert [f"{len(one.split())} words: {one}" for one in every if len(one.split()) > LONG] == []


def test_house_words_are_seen_in_running_text_and_terms_of_the_field_are_not() -> None:
    assert len(house_words("A model that is judged is surely better; the luck of a seed is what a test lacks.")) == 4
    assert house_words("Relevance judgements of TREC, and the minimum detectable effect.") == []


def test_a_sentence_ends_at_its_stop_and_not_at_a_decimal_point() -> None:
    assert sentences("It has .241 mAP. BM25 has .228: `x` is less.") == [
        "It has .241 mAP.",
        "BM25 has .228:",
        "`x` is less.",
    ]
