"""TREC run files, written and read back, one order for all tools. Not here: qrels, topics, how a run is judged."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from polybatch.data.collections.trec import WHITE_SPACE
from polybatch.data.formats.lines import numbered_lines
from polybatch.errors import DataError, Fault
from polybatch.files import written_aside

Run = Mapping[str, Mapping[str, float]]
"""Scores of the passages that a system found, by query and passage; the higher, the better."""

COLUMNS = "query Q0 passage rank score tag"


def write_run(run: Run, path: Path, *, tag: str) -> None:
    """Write a TREC run, a line `query Q0 passage rank score tag` for each passage, ranks from 1, in one step.

    Passages stand by score, those that tie in the order given. Since trec_eval reads float32, goes by score alone and
    breaks ties by id, a score that ties is written as the next lower float32: all tools then see one order, ours.
    Raises DataError for an id or tag that is empty or has white space, and for a score that is not finite.
    """
    ids = dict.fromkeys([tag, *run, *(passage for found in run.values() for passage in found)])
    faults = [
        Fault(str(path), repr(one), "ids and tags without white space")
        for one in ids
        if not one or any(character in WHITE_SPACE for character in one)
    ]
    for query, found in run.items():
        faults += [
            Fault(str(path), f"query {query!r}, passage {one!r}: score {score}", "finite scores")
            for one, score in found.items()
            if not math.isfinite(score)
        ]
    if faults:
        raise DataError(faults)
    with written_aside(path) as new, new.open("w", encoding="utf-8", newline="") as file:
        for query, found in run.items():
            last = np.float32(np.inf)
            ordered = sorted(found.items(), key=lambda pair: -pair[1])
            for rank, (passage, score) in enumerate(ordered, start=1):
                last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
                file.write(f"{query} Q0 {passage} {rank} {last} {tag}\n")


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """The scores of a TREC run, plain or gzipped, by query and passage, in the order of the file.

    The score counts, in float64, and the rank is not looked at. Raises DataError with every fault: a line of another
    form, a score that is no number or beyond float64, a passage that a query has twice, a file that is missing or has
    no line.
    """
    faults: list[Fault] = []
    run: dict[str, dict[str, float]] = {}
    for where, line in numbered_lines(path, faults):
        parts = line.split()
        if len(parts) != 6:
            faults.append(Fault(where, f"{len(parts)} columns", COLUMNS))
            continue
        query, _, passage, _, text, _ = parts
        found = run.setdefault(query, {})
        if passage in found:
            faults.append(Fault(where, f"query {query!r} has passage {passage!r} twice", "one line for a pair"))
        try:
            score = float(text)
        except ValueError:
            score = math.nan
        if not math.isfinite(score):
            faults.append(Fault(where, f"score {text!r}", "a finite number that float64 holds"))
        found[passage] = score
    if not run and not faults:
        faults.append(Fault(str(path), "no line", COLUMNS))
    if faults:
        raise DataError(faults)
    return run
