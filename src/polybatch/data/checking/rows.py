"""Checks of one row at a time: what its texts are to each other, and to test collections."""

from collections.abc import Iterator

from polybatch.data.checking.texts import quoted
from polybatch.data.contamination import TestTexts
from polybatch.records import Item

SHORTEST = 12  # characters of a query; a name or a word may well stand in its passage
STOPS = " \t\n.?!।。？！؟"


def check_query_inside(item: Item, tests: TestTexts | None) -> Iterator[tuple[str, str]]:
    """Queries that stand in their passages word for word but for case: they teach to look for equal words."""
    for language, query in item.queries.items():
        passage = item.passages.get(language)
        if passage is None or len(query) < SHORTEST:
            continue
        wanted = query.strip(STOPS)
        if len(wanted) >= SHORTEST and (wanted in passage or wanted.casefold() in passage.casefold()):
            yield language, quoted(query)


def check_contamination(item: Item, tests: TestTexts | None) -> Iterator[tuple[str, str]]:
    """Texts that also stand in a test collection, the same or nearly the same."""
    for match in tests.matches(item) if tests else ():
        how = "is" if match.similarity == 1 else f"is nearly ({match.similarity:.2f})"
        yield match.language, f"{match.side} {how} {match.standing}"
