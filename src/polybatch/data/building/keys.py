"""The keys of a dataset's rows over all of its parts, as numbers: groups in order, ids that stand twice. No texts."""

from collections.abc import Sequence

import numpy as np

from polybatch.data.building.parts import DIGEST, KEY, Parts
from polybatch.data.sources.source import SHOWN
from polybatch.errors import Fault
from polybatch.table.columns import present_texts
from polybatch.table.groups import number_keys, passage_groups
from polybatch.table.shape import NEGATIVES, DatasetShape, dataset_shape


def shape_of(name: str, parts: Parts, languages: Sequence[str], *, negatives: int) -> DatasetShape:
    """The shape of a dataset whose parts are written, with that many hard negatives a row.

    Memory is some 100 bytes a row, whatever the texts. Groups are told apart by hashes of 64 bits: two that agree by
    chance are one, so that their rows do not meet in a batch.
    """
    patterns: dict[bytes, int] = {}
    shown: list[np.ndarray] = []
    pattern_of = []
    for table in parts.tables():
        present = present_texts(table, languages, NEGATIVES + negatives)
        flat = np.packbits(present.reshape(len(present), -1), axis=1)
        _, where, of = np.unique(flat, axis=0, return_index=True, return_inverse=True)
        for row in where.tolist():
            if patterns.setdefault(flat[row].tobytes(), len(patterns)) == len(shown):
                shown.append(present[row])
        numbers = np.array([patterns[flat[row].tobytes()] for row in where.tolist()], dtype=np.int32)
        pattern_of.append(numbers[of.reshape(-1)])
    groups = passage_groups(number_keys(_keys(parts, "group")))
    kinds = sorted(column for column in columns_of(parts) if column.startswith("further_"))
    further = [number_keys(_keys(parts, column)) for column in kinds]
    return dataset_shape(name, np.stack(shown), groups, further, pattern_of=np.concatenate(pattern_of))


def repeated_ids(name: str, parts: Parts) -> list[Fault]:
    """Faults of ids that stand twice in one dataset, the first of them."""
    keys = _keys(parts, "id")
    order = np.argsort(keys, kind="stable")
    rows = order[1:][keys[order][1:] == keys[order][:-1]]
    if not len(rows):
        return []
    wanted = {int(key) for key in keys[rows]}
    seen: dict[str, int] = {}
    faults: list[Fault] = []
    first = 0
    for table in parts.tables():  # hashes may agree by chance, ids may not
        ids, found = table.column("id"), table.column(f"{KEY}id").to_numpy()
        for row in np.flatnonzero(np.isin(found, np.array(sorted(wanted), dtype=np.uint64))).tolist():
            one = ids[row].as_py()
            if one in seen and len(faults) < SHOWN:
                where = f"rows {seen[one] + 1} and {first + row + 1}"
                faults.append(Fault(f"{name}: item {one}", f"twice, in {where}", "an id is of one item of a dataset"))
            seen.setdefault(one, first + row)
        first += len(table)
    return faults


def negatives_of(parts: Parts, languages: Sequence[str]) -> int:
    """How many hard negatives in one of these languages every row of a dataset has at least."""
    most = sum(name.startswith("negative_") for name in {column.partition(".")[0] for column in columns_of(parts)})
    sides = NEGATIVES + most
    has = (present_texts(table, languages, sides)[:, NEGATIVES:].any(axis=2) for table in parts.tables())
    return min(int(np.logical_and.accumulate(one, axis=1).sum(axis=1).min()) for one in has)


def columns_of(parts: Parts) -> set[str]:
    """The columns of names and texts, without keys."""
    return {name for table in parts.tables() for name in table.column_names if not name.startswith(KEY)} - {DIGEST}


def _keys(parts: Parts, name: str) -> np.ndarray:
    """The hashes of one kind of names, of all rows: uint64."""
    return np.concatenate([table.column(f"{KEY}{name}").to_numpy() for table in parts.tables()])
