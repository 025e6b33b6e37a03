"""Checks of rows, a chunk at a time: what their texts are to each other, and to test collections."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

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
    passages = chunk.side("passage")
    asked = [(column, _passages_of(column, passages)) for column in chunk.side("query").values()]
    translations = _translations(asked)
    for column, beside in asked:
        for row, query, passage in zip(column.rows, column.texts, beside, strict=True):
            if len(query) >= SHORTEST and row not in translations and _is_inside(query.strip(STOPS), passage):
                yield row, column.language, quoted(query)


def _passages_of(queries: Column, passages: Mapping[str, Column]) -> list[str]:
    """For each query of a column the passage of its row and language, empty where there is none."""
    found = passages.get(queries.language)
    if found and found.rows == queries.rows:
        return found.texts
    by_row = dict(zip(found.rows, found.texts, strict=True)) if found else {}
    return [by_row.get(row, "") for row in queries.rows]


def _is_inside(query: str, passage: str) -> bool:
    if len(query) < SHORTEST:
        return False
    if query in passage:
        return True
    begin = _without_case().match(query)
    if begin and begin[0] not in passage:
        return False  # as most are, in scripts without case: to fold a text takes far longer than to look through it
    return query.casefold() in passage.casefold()


@cache
def _without_case() -> re.Pattern[str]:
    """What finds the first characters of a text, as far as they stand for themselves alone when case is ignored.

    That is, they neither fold to another character nor does one fold to them; beyond the basic multilingual plane
    none is taken for such.
    """
    folded = ((character, character.casefold()) for character in map(chr, range(0x10000)))
    cased = {one for character, into in folded if into != character for one in (character, *into)}
    return re.compile(f"[^{re.escape(''.join(sorted(cased)))}\U00010000-\U0010ffff]{{1,24}}")


def _translations(asked: Sequence[tuple[Column, Sequence[str]]]) -> set[int]:
    """Rows in two languages or more whose query is its passage in all of them."""
    alike: Counter[int] = Counter()
    other: set[int] = set()
    for column, beside in asked:
        for row, query, passage in zip(column.rows, column.texts, beside, strict=True):
            if query == passage:
                alike[row] += 1
            else:
                other.add(row)
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
