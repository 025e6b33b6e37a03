"""Judge an encoder or a model on collections and write the out folder. Not here: how ranks and measures are made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from polybatch.data.sources import load_collections
from polybatch.encoders.loading import load_encoder
from polybatch.errors import Fault, ResultsError
from polybatch.evaluation.judge import Encoder, rank_collection
from polybatch.evaluation.measures import measure
from polybatch.evaluation.results import (
    MANIFEST,
    Result,
    read_manifest,
    write_manifest,
    write_ranks,
    write_results,
)
from polybatch.progress import Progress
from polybatch.provenance import manifest_head
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


def evaluate_model(
    model: str,
    on: Sequence[str],
    *,
    record: Mapping[str, Any],
    data: Path | None,
    languages: Sequence[str] | None,
    batch_size: int,
    out: Path,
    command: str,
    progress: Progress,
) -> None:
    """Judge a sentence-transformers model on collections by name or folder; write results and manifest to `out`.

    `record` is what polybatch wrote beside a model that it trained (strategy, seed, mix), empty for any other.
    Raises DataError with the faults of all collections, ModelError, and ResultsError where `out` holds a run.
    """
    collections = load_collections(on, data=data, languages=languages)
    if (out / MANIFEST).is_file() and read_manifest(out).get("kind") != "evaluate":
        raise ResultsError([Fault(str(out), "holds a run of a recipe", "name another --out")])
    encoder = load_encoder(model, batch_size=batch_size)
    strategy, seed = record.get("strategy"), record.get("seed")
    system = strategy or Path(model).name or model
    evaluate(encoder, collections, system=system, strategy=strategy, seed=seed, out=out, progress=progress)
    manifest = manifest_head("evaluate", command) | {
        "finished": True,
        "model": model,
        "systems": [{"system": system, "strategy": strategy}],
        "seeds": [] if seed is None else [seed],
        "collections": [describe_collection(one) for one in collections],
        "mix": [{"system": system, "seed": seed, **record["mix"]}] if record.get("mix") else [],
    }
    write_manifest(out, manifest)


def describe_collection(collection: Collection) -> dict[str, Any]:
    """What a manifest says of a collection: counts per language, licence, what a query and a candidate are."""
    return {
        "name": collection.name,
        "licence": collection.licence,
        "queries": {code: len(found) for code, found in sorted(collection.queries.items())},
        "passages": {code: len(collection.passages[code]) for code in collection.languages},
        "notes": dict(collection.notes),
    }
