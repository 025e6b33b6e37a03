"""What a judgement leaves, as the tables that `ranks.parquet` and `top.parquet` hold. No scores are made here."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from polybatch.judging.layout import Layout
from polybatch.judging.ranks import OWN, UNION, Counts
from polybatch.judging.top import Top
from polybatch.records import SETTINGS, Setting
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA

MULTILINGUAL = SETTINGS.index("multilingual")


class Names(NamedTuple):
    """Whose judgement it is; strategy and seed are None for a system that was not trained here."""

    system: str
    strategy: str | None
    seed: int | None


def ranks_table(names: Names, layout: Layout, counts: Counts) -> pa.Table:
    """A table of RANKS_SCHEMA, setting by setting, in the order of queries and passages.

    Settings that the collection leaves out have no rows, nor has a passage that is the query itself; with one language
    there is no multilingual setting.
    """
    queries, passages = layout.relevant.queries, layout.relevant.passages
    own = (layout.home[passages] != layout.asked[queries]).astype(np.int64)  # monolingual, cross-lingual
    sides = [OWN] if len(layout.pools) == 1 else [OWN, UNION]
    setting = np.concatenate([own, *([np.full(len(own), MULTILINGUAL)] if UNION in sides else [])])
    order = np.argsort(setting, kind="stable")
    means = np.isin(setting, _numbers(layout.settings)) & ~np.tile(layout.itself, len(sides))
    order = order[means[order]]
    pair = np.tile(np.arange(len(queries)), len(sides))[order]
    side = np.repeat(sides, len(queries))[order]
    own_sizes = layout.own_sizes(queries[pair], layout.home[passages[pair]])
    size = np.where(side == UNION, layout.candidates[queries[pair]], own_sizes)
    return _table(
        RANKS_SCHEMA,
        _head(names, layout, queries[pair])
        | {
            "passage_language": _coded(layout.home[passages[pair]], layout.languages),
            "setting": _coded(setting[order], SETTINGS),
            "passage_id": _ids(layout.passages, passages[pair]),
            "grade": layout.grades[pair],
            "score": counts.scores[pair],
            "rank": counts.ranks[pair, side],
            "place": counts.places[pair, side],
            "pool_size": size,
        },
    )


def top_table(names: Names, layout: Layout, top: Top | None) -> pa.Table:
    """A table of TOP_SCHEMA, query by query, best first; empty without a top."""
    if top is None:
        return TOP_SCHEMA.empty_table()
    setting = np.full(len(layout.queries), MULTILINGUAL)
    if len(layout.pools) == 1:
        setting = (layout.asked != layout.languages.index(layout.pools[0])).astype(np.int64)
    judged = np.isin(np.arange(len(layout.queries)), layout.relevant.queries[~layout.itself])
    means = judged & np.isin(setting, _numbers(layout.settings))
    query, position = np.nonzero((top.passages >= 0) & means[:, None])
    passage = top.passages[query, position]
    pairs = layout.relevant.queries * len(layout.passages) + layout.relevant.passages
    return _table(
        TOP_SCHEMA,
        _head(names, layout, query)
        | {
            "setting": _coded(setting[query], SETTINGS),
            "position": position + 1,
            "language": _coded(layout.home[passage], layout.languages),
            "relevant": np.isin(query * len(layout.passages) + passage, pairs),
            "passage_id": _ids(layout.passages, passage),
            "score": top.scores[query, position],
        },
    )


def _numbers(settings: Sequence[Setting]) -> list[int]:
    return [SETTINGS.index(one) for one in settings]


def _head(names: Names, layout: Layout, queries: np.ndarray) -> dict[str, Any]:
    same = np.zeros(len(queries), dtype=np.int64)
    return {
        "system": _coded(same, [names.system]),
        "strategy": _coded(same, [names.strategy]),
        "seed": pa.array([names.seed], pa.int64()).take(pa.array(same)),
        "collection": _coded(same, [layout.name]),
        "query_id": _ids(layout.queries, queries),
        "cluster": pa.array([query.cluster for query in layout.queries]).take(pa.array(queries)),
        "query_language": _coded(layout.asked[queries], layout.languages),
    }


def _coded(codes: np.ndarray, values: Sequence[str | None]) -> pa.Array:
    """Words by their numbers; None is null."""
    if values == [None]:
        return pa.nulls(len(codes), RANKS_SCHEMA.field("strategy").type)
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(values, pa.string()))


def _ids(things: Sequence[Any], numbers: np.ndarray) -> pa.Array:
    kept, index = np.unique(numbers, return_inverse=True)
    return pa.array([things[number].id for number in kept], pa.string()).take(pa.array(index.ravel()))


def _table(schema: pa.Schema, columns: dict[str, Any]) -> pa.Table:
    return pa.table([columns[name] for name in schema.names], schema=schema)
