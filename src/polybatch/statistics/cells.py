"""A table of per-query values as numbers, cut into one cell per quantity, system and seed. Nothing is checked here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from polybatch.records import Setting

COLUMNS = (
    *("system", "seed", "collection", "setting", "query_id", "cluster"),
    *("query_language", "passage_language", "measure", "value"),
)
"""What a table of per-query values must have; more does no harm. `seed` may be null, `passage_language` be `all`."""

CELL = ("collection", "setting", "measure", "system", "seed")


class Quantity(NamedTuple):
    """What systems are compared by."""

    collection: str
    setting: Setting
    measure: str


@dataclass(frozen=True)
class Cell:
    """One system's and seed's values of one quantity, sorted by query and direction."""

    quantity: Quantity
    system: str
    seed: int | None
    queries: np.ndarray  # a number for each query in each direction, the same in every cell
    directions: np.ndarray
    clusters: np.ndarray
    values: np.ndarray

    def __str__(self) -> str:
        return self.system if self.seed is None else f"{self.system} (seed {self.seed})"


@dataclass(frozen=True)
class Rows:
    """The table as numbers: for each column its labels in order of appearance, and each row's place among them."""

    labels: Mapping[str, Sequence[Any]]
    codes: Mapping[str, np.ndarray]
    values: np.ndarray

    @classmethod
    def of(cls, table: pa.Table) -> "Rows":
        """The numbers of a table that has COLUMNS, as plain columns or dictionaries."""
        labels, codes = {}, {}
        for name in COLUMNS[:-1]:
            column = table.column(name)
            plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
            encoded = pc.dictionary_encode(plain.combine_chunks(), null_encoding="encode")
            labels[name] = encoded.dictionary.to_pylist()
            codes[name] = encoded.indices.to_numpy().astype(np.int64)
        return cls(labels, codes, table.column("value").cast(pa.float64()).to_numpy())

    def combined(self, *names: str) -> np.ndarray:
        """One number for each combination of these columns."""
        combined = np.zeros(len(self.values), dtype=np.int64)
        for name in names:
            combined = combined * len(self.labels[name]) + self.codes[name]
        return combined

    def cells(self) -> list[Cell]:
        """Every cell, in the order of the labels: collection, setting, measure, system, seed."""
        head = self.combined(*CELL)
        direction = self.combined("query_language", "passage_language")
        query = self.combined("query_language", "passage_language", "query_id")
        order = np.lexsort((query, head))
        borders = np.flatnonzero(np.diff(head[order])) + 1
        cells = []
        for rows in np.split(order, borders) if len(order) else []:
            collection, setting, measure, system, seed = (self.labels[n][self.codes[n][rows[0]]] for n in CELL)
            parts = (query[rows], direction[rows], self.codes["cluster"][rows], self.values[rows])
            cells.append(Cell(Quantity(collection, setting, measure), system, seed, *parts))
        return cells

    def query(self, number: int) -> str:
        """A query by its number in a cell, in words."""
        rest, query = divmod(int(number), len(self.labels["query_id"]))
        asked, passage = divmod(rest, len(self.labels["passage_language"]))
        direction = f"{self.labels['query_language'][asked]}-{self.labels['passage_language'][passage]}"
        return f"{self.labels['query_id'][query]} ({direction})"
