"""Columns of an aligned table: their names, the texts that they hold, and what is wrong with them. No files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from polybatch.errors import Fault
from polybatch.table.shape import NEGATIVES


def side_name(side: int) -> str:
    """The name of a side of a row: `query`, `passage`, `negative_1`, `negative_2`, ..."""
    return ("query", "passage")[side] if side < NEGATIVES else f"negative_{side - NEGATIVES + 1}"


def present_texts(texts: pa.Table, languages: Sequence[str], sides: int) -> np.ndarray:
    """Which texts there are: bool, shape (rows, sides, languages)."""
    present = np.zeros((texts.num_rows, sides, len(languages)), dtype=bool)
    for side in range(sides):
        for number, code in enumerate(languages):
            name = f"{side_name(side)}.{code}"
            if name in texts.column_names:
                present[:, side, number] = texts.column(name).is_valid().to_numpy()
    return present


def column_faults(texts: pa.Table) -> Iterable[Fault]:
    """Every column whose name is no side and language, and the sides that a table needs and this one lacks."""
    sides = {side for side, _, code in (name.partition(".") for name in texts.column_names) if code}
    negatives = sum(side.startswith("negative_") for side in sides)
    known = {side_name(side) for side in range(NEGATIVES + negatives)}
    names = "query.<language>, passage.<language> and negative_1.<language>, negative_2... are known"
    for name in texts.column_names:
        side, _, code = name.partition(".")
        if side not in known or not code:
            yield Fault(f"column {name}", "no such side of a row", names)
    for needed in ("query", "passage"):
        if needed not in sides:
            yield Fault("table", f"no column of any {needed}", names)


def length_faults(rows: int, lists: Mapping[str, Sequence[Any] | None]) -> Iterable[Fault]:
    """Every list that is given and has not one value a row."""
    for name, values in lists.items():
        if values is not None and len(values) != rows:
            yield Fault(name, f"{len(values)} values for {rows} rows", "one for every row works")
