"""Checks of rows, a chunk at a time: what their texts are to each other, and to test collections."""

from collections import Counter
from collections.abc import Iterator, Mapping

from polybatch.data.checking.chunk import SIDES, Chunk, Column
from polybatch.data.checking.problem import Task
from polybatch.data.checking.texts import quoted

SHORTEST = 12  # characters of a query; a name or a word may well stand in its passage
STOPS = " \t\n.?!।。？！؟"

Wrong = Iterator[tuple[int, str, str]]
"""The numbers of rows, a language and what is wrong; rising within a side and language."""


def check_query_inside(chunk: Chunk, task: Task) -> Wrong:
    """Queries that stand in their passages word for word but for case: they teach to look for equal words.

    A row in two languages or more whose query is its passage in each of them is a sentence and its translations, as
    bitext has them: made so, and no fault.
    """
    queries = chunk.side("query")
    passages = {
        language: dict(zip(one.rows, one.texts, strict=True)) for language, one in chunk.side("passage").items()
    }
    translations = _translations(queries, passages)
    for language, column in queries.items():
        by_row = passages.get(language, {})
        for row, query in zip(column.rows, column.texts, strict=True):
            if row in translations:
                continue
            wanted, passage = query.strip(STOPS), by_row.get(row, "")
            if len(wanted) >= SHORTEST and (wanted in passage or wanted.casefold() in passage.casefold()):
                yield row, language, quoted(query)


def _translations(queries: Mapping[str, Column], passages: Mapping[str, Mapping[int, str]]) -> set[int]:
    """Rows in two languages or more whose query is its passage in all of them."""
    alike: Counter[int] = Counter()
    other: set[int] = set()
    for language, column in queries.items():
        found = passages.get(language, {})
        same = [row for row, query in zip(column.rows, column.texts, strict=True) if found.get(row) == query]
        alike.update(same)
        other.update(set(column.rows).difference(same))
    return {row for row, languages in alike.items() if languages > 1} - other


def check_contamination(chunk: Chunk, task: Task) -> Wrong:
    """Texts that also stand in a test collection, the same or nearly the same; hard negatives may."""
    if task.tests is None:
        return
    for side, language, rows, texts in chunk.columns:
        for row, text in zip(rows, texts, strict=True) if side in SIDES else ():
            if found := task.tests.find(text):
                standing, similarity = found
                how = "is" if similarity == 1 else f"is nearly ({similarity:.2f})"
                yield row, language, f"{side} {how} {standing}"
