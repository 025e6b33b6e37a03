"""Training rows that also stand in a test collection: found once, listed in a file, left out of a table if asked."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from pathlib import Path

import numpy as np

from polybatch.data.building import Built
from polybatch.data.contamination import TestTexts
from polybatch.files import read_json, write_json
from polybatch.progress import Progress
from polybatch.provenance import content_hash
from polybatch.records import Collection
from polybatch.table.aligned import AlignedTable
from polybatch.table.shape import CorpusShape, DatasetShape, dataset_shape

LISTED = 1000  # matches written out; all rows are
STEP = 1000  # rows between two steps of the bar


def find_rows(
    built: Built,
    collections: Sequence[Collection],
    path: Path,
    progress: Progress,
    *,
    what: str = "a test collection",
) -> np.ndarray:
    """The numbers of a table's rows of which a text also stands in one of the collections, exactly or nearly; sorted.

    What was found is written to `path`, and taken from there for the same rows and collections. How many rows of each
    dataset they are is said, the collections called `what`.
    """
    of = content_hash([built.fingerprint, *(part for one in collections for part in _parts(one))])
    try:
        known = read_json(path)
    except (OSError, ValueError):
        known = {}
    if not isinstance(known, dict) or known.get("of") != of:
        known = _look(built, collections, progress) | {"of": of}
        write_json(path, known)
    for name, count in known["datasets"].items():
        progress.say(f"{name}: {count:,} rows are also in {what}, see {path}")
    return np.array(known["rows"], dtype=np.int64)


def without_rows(table: AlignedTable, rows: np.ndarray) -> AlignedTable:
    """The same table, with rows from which no batch is ever drawn; texts are not copied."""
    if not len(rows):
        return table
    shape, shapes = table.shape, []
    for number, dataset in enumerate(shape.datasets):
        first = int(shape.firsts[number])
        out = rows[(rows >= first) & (rows < first + dataset.rows)] - first
        groups = shape.groups[first : first + dataset.rows]
        shapes.append(_without(dataset, out, groups) if len(out) else dataset)
    rest = copy(table)
    rest.shape = CorpusShape(shape.languages, tuple(shapes))
    return rest


def _without(dataset: DatasetShape, rows: np.ndarray, groups: np.ndarray) -> DatasetShape:
    of = np.zeros(dataset.rows, dtype=np.int64) if dataset.pattern_of is None else dataset.pattern_of
    present = dataset.patterns[of]
    present[rows] = False
    further = () if dataset.further is None else list(dataset.further)
    return dataset_shape(dataset.name, present, groups, further)


def _look(built: Built, collections: Sequence[Collection], progress: Progress) -> dict[str, object]:
    tests = TestTexts(collections)
    firsts = built.table.shape.firsts
    rows: list[int] = []
    matches: list[dict[str, object]] = []
    with progress.task("looking for test texts among training rows", len(built.table)) as advance:
        for row, item in enumerate(built.items()):
            for match in tests.matches(item):
                if not rows or rows[-1] != row:
                    rows.append(row)
                if len(matches) < LISTED:
                    found = {"row": row, "item": item.id, "side": match.side, "language": match.language}
                    matches.append(found | {"stands": str(match.standing), "similarity": round(match.similarity, 3)})
            if row % STEP == STEP - 1:
                advance(STEP)
    of = np.searchsorted(firsts, rows, side="right") - 1
    counts = Counter(built.datasets[number].name for number in of.tolist())
    return {"datasets": dict(counts), "rows": rows, "matches": matches}


def _parts(collection: Collection) -> list[str]:
    texts = [
        text
        for sides in (collection.queries, collection.passages)
        for code in sorted(sides)
        for one in sides[code]
        for text in (code, one.id, one.text)
    ]
    return [collection.name, content_hash(texts)]
