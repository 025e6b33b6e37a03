"""Look at some rows with some checks: what one process does at a time. Not here: reading, and gathering."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from polybatch.data.checking.corpus import Measure, Measured, OfCorpus
from polybatch.data.checking.problem import Limits, Problem
from polybatch.data.checking.table import CHECKS, OfRow, OfText
from polybatch.data.contamination import TestTexts
from polybatch.records import Item

Row = tuple[str, str, Mapping[str, str], Mapping[str, str], tuple[Mapping[str, str], ...]]
"""The first fields of an Item, in its order: plain tuples go to another process in a third of the time."""


@dataclass(frozen=True)
class Task:
    """What is looked for: the same in every process."""

    checks: tuple[str, ...]
    limits: Limits
    tests: TestTexts | None


@dataclass
class Looked:
    """What one look at some rows gave: the problems of texts and rows, and what checks of the corpus go by."""

    problems: list[Problem] = field(default_factory=list)
    measured: dict[Measure, Measured] = field(default_factory=dict)


def as_row(item: Item) -> Row:
    """An item as what is sent to a process."""
    return item.id, item.group, item.queries, item.passages, item.negatives


def look(rows: Sequence[Row], first: int, task: Task) -> Looked:
    """What is wrong with some rows, which are numbered from `first` on."""
    items = [Item(*row) for row in rows]
    numbered = list(enumerate(items, start=first))
    looked = Looked()
    ways = [(name, CHECKS[name].way) for name in task.checks]
    of_texts = [(name, way.look) for name, way in ways if isinstance(way, OfText)]
    of_rows = [(name, way.look) for name, way in ways if isinstance(way, OfRow)]
    for row, item in numbered:
        for side, texts in _sides(item):
            for language, text in texts.items():
                for name, wrong in of_texts:
                    if found := wrong(text, side, language, task.limits):
                        looked.problems.append(Problem(name, row, language, f"{side}: {found}"))
        for name, differs in of_rows:
            looked.problems += [Problem(name, row, *found) for found in differs(item, task.tests)]
    # by measure, not by check: several checks go by one
    for measure in {way.measure for _, way in ways if isinstance(way, OfCorpus)}:
        looked.measured[measure] = measure(numbered)
    return looked


def _sides(item: Item) -> Iterable[tuple[str, Mapping[str, str]]]:
    yield "query", item.queries
    yield "passage", item.passages
    yield from _negatives(item) if item.negatives else ()


def _negatives(item: Item) -> Iterator[tuple[str, Mapping[str, str]]]:
    for number, texts in enumerate(item.negatives, start=1):
        yield f"negative_{number}", texts
