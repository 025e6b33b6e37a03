"""Look at some rows with some checks: what one process does at a time. Not here: reading, and gathering."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field

from polybatch.data.checking.chunk import Chunk, Packed, chunk_of
from polybatch.data.checking.corpus import Measure, Measured, OfCorpus
from polybatch.data.checking.problem import Problem, Task
from polybatch.data.checking.table import CHECKS, OfRow, OfText


@dataclass
class Looked:
    """What one look at some rows gave: the problems of texts and rows, and what checks of the corpus go by.

    The problems of one check are in the order of their rows, of one row by side and language.
    """

    problems: list[Problem] = field(default_factory=list)
    measured: dict[Measure, Measured] = field(default_factory=dict)


def look(chunk: Chunk, task: Task) -> Looked:
    """What is wrong with some rows."""
    looked = Looked()
    for name in task.checks:
        way = CHECKS[name].way
        if isinstance(way, OfCorpus):
            if way.measure not in looked.measured:  # several checks go by one
                looked.measured[way.measure] = way.measure(chunk)
            continue
        found = _of_texts(name, way, chunk, task) if isinstance(way, OfText) else _of_rows(name, way, chunk, task)
        looked.problems += sorted(found, key=lambda problem: problem.row)
    return looked


def _of_texts(name: str, way: OfText, chunk: Chunk, task: Task) -> Iterator[Problem]:
    for column in chunk.columns:
        for place, found in way.look(column, task):
            yield Problem(name, column.rows[place], column.language, f"{column.side}: {found}")


def _of_rows(name: str, way: OfRow, chunk: Chunk, task: Task) -> Iterator[Problem]:
    for row, language, found in way.look(chunk, task):
        yield Problem(name, row, language, found)


_tasks: list[Task] = []  # of a process that looks: its one task


def prepare(task: Task) -> None:
    """Make this process one that looks, and nothing else."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that reads is told too, and ends this one
    os.nice(5)  # the one process that reads goes first: the others wait for it, not it for them
    _tasks[:] = [task]


def look_here(rows: list[Packed], first: int) -> Looked:
    """What is wrong with some packed rows, numbered from `first` on, in a process that is prepared."""
    return look(chunk_of(rows, first), _tasks[0])
