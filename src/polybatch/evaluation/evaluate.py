"""Judge an encoder on collections and write the out folder. Not here: where encoder and collections come from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from polybatch.evaluation.judge import Encoder, rank_collection
from polybatch.evaluation.measures import measure
from polybatch.evaluation.results import Result, write_ranks, write_results
from polybatch.progress import Progress
from polybatch.records import Collection


def evaluate(
    encoder: Encoder,
    collections: Sequence[Collection],
    *,
    system: str,
    strategy: str | None,
    seed: int | None,
    out: Path,
    progress: Progress,
) -> list[Result]:
    """Rank every collection, measure, and write `ranks.parquet`, then `results.json`, to `out`."""
    names = {"system": system, "strategy": strategy, "seed": seed}
    tables = [rank_collection(encoder, one, **names, progress=progress) for one in collections]  # type: ignore[arg-type]
    ranks = pa.concat_tables(tables)
    results = measure(ranks)
    out.mkdir(parents=True, exist_ok=True)
    write_ranks(out, ranks)
    write_results(out, results)
    return results


def describe_collection(collection: Collection) -> dict[str, Any]:
    """What a manifest says of a collection: counts per language, licence, what a query and a candidate are."""
    return {
        "name": collection.name,
        "licence": collection.licence,
        "queries": {code: len(found) for code, found in sorted(collection.queries.items())},
        "passages": {code: len(collection.passages[code]) for code in collection.languages},
        "notes": dict(collection.notes),
    }
