"""Check sources of training rows: stream them, look at their rows in several processes, gather what was found."""

import os
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path

from polybatch.data.checking.chunk import Packed, chunk_of, packed
from polybatch.data.checking.corpus import Measure, Measured, OfCorpus, joined
from polybatch.data.checking.looking import Looked, look, look_here, prepare
from polybatch.data.checking.problem import Limits, Problem, Task
from polybatch.data.checking.report import CheckReport, Finding, Found, SourceReport
from polybatch.data.checking.table import CHECKS, CONTAMINATION
from polybatch.data.contamination import NEAR, TestTexts
from polybatch.data.sources.source import Reading, Source
from polybatch.errors import DataError, Fault, gathered
from polybatch.progress import Progress, Silent
from polybatch.records import Collection

CHUNK = 4_000  # rows that a process looks at before it reports
ALONE = 20_000  # rows of a source up to which starting processes would take longer than looking
AHEAD = 6  # parts for each process that reading may be ahead of looking, as it is while processes start
KEPT = 100_000  # findings of a check in a source that are kept; the rest are counted
STARTED = 'more memory, or one process; a script starts more only under `if __name__ == "__main__":`'

Part = tuple[int, list[Packed]]
"""Some rows, packed, and the number of the first."""


def check_sources(
    sources: Sequence[Source],
    data: Path,
    *,
    checks: Sequence[str] | None = None,
    against: Sequence[Collection] = (),
    near: float | None = NEAR,
    limits: Limits | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Every problem of some sources' rows, check by check, row by row; the same for any number of processes.

    `checks` are names of CHECKS, all if None, contamination only where there are collections to look `against`. Rows
    stream through `processes` (as many as cores if None), in memory only as hashes and lengths: some 60 bytes for
    every language of a row. A small source is looked at where it is read. Findings are kept up to 100,000 a check and
    source, and counted beyond. Faults of a source are part of the report. Raises DataError for unknown checks, and
    where a process ends before its time, as each does that is started by a script without
    `if __name__ == "__main__":`.
    """
    task = Task(_chosen(checks, against), limits or Limits(), TestTexts(against, near=near) if against else None)
    found: list[SourceReport] = []
    with (progress or Silent()).task("checking", len(sources)) as advance:
        for source in sources:
            found.append(_check(source, data, task, processes or os.cpu_count() or 1))
            advance(1)
    return CheckReport(tuple(found))


def _chosen(names: Sequence[str] | None, against: Sequence[Collection]) -> tuple[str, ...]:
    if names is None:
        return tuple(name for name in CHECKS if name != CONTAMINATION or against)
    known = f"known: {', '.join(CHECKS)}"
    faults = [Fault("checks", f"no check {name!r}", known) for name in names if name not in CHECKS]
    if CONTAMINATION in names and not against:
        faults.append(Fault("checks", "contamination of nothing", "name the test collections to look against"))
    if faults or not names:
        raise DataError(faults or [Fault("checks", "none", known)])
    return tuple(name for name in CHECKS if name in names)


@dataclass
class _Gathered:
    """The problems of one check, as they come in the order of their rows."""

    rows: int = 0
    count: int = 0
    last: int = -1
    kept: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        self.count += 1
        self.rows += problem.row != self.last
        self.last = problem.row
        if len(self.kept) < KEPT:
            self.kept.append(problem)


class _Places:
    """Where every row stands; a chunk's places are one string, which takes a fraction of the memory of many."""

    def __init__(self) -> None:
        self._chunks: list[str] = []
        self.rows = 0
        self._split = lru_cache(maxsize=16)(lambda chunk: self._chunks[chunk].split("\n"))

    def add(self, places: Sequence[str]) -> None:
        chunk = "\n".join(place.replace("\n", " ") for place in places)
        self._chunks.append(chunk.encode(errors="backslashreplace").decode())
        self.rows += len(places)

    def __getitem__(self, row: int) -> str:
        return self._split(row // CHUNK)[row % CHUNK]


def _check(source: Source, data: Path, task: Task, processes: int) -> SourceReport:
    reading, places = Reading(further=False), _Places()  # no check goes by further groups
    problems = {name: _Gathered() for name in task.checks}
    measured: dict[Measure, list[Measured]] = defaultdict(list)
    for looked in _look(_parts(source, data, reading, places), task, processes):
        for problem in looked.problems:
            problems[problem.check].add(problem)
        for measure, numbers in looked.measured.items():
            measured[measure].append(numbers)
    whole = {measure: joined(parts) for measure, parts in measured.items()}
    for name in task.checks:
        way = CHECKS[name].way
        if isinstance(way, OfCorpus) and way.measure in whole:
            for problem in sorted(way.settle(whole[way.measure], task.limits), key=lambda one: one[1:3]):
                problems[name].add(problem)
    return SourceReport(
        source.name,
        reading.read,
        places.rows,
        left_out=dict(sorted(reading.left_out.items())),
        notes=dict(sorted(reading.notes.items())),
        places={what: tuple(where) for what, where in (reading.places | reading.noted).items()},
        faults=tuple(reading.faults),
        checks={
            name: Found(found.rows, found.count, tuple(_finding(problem, places) for problem in found.kept))
            for name, found in problems.items()
        },
    )


def _finding(problem: Problem, places: _Places) -> Finding:
    other = "" if problem.other is None else f" {places[problem.other]}"
    return Finding(places[problem.row], problem.language, problem.found + other)


def _parts(source: Source, data: Path, reading: Reading, places: _Places) -> Iterator[Part]:
    """Rows of a source, CHUNK at a time, their places noted; what refuses the source ends it, with its faults."""
    items = source.items(data, reading)
    while True:
        where: list[str] = []
        rows: list[Packed] = []
        with gathered(reading.faults):
            for item in islice(items, CHUNK):
                where.append(reading.where or item.id)
                rows.append(packed(item))
        if not rows:
            return
        first = places.rows
        places.add(where)
        yield first, rows


def _look(parts: Iterator[Part], task: Task, processes: int) -> Iterator[Looked]:
    """What looking at every part gave, in their order."""
    head = list(islice(parts, ALONE // CHUNK + 1))
    parts = chain(head, parts)
    if processes == 1 or len(head) <= ALONE // CHUNK:
        yield from (look(chunk_of(rows, first), task) for first, rows in parts)
        return
    with ProcessPoolExecutor(processes, mp_context=_context(), initializer=prepare, initargs=(task,)) as pool:
        pending: deque[Future[Looked]] = deque()
        try:
            for first, rows in parts:
                pending.append(pool.submit(look_here, rows, first))
                if len(pending) > AHEAD * processes:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as error:
            raise DataError([Fault("a process that looks at rows", "ended before its time", STARTED)]) from error
        finally:
            pool.shutdown(cancel_futures=True)  # what waits is of no use to one that was stopped


def _context() -> BaseContext:
    """How processes start: forked off one that has imported what looking takes, where the system can.

    Never off this one: a process that is forked off one with threads may wait for ever.
    """
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", "polybatch.data.checking.looking", "ftfy", "numpy", "pyarrow.compute"])
    return context
