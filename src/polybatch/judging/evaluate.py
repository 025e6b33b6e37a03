"""Judge a model or a baseline on collections and write the out folder. Not here: how ranks and measures are made."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from polybatch.data.collections.table import load_collections
from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.errors import Fault, ModelError, ResultsError
from polybatch.judging.baselines.fusion import EncoderScorer, ReciprocalRankFusion
from polybatch.judging.baselines.table import BASELINES
from polybatch.judging.cache import CachedEncoder
from polybatch.judging.judge import Judged, judge_collection
from polybatch.judging.keeping import write_cases
from polybatch.judging.mteb_tasks.reading import FOLDER
from polybatch.judging.mteb_tasks.reading import PREFIX as MTEB
from polybatch.judging.mteb_tasks.running import find_tasks, run_tasks
from polybatch.judging.probe import language_probe
from polybatch.judging.scorers import as_judged
from polybatch.judging.truncation import truncation_notes
from polybatch.measures.families import DEFAULT, TOP_SIZE
from polybatch.measures.measures import measure, parse_measures
from polybatch.measures.table import LANGUAGE_PROBE
from polybatch.progress import Progress
from polybatch.provenance import content_hash, manifest_head
from polybatch.records import Collection
from polybatch.results.store import ALL, MANIFEST, MEAN, MODEL, Result, Store
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA


class Evaluation(NamedTuple):
    """What was measured, and notes on what no figure shows: zero vectors, texts cut, queries left out, refusals."""

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
    beside: Sequence[Result] = (),
) -> Evaluation:
    """Rank every collection, measure, and write `ranks.parquet`, `top.parquet`, then `results.json`, to `out`.

    `judged` is whatever `judge_collection` takes, `device` and `top` are as there. With a folder `cache`, an encoder's
    vectors are kept there by content. `beside` are rows from elsewhere, without ranks, that go into the results too.
    Raises FaultyInputError before any work for a text that is no measure.
    """
    parse_measures(measures)
    judged = reader = as_judged(judged)
    if cache and not hasattr(judged, "prepare"):
        judged = CachedEncoder(judged, cache)
    head = (system, strategy, seed)
    ranks, best = list[pa.Table](), list[pa.Table]()
    probed: list[Result] = []
    notes: list[str] = []
    for one in collections:
        found = judge_collection(
            judged, one, system=system, strategy=strategy, seed=seed, top=top, device=device, progress=progress
        )
        ranks.append(found.ranks)
        best.append(found.top)
        notes += [*found.notes, *truncation_notes(reader, one)]
        if LANGUAGE_PROBE in measures:
            probed += _probe(found, (*head, one.name))
    return write_judged(out, ranks, best, measures, notes=notes, beside=[*probed, *beside], progress=progress)


def write_judged(
    out: Path,
    ranks: Sequence[pa.Table],
    top: Sequence[pa.Table],
    measures: Sequence[str],
    *,
    notes: Sequence[str],
    beside: Sequence[Result],
    progress: Progress,
) -> Evaluation:
    """Measure tables of RANKS_SCHEMA and TOP_SCHEMA, and write them and the results to `out`, with rows from elsewhere.

    Measures that refuse the record are said and added to the notes; that of vectors, which no record holds, is left
    out.
    """
    joined = pa.concat_tables([RANKS_SCHEMA.empty_table(), *ranks]).unify_dictionaries()
    best = pa.concat_tables([TOP_SCHEMA.empty_table(), *top]).unify_dictionaries()
    faults: list[Fault] = []
    results = measure(joined, [one for one in measures if one != LANGUAGE_PROBE], top=best, faults=faults)
    refused = list(map(str, dict.fromkeys(faults)))
    for note in refused:
        progress.say(note)
    out.mkdir(parents=True, exist_ok=True)
    store = Store(out)
    store.write_ranks(joined)
    store.write_top(best)
    store.write_results([*results, *beside])
    return Evaluation([*results, *beside], [*notes, *refused])


def evaluate_model(
    model: Any,
    on: Sequence[str | Collection],
    *,
    record: Mapping[str, Any],
    name: str = "",
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
    fuse_bm25: bool = False,
) -> None:
    """Judge a sentence-transformers model, or one of BASELINES, on collections; write results and manifest to `out`.

    `model` is a folder, a hub name, the name of a baseline, a SentenceTransformer, or whatever `judge_collection`
    takes; collections go by name or folder, or are given. `record` is what polybatch wrote beside a model that it
    trained (strategy, seed, mix), empty for any other; `name` is what the system is called, else its strategy or the
    model's name; `measures` and what follows are as in `evaluate`.
    With `fuse_bm25`, the reciprocal rank fusion of the model and BM25 is evaluated instead, as a system of its own,
    `MODEL+bm25`, which no strategy trained. `mteb:TASK` among the collections is a task of MTEB, run by MTEB: its
    files go to the folder `mteb` in `out`. Raises DataError with the faults of all collections,
    ModelError, FaultyInputError for a text that is no measure, and ResultsError where `out` holds a run.
    """
    parse_measures(measures)
    baseline = isinstance(model, str) and model in BASELINES
    called = model if isinstance(model, str) else name or type(model).__name__
    if fuse_bm25 and baseline:
        raise ModelError([Fault(called, "cannot be fused with BM25", "the fusion is of BM25 and a model")])
    named = [each.removeprefix(MTEB) for each in on if isinstance(each, str) and each.startswith(MTEB)]
    if named and (fuse_bm25 or baseline):
        raise ModelError([Fault(MTEB + named[0], "takes a model alone", "no baseline, no fusion")])
    collections = _collections(on, data=data, languages=languages)
    tasks = find_tasks(named, languages=languages) if named else []
    check_out(out)
    strategy, seed = record.get("strategy"), record.get("seed")
    system = name or system_of(called, strategy)
    judged: Any = BASELINES[model](collections) if baseline else _reader(model, batch_size)
    if fuse_bm25:
        encoder = CachedEncoder(judged, cache) if cache else judged
        judged = ReciprocalRankFusion([BASELINES["bm25"](collections), EncoderScorer(encoder, device=device)])
        system, strategy = f"{system}+bm25", None
    beside: list[Result] = []
    if tasks:
        names: dict[str, Any] = {"system": system, "strategy": strategy, "seed": seed}
        names |= {"batch_size": batch_size, "out": out / FOLDER, "progress": progress, "measures": measures}
        beside = run_tasks(judged.model, tasks, **names)
    options: dict[str, Any] = {
        "measures": measures,
        "cache": cache,
        "top": top,
        "device": device,
        "beside": beside,
    }
    found = evaluate(
        judged, collections, system=system, strategy=strategy, seed=seed, out=out, progress=progress, **options
    )
    store = Store(out)
    write_cases(store, collections, ranks=store.ranks, top=store.top)
    manifest = manifest_head("evaluate", command) | {
        "finished": True,
        "model": called,
        "systems": [{"system": system, "strategy": strategy}],
        "seeds": [] if seed is None else [seed],
        "measures": list(measures),
        "collections": [describe_collection(one) for one in collections],
        "notes": found.notes,
        "mix": [{"system": system, "seed": seed, **describe_mix(record["mix"])}] if record.get("mix") else [],
    }
    store.write_manifest(manifest)


def _collections(
    on: Sequence[str | Collection], *, data: Path | None, languages: Sequence[str] | None
) -> list[Collection]:
    """The collections of a request in its order, those that it names loaded; MTEB's tasks are none."""
    named = [each for each in on if isinstance(each, str) and not each.startswith(MTEB)]
    loaded = iter(load_collections(named, data=data, languages=languages))
    given = [each for each in on if isinstance(each, Collection) or each in named]
    return [each if isinstance(each, Collection) else next(loaded) for each in given]


def _reader(model: Any, batch_size: int) -> Any:
    """The model as it is evaluated: one that has a name is loaded, with its prompts and its normalisation."""
    if isinstance(model, str):
        return load_encoder(model, batch_size=batch_size)
    has_prompts = hasattr(model, "encode_query") and hasattr(model, "encode_document")
    return SentenceEncoder(model, batch_size=batch_size) if has_prompts else model


def system_of(model: str, strategy: str | None) -> str:
    """What an evaluated model is called: its folder's name, or the last part of its name on the hub.

    A run calls the folder of each model `model`: those go by the strategy, so that their seeds come together.
    """
    name = Path(model).resolve().name if model in (".", "..") else Path(model).name or model
    return strategy if strategy and name == MODEL else name


def check_out(out: Path) -> None:
    """Raise ResultsError where a folder holds a run of a recipe, which no evaluation may overwrite."""
    store = Store(out)
    if store.has(MANIFEST) and store.manifest.kind != "evaluate":
        raise ResultsError([Fault(str(out), "holds a run of a recipe", "name another --out")])


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
    """What a manifest says of a collection: counts per language, licence, what query, candidate and cluster are."""
    return {
        "name": collection.name,
        "licence": collection.licence,
        "queries": {code: len(found) for code, found in sorted(collection.queries.items())},
        "passages": {code: len(collection.passages[code]) for code in collection.languages},
        "settings": list(collection.settings),
        "notes": {"cluster": collection.unit, **collection.notes},
        "texts": content_hash(_texts(collection)),
    }


def _texts(collection: Collection) -> Iterator[str]:
    """Every text that is judged on, with its place: whoever has the same ones was judged on the same."""
    for what, texts in (("query", collection.queries), ("passage", collection.passages)):
        for code in sorted(texts):
            yield from (f"{what} {code} {one.id} {one.text}" for one in texts[code])
