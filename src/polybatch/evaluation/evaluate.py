"""Judge an encoder or a model on collections and write the out folder. Not here: how ranks and measures are made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from polybatch.data.sources import load_collections
from polybatch.encoders.loading import load_encoder
from polybatch.errors import Fault, ResultsError
from polybatch.evaluation.cache import CachedEncoder
from polybatch.evaluation.families import DEFAULT, LANGUAGE_PROBE
from polybatch.evaluation.judge import TOP_SIZE, Judged, judge_collection
from polybatch.evaluation.measures import measure, parse_measures
from polybatch.evaluation.probe import language_probe
from polybatch.evaluation.results import (
    ALL,
    MANIFEST,
    MEAN,
    Result,
    read_manifest,
    write_manifest,
    write_ranks,
    write_results,
    write_top,
)
from polybatch.evaluation.scorers import as_judged
from polybatch.progress import Progress
from polybatch.provenance import manifest_head
from polybatch.records import Collection


class Evaluation(NamedTuple):
    """What was measured, and notes on what no figure shows: zero vectors, queries left out, measures that refuse."""

    results: list[Result]
    notes: list[str]


def evaluate(
    judged: Any,
    collections: Sequence[Collection],
    *,
    system: str,
    strategy: str | None,
    seed: int | None,
    out: Path,
    progress: Progress,
    measures: Sequence[str] = DEFAULT,
    cache: Path | None = None,
    top: int = TOP_SIZE,
    device: str = "cpu",
) -> Evaluation:
    """Rank every collection, measure, and write `ranks.parquet`, `top.parquet`, then `results.json`, to `out`.

    `judged` is whatever `judge_collection` takes, `device` and `top` are as there. With a folder `cache`, an encoder's
    vectors are kept there by content. Raises FaultyInputError before any work for a text that is no measure.
    """
    parse_measures(measures)
    recorded = [one for one in measures if one != LANGUAGE_PROBE]
    judged = as_judged(judged)
    if cache and not hasattr(judged, "prepare"):
        judged = CachedEncoder(judged, cache)
    head = (system, strategy, seed)
    ranks, best = [], []
    probed: list[Result] = []
    notes: list[str] = []
    for one in collections:
        found = judge_collection(
            judged, one, system=system, strategy=strategy, seed=seed, top=top, device=device, progress=progress
        )
        ranks.append(found.ranks)
        best.append(found.top)
        notes += found.notes
        if LANGUAGE_PROBE in measures:
            probed += _probe(found, (*head, one.name))
    faults: list[Fault] = []
    results = measure(pa.concat_tables(ranks), recorded, top=pa.concat_tables(best), faults=faults) + probed
    for fault in dict.fromkeys(faults):
        notes.append(str(fault))
        progress.say(str(fault))
    out.mkdir(parents=True, exist_ok=True)
    write_ranks(out, pa.concat_tables(ranks))
    write_top(out, pa.concat_tables(best))
    write_results(out, results)
    return Evaluation(results, notes)


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
    measures: Sequence[str] = DEFAULT,
    cache: Path | None = None,
    top: int = TOP_SIZE,
    device: str = "cpu",
) -> None:
    """Judge a sentence-transformers model on collections by name or folder; write results and manifest to `out`.

    `record` is what polybatch wrote beside a model that it trained (strategy, seed, mix), empty for any other; the
    last four are as in `evaluate`. Raises DataError with the faults of all collections, ModelError, FaultyInputError
    for a text that is no measure, and ResultsError where `out` holds a run.
    """
    parse_measures(measures)
    collections = load_collections(on, data=data, languages=languages)
    if (out / MANIFEST).is_file() and read_manifest(out).get("kind") != "evaluate":
        raise ResultsError([Fault(str(out), "holds a run of a recipe", "name another --out")])
    encoder = load_encoder(model, batch_size=batch_size)
    strategy, seed = record.get("strategy"), record.get("seed")
    system = strategy or Path(model).name or model
    options: dict[str, Any] = {"measures": measures, "cache": cache, "top": top, "device": device}
    found = evaluate(
        encoder, collections, system=system, strategy=strategy, seed=seed, out=out, progress=progress, **options
    )
    manifest = manifest_head("evaluate", command) | {
        "finished": True,
        "model": model,
        "systems": [{"system": system, "strategy": strategy}],
        "seeds": [] if seed is None else [seed],
        "collections": [describe_collection(one) for one in collections],
        "notes": found.notes,
        "mix": [{"system": system, "seed": seed, **describe_mix(record["mix"])}] if record.get("mix") else [],
    }
    write_manifest(out, manifest)


def _probe(judged: Judged, head: tuple[str, str | None, int | None, str]) -> list[Result]:
    found = judged.vectors and language_probe(judged.vectors, judged.texts, judged.languages)
    if not found:
        return []
    return [Result(*head, "multilingual", MEAN, ALL, LANGUAGE_PROBE, *found)]


def describe_mix(mix: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says of the batches that a model saw; the directions of every block stand beside the model."""
    blocks = {part: counts for part, counts in mix.get("blocks", {}).items() if part != "directions"}
    return {**mix, "blocks": blocks}


def describe_collection(collection: Collection) -> dict[str, Any]:
    """What a manifest says of a collection: counts per language, licence, what a query and a candidate are."""
    return {
        "name": collection.name,
        "licence": collection.licence,
        "queries": {code: len(found) for code, found in sorted(collection.queries.items())},
        "passages": {code: len(collection.passages[code]) for code in collection.languages},
        "notes": dict(collection.notes),
    }
