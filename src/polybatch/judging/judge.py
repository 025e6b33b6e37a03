"""Judge an encoder, a scorer or given vectors on a collection: score once, rank in the three settings. No files."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from polybatch.errors import DataError, Fault, ModelError
from polybatch.judging.candidates import rank_candidates
from polybatch.judging.checks import collection_faults, collection_notes
from polybatch.judging.layout import Layout, distinct
from polybatch.judging.near_ties import near_tie_notes
from polybatch.judging.record import Names, ranks_table, top_table
from polybatch.judging.scorers import ScoreSource, TextScores, VectorScores, as_judged, check_device
from polybatch.judging.vectors import Vectors, as_array, check_vectors
from polybatch.measures.families import TOP_SIZE
from polybatch.progress import Progress, Silent
from polybatch.records import Collection


class Judged(NamedTuple):
    """Ranks (RANKS_SCHEMA), the best passages in the pool of all languages (TOP_SCHEMA), and notes on what was met.

    `vectors` are those of the distinct passage texts, None where a scorer was judged; `languages` holds the language
    of each passage, and `texts` which of the vectors is its own.
    """

    ranks: pa.Table
    top: pa.Table
    notes: tuple[str, ...]
    vectors: Vectors | None
    languages: np.ndarray
    texts: np.ndarray


def judge_collection(
    judged: Any,
    collection: Collection,
    *,
    system: str,
    strategy: str | None = None,
    seed: int | None = None,
    top: int = TOP_SIZE,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Judged:
    """Rank every relevant passage of every query in every pool, and keep the best `top` of all languages' passages.

    `judged` is an Encoder, a Scorer, or anything with sentence-transformers' `encode`. Each distinct text is encoded
    once, and every pool is a view of the same scores, so equal passages tie exactly and a passage has one score in all
    settings. Ranks are from 1, over the full pool; under ties `rank` is the expected one, `place` that of `tie_order`.
    Monolingual: the pool is the query language's; cross-lingual: each other language's; multilingual: the union, if
    there is more than one language. Settings that the collection leaves out have no rows. A query without a relevant
    passage in a pool has no row there, and a query without any is named in the notes. `device` is where scores are
    made; vectors come from wherever the encoder makes them.

    Raises DataError with every fault of the collection, ModelError for vectors that are not finite or of wrong shape;
    zero vectors score 0, and a note counts them.
    """
    progress = progress or Silent()
    _check(collection)
    check_device(device)
    layout = Layout(collection)
    passages, passage_texts = distinct([passage.text for passage in layout.passages])
    queries, query_texts = distinct([query.text for query in layout.queries])
    judged = as_judged(judged)
    if hasattr(judged, "prepare"):
        score = judged.prepare(passages, progress)
        source: ScoreSource = TextScores(queries, np.arange(len(passages)), score, device)
        notes: list[str] = []
    else:
        found = judged.encode_passages(passages, progress)
        asked = judged.encode_queries(queries, progress)
        source, notes = _vector_scores([asked], queries, [found], passages, device)
    names = Names(system, strategy, seed)
    return _judge(collection, layout, source, query_texts, passage_texts, names, notes, top, progress)


def judge_vectors(
    queries: Mapping[str, Any],
    passages: Mapping[str, Any],
    collection: Collection,
    *,
    system: str,
    strategy: str | None = None,
    seed: int | None = None,
    top: int = TOP_SIZE,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Judged:
    """Judge given vectors as `judge_collection` judges an encoder's.

    `queries` and `passages` map each language to an array or tensor of shape (texts, dimensions), in the order of the
    collection's. Nothing is copied whole: a memory-mapped file will do. Passages with equal vectors tie exactly.
    """
    _check(collection)
    check_device(device)
    faults: list[Fault] = []
    for what, given, wanted in (
        ("queries", queries, collection.queries),
        ("passages", passages, collection.passages),
    ):
        for code in sorted({*given, *wanted}):
            here, there = len(given.get(code, ())), len(wanted.get(code, ()))
            if here != there:
                faults.append(Fault(f"{what} in {code}", f"{here} vectors", f"{there} work"))
    if faults:
        raise ModelError(faults)
    layout = Layout(collection)
    source, notes = _vector_scores(
        [as_array(queries[code]) for code in sorted(collection.queries) if len(queries[code])],
        [query.text for query in layout.queries],
        [as_array(passages[code]) for code in layout.pools],
        [passage.text for passage in layout.passages],
        device,
    )
    texts = np.arange(len(layout.queries)), np.arange(len(layout.passages))
    return _judge(collection, layout, source, *texts, Names(system, strategy, seed), notes, top, progress or Silent())


def rank_collection(
    judged: Any,
    collection: Collection,
    *,
    system: str,
    strategy: str | None = None,
    seed: int | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> pa.Table:
    """The ranks alone of `judge_collection`: a table of RANKS_SCHEMA."""
    return judge_collection(
        judged, collection, system=system, strategy=strategy, seed=seed, top=0, device=device, progress=progress
    ).ranks


def _check(collection: Collection) -> None:
    if faults := collection_faults(collection):
        raise DataError(faults)


def _vector_scores(
    queries: Sequence[Any],
    query_texts: Sequence[str],
    passages: Sequence[Any],
    passage_texts: Sequence[str],
    device: str,
) -> tuple[VectorScores, list[str]]:
    """Checked vectors of both sides and notes on them; raises ModelError with the faults of both."""
    found, faults, note = check_vectors(passages, passage_texts, "passages")
    asked, more, other = check_vectors(queries, query_texts, "queries")
    faults += more
    if found and asked and found.dimensions != asked.dimensions:
        dimensions = f"queries have {asked.dimensions} dimensions, passages {found.dimensions}"
        faults.append(Fault("encoder", dimensions, "one number of dimensions works"))
    if faults or found is None or asked is None:
        raise ModelError(faults)
    return VectorScores(asked, found, device), [one for one in (note, other) if one]


def _judge(
    collection: Collection,
    layout: Layout,
    source: ScoreSource,
    query_texts: np.ndarray,
    passage_texts: np.ndarray,
    names: Names,
    notes: Sequence[str],
    size: int,
    progress: Progress,
) -> Judged:
    columns = source.columns[passage_texts]
    counts, top = rank_candidates(source, layout, columns, query_texts, top=size, progress=progress)
    told = (*collection_notes(collection), *(f"{collection.name}: {note}" for note in notes))
    if isinstance(source, VectorScores):
        told += tuple(near_tie_notes(collection.name, top, columns))
    for note in told:
        progress.say(note)
    return Judged(
        ranks_table(names, layout, counts),
        top_table(names, layout, top),
        told,
        source.passages if isinstance(source, VectorScores) else None,
        np.array(layout.languages)[layout.home],
        passage_texts,
    )
