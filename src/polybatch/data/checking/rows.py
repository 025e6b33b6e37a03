"""Checks of rows, a chunk at a time: what their texts are to each other, and to test collections."""

from collections.abc import Iterator

from polybatch.data.checking.chunk import SIDES, Chunk
from polybatch.data.checking.problem import Task
from polybatch.data.checking.texts import quoted

SHORTEST = 12  # characters of a query; a name or a word may well stand in its passage
STOPS = " \t\n.?!।。？！؟"

Wrong = Iterator[tuple[int, str, str]]
"""The numbers of rows, a language and what is wrong; rising within a side and language."""


def check_query_inside(chunk: Chunk, task: Task) -> Wrong:
    """Queries that stand in their passages word for word but for case: they teach to look for equal words."""
    passages = chunk.side("passage")
    for language, queries in chunk.side("query").items():
        if language not in passages:
            continue
        by_row = dict(zip(passages[language].rows, passages[language].texts, strict=True))
        for row, query in zip(queries.rows, queries.texts, strict=True):
            wanted, passage = query.strip(STOPS), by_row.get(row, "")
            if len(wanted) >= SHORTEST and (wanted in passage or wanted.casefold() in passage.casefold()):
                yield row, language, quoted(query)


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
