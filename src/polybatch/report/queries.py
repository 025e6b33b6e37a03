"""Single queries of a report: how rank distance spreads over them, and the excess of their own language. No markup."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from polybatch.measures.measures import measure, per_query
from polybatch.report.summary import EXCESS, RANK_DISTANCE
from polybatch.results.store import RANKS, TOP, Result, Store

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_ROWS = 8_000_000  # of the top passages of a folder: with more, the page would take a minute


@dataclass(frozen=True, slots=True)
class Spread:
    """The quantiles SHARES of rank distance over a system's queries, those of all languages and seeds together."""

    collection: str
    system: str
    queries: int
    quantiles: tuple[float, ...]


class Singles(NamedTuple):
    """A folder's multilingual rankings: rank distances by query, and the excess of the query's language."""

    distances: pa.Table
    excess: tuple[Result, ...]


def read_singles(store: Store) -> Singles | None:
    """The multilingual rankings of a folder; None where it has none. Raises ResultsError where they cannot be read.

    There is no excess without `top.parquet`, with more than MOST_ROWS of it, or where fewer than ten passages of each
    query were kept.
    """
    if not store.has(RANKS):
        return None
    ranks = store.ranks.filter(pc.field("setting") == "multilingual")
    if not ranks.num_rows:
        return None
    distances = per_query(ranks, [RANK_DISTANCE])
    excess = []
    if store.has(TOP) and store.rows(TOP) <= MOST_ROWS:
        excess = measure(ranks, [EXCESS], top=store.top, faults=[])  # none where the record is too short for it
    return Singles(distances.select(["collection", "system", "value"]), tuple(excess))


def spreads_of(found: Sequence[tuple[Singles, Callable[[str], str]]]) -> tuple[Spread, ...]:
    """The spread of each system on each collection; each folder's come with what the report calls its systems."""
    if not found:
        return ()
    return tuple(_spreads(pa.concat_tables([_renamed(one.distances, called) for one, called in found])))


def _spreads(rows: pa.Table) -> Iterator[Spread]:
    for one in rows.group_by(["collection", "system"], use_threads=False).aggregate([]).to_pylist():
        mine = rows.filter((pc.field("collection") == one["collection"]) & (pc.field("system") == one["system"]))
        distances = mine.column("value").to_numpy()
        quantiles = tuple(np.quantile(distances, SHARES).tolist())
        yield Spread(one["collection"], one["system"], len(distances), quantiles)


def _renamed(table: pa.Table, called: Callable[[str], str]) -> pa.Table:
    """The same under the report's names, in plain columns."""
    table = table.set_column(0, "collection", table.column("collection").cast(pa.string()))
    encoded = table.column("system").cast(pa.string()).combine_chunks().dictionary_encode()
    words = pa.array([called(name) for name in encoded.dictionary.to_pylist()], pa.string())
    return table.set_column(1, "system", words.take(encoded.indices))
