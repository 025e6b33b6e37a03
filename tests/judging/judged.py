"""Out folders with the ranks of made-up systems: no model is trained, and nothing but the ranks is made up."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from polybatch.results.store import Store
from polybatch.results.tables import RANKS_SCHEMA

Levels = Mapping[tuple[str, int | None], float]
LANGUAGES = ("en", "sw")
POOL = 50  # passages in each language


def ranks_of(
    levels: Levels,
    *,
    collection: str = "news",
    questions: Sequence[int] = range(30),
    pool: int = POOL,
) -> pa.Table:
    """Ranks with one relevant passage in each language, by system and seed: the higher the level, the worse.

    Every third question lacks its Swahili version, so that directions have different numbers of queries.
    """
    rows = []
    for (system, seed), level in levels.items():
        rng = np.random.default_rng([sum(system.encode()), seed or 0])
        for question in questions:
            for asked in LANGUAGES[: 1 if question % 3 == 0 else 2]:
                for passage in LANGUAGES:
                    own = "monolingual" if asked == passage else "cross-lingual"
                    rank = 1 + min(pool - 1, int(rng.exponential(level) + question % 5))
                    first = LANGUAGES.index(passage) == 0  # in the pool of both, the ranks of the first are odd
                    for setting, factor, place in ((own, 1, rank), ("multilingual", 2, 2 * rank - first)):
                        rows.append(
                            {
                                "system": system,
                                "strategy": system if seed else None,
                                "seed": seed,
                                "collection": collection,
                                "query_id": f"q{question}",
                                "cluster": f"q{question}",
                                "query_language": asked,
                                "passage_language": passage,
                                "setting": setting,
                                "passage_id": f"{passage}:{question}",
                                "grade": 1,
                                "score": 1 / rank,
                                "rank": place,
                                "place": place,
                                "pool_size": factor * pool,
                            }
                        )
    return pa.Table.from_pylist(rows, RANKS_SCHEMA)


def write_judged(folder: Path, *tables: pa.Table) -> Path:
    """An out folder with these ranks."""
    folder.mkdir(parents=True)
    Store(folder).write_ranks(pa.concat_tables(tables).unify_dictionaries())
    return folder


TWO_SYSTEMS: Levels = {(system, seed): level for system, level in (("en-en", 12.0), ("x-y", 2.0)) for seed in (1, 2, 3)}
"""Levels of two systems, the second much better."""
