"""Single queries of a report: how rank distance spreads over them, and where systems differ most. No markup."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from polybatch.evaluation.measures import measure, per_query
from polybatch.evaluation.results import RANKS, TOP, Result, read_ranks, read_top
from polybatch.report.summary import EXCESS, MAP, RANK_DISTANCE

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
EXAMPLES = 5  # queries shown of each collection
POSITIONS = 3  # passages shown of each system
MOST_ROWS = 8_000_000  # of the top passages of a folder: with more, the page would take a minute


@dataclass(frozen=True, slots=True)
class Spread:
    """The quantiles SHARES of rank distance over a system's queries, those of all languages and seeds together."""

    collection: str
    system: str
    queries: int
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that stands at the top."""

    passage_id: str
    language: str
    relevant: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What one system put first for a query, with one of its seeds; `value` is its mean average precision over all."""

    system: str
    value: float
    seed: int | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A query, and what each system makes of it, the best first."""

    collection: str
    query_id: str
    language: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Queries:
    """What the page shows of single queries; empty where folders do not store them."""

    spreads: tuple[Spread, ...] = ()
    examples: tuple[Example, ...] = ()


class Singles(NamedTuple):
    """A folder's multilingual rankings: values by query, the top passages, and the excess of the query's language."""

    values: pa.Table
    top: pa.Table | None
    excess: tuple[Result, ...]


def read_singles(folder: Path) -> Singles | None:
    """The multilingual rankings of a folder; None where it has none. Raises ResultsError where they cannot be read.

    Without `top.parquet`, or with more than MOST_ROWS of it, there are no top passages and no excess;
    no excess either where fewer than ten passages of each query were kept.
    """
    if not (folder / RANKS).exists():
        return None
    ranks = read_ranks(folder, filters=pc.field("setting") == "multilingual")
    if not ranks.num_rows:
        return None
    values = per_query(ranks, [MAP, RANK_DISTANCE])
    for name in ("system", "collection", "query_language", "measure"):
        values = values.set_column(values.schema.get_field_index(name), name, values.column(name).cast(pa.string()))
    top, excess = None, []
    if (folder / TOP).exists() and pq.read_metadata(folder / TOP).num_rows <= MOST_ROWS:
        top = read_top(folder)
        excess = measure(ranks, [EXCESS], top=top, faults=[])  # none where the record does not reach so far down
    return Singles(values, top, tuple(excess))


def queries_of(found: Sequence[tuple[Singles, Callable[[str], str]]], trained: Iterable[str]) -> Queries:
    """Spreads of all systems, and the queries over whose average precision systems differ most.

    Each folder's rankings come with what the report calls its systems. Where two of the `trained` systems were judged
    on a collection, its queries are chosen by these alone: by the highest less the lowest mean over seeds. Of a cluster
    one query is shown.
    """
    if not found:
        return Queries()
    values = pa.concat_tables([_renamed(one.values, called) for one, called in found], promote_options="permissive")
    tops = [_renamed(one.top, called) for one, called in found if one.top is not None]
    return Queries(tuple(_spreads(values)), tuple(_examples(values, tops, frozenset(trained))) if tops else ())


def _spreads(values: pa.Table) -> Iterable[Spread]:
    rows = values.filter(pc.field("measure") == RANK_DISTANCE)
    for one in rows.group_by(["collection", "system"], use_threads=False).aggregate([]).to_pylist():
        mine = rows.filter((pc.field("collection") == one["collection"]) & (pc.field("system") == one["system"]))
        distances = mine.column("value").to_numpy()
        quantiles = tuple(np.quantile(distances, SHARES).tolist())
        yield Spread(one["collection"], one["system"], len(distances), quantiles)


def _examples(values: pa.Table, tops: Sequence[pa.Table], trained: frozenset[str]) -> Iterable[Example]:
    rows = values.filter(pc.field("measure") == MAP)
    keys = ["collection", "query_language", "query_id", "cluster", "system"]
    means = rows.group_by(keys, use_threads=False).aggregate([("value", "mean"), ("seed", "min")])
    for collection in pc.unique(means.column("collection")).to_pylist():
        mine = means.filter(pc.field("collection") == collection)
        among = trained & set(mine.column("system").to_pylist())
        chosen_by = mine.filter(pc.is_in(mine.column("system"), pa.array(sorted(among)))) if len(among) > 1 else mine
        for query, language in _furthest(chosen_by):
            asked = (pc.field("query_id") == query) & (pc.field("query_language") == language)
            first = [top.filter(asked & (pc.field("collection") == collection)).to_pylist() for top in tops]
            best = mine.filter(asked).sort_by([("value_mean", "descending"), ("system", "ascending")]).to_pylist()
            shown = tuple(_shown(one, [row for rows in first for row in rows]) for one in best)
            yield Example(collection, query, language, shown)


def _furthest(means: pa.Table) -> list[tuple[str, str]]:
    """The queries and their languages whose systems lie furthest apart, at most one of a cluster."""
    place = ["cluster", "query_id", "query_language"]
    apart = means.group_by(place, use_threads=False).aggregate([("value_mean", "max"), ("value_mean", "min")])
    gap = pc.subtract(apart.column("value_mean_max"), apart.column("value_mean_min"))
    order = apart.append_column("gap", gap).sort_by([("gap", "descending"), *((name, "ascending") for name in place)])
    chosen: dict[str, tuple[str, str]] = {}
    for row in order.slice(0, 50 * EXAMPLES).to_pylist():
        if row["gap"] > 0 and len(chosen) < EXAMPLES:
            chosen.setdefault(row["cluster"], (row["query_id"], row["query_language"]))
    return list(chosen.values())


def _shown(one: dict[str, Any], top: Sequence[dict[str, Any]]) -> Shown:
    mine = [row for row in top if row["system"] == one["system"] and row["seed"] == one["seed_min"]]
    best = sorted(mine, key=lambda row: int(row["position"]))[:POSITIONS]
    passages = tuple(Passage(row["passage_id"], row["language"], row["relevant"]) for row in best)
    return Shown(one["system"], one["value_mean"], one["seed_min"], passages)


def _renamed(table: pa.Table, called: Callable[[str], str]) -> pa.Table:
    encoded = table.column("system").cast(pa.string()).combine_chunks().dictionary_encode()
    words = pa.array([called(name) for name in encoded.dictionary.to_pylist()], pa.string())
    return table.set_column(table.schema.get_field_index("system"), "system", words.take(encoded.indices))
