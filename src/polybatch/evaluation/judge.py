"""Judge an encoder on a collection: encode once, rank exactly, in the three settings. Writes nothing."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from polybatch.errors import DataError, Fault, ModelError
from polybatch.evaluation.ranks import count_better, tie_order
from polybatch.evaluation.results import RANKS_SCHEMA, Setting
from polybatch.progress import Progress, Silent
from polybatch.records import Collection, Query


class Encoder(Protocol):
    """What is judged: texts in, vectors out, float32 of shape (texts, dimensions). Scores are cosines."""

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of queries, with whatever prefix the encoder gives them."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of passages, with whatever prefix the encoder gives them."""
        ...


def rank_collection(
    encoder: Encoder,
    collection: Collection,
    *,
    system: str,
    strategy: str | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> pa.Table:
    """The rank of every relevant passage of every query in every pool: a table of RANKS_SCHEMA.

    Each distinct text is encoded once, and every pool is a view of the same scores, so that equal passages tie exactly
    and a passage has one score in all settings. Ranks are from 1, over the full pool; ties stand in `tie_order`.
    Monolingual: the pool is the query language's; cross-lingual: each other language's; multilingual: the union, if
    there is more than one language. A query without a relevant passage in a pool has no row there.

    Raises DataError if no query has a relevant passage, ModelError for vectors that are not finite or of wrong shape.
    """
    progress = progress or Silent()
    languages = collection.languages
    passages = [passage for code in languages for passage in collection.passages[code]]
    position = {passage.id: index for index, passage in enumerate(passages)}
    sizes = np.array([len(collection.passages[code]) for code in languages])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    language_of = np.repeat(np.arange(len(languages)), sizes)
    order = tie_order([passage.id for passage in passages])

    passage_texts, passage_index = _distinct([passage.text for passage in passages])
    passage_vectors = _unit(encoder.encode_passages(passage_texts, progress), len(passage_texts), "passages")
    query_texts = _distinct([query.text for found in collection.queries.values() for query in found])[0]
    query_vectors = _unit(encoder.encode_queries(query_texts, progress), len(query_texts), "queries")
    vector_of = dict(zip(query_texts, query_vectors, strict=True))

    columns: dict[str, list[Any]] = {name: [] for name in RANKS_SCHEMA.names}

    def add(query: Query, query_language: str, setting: Setting, where: int, rank: int, pool_size: int) -> None:
        head = (system, strategy, seed, collection.name, query.id, query.cluster, query_language)
        tail = (languages[language_of[where]], setting, passages[where].id, rank, pool_size)
        for column, value in zip(columns.values(), (*head, *tail), strict=True):
            column.append(value)

    total = sum(len(found) for found in collection.queries.values())
    with progress.task(f"ranking {collection.name}", total) as advance:
        for query_language in sorted(collection.queries):
            for query, scores in _scores(collection.queries[query_language], vector_of, passage_vectors):
                advance(1)
                relevant = np.array(
                    sorted(position[p] for p in collection.judgements.get(query.id, ()) if p in position)
                )
                if not relevant.size:
                    continue
                before = count_better(scores[passage_index], relevant, order, starts)
                for row, where in enumerate(relevant):
                    own = language_of[where]
                    setting: Setting = "monolingual" if languages[own] == query_language else "cross-lingual"
                    add(query, query_language, setting, where, 1 + int(before[row, own]), int(sizes[own]))
                    if len(languages) > 1:
                        rank = 1 + int(before[row].sum())
                        add(query, query_language, "multilingual", where, rank, len(passages))
    if not columns["rank"]:
        raise DataError([Fault(collection.name, "no query has a relevant passage", "judgements must name passages")])
    return pa.table(columns, schema=RANKS_SCHEMA)


def _distinct(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Distinct texts in order of appearance, and for each text the place of its distinct one."""
    places: dict[str, int] = {}
    index = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int64)
    return list(places), index


def _unit(vectors: np.ndarray, count: int, what: str) -> np.ndarray:
    """Vectors scaled to length 1 in float32; zero vectors (a text without a known token) stay zero and score 0."""
    vectors = np.asarray(vectors, dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != count:
        found = f"the encoder gave {what} of shape {vectors.shape}"
        raise ModelError([Fault("encoder", found, f"({count}, dimensions) works")])
    if bad := int(np.count_nonzero(~np.isfinite(vectors).all(axis=1))):
        raise ModelError([Fault("encoder", f"{bad} of {count} {what} have NaN or infinite values")])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


def _scores(
    queries: Sequence[Query], vector_of: dict[str, np.ndarray], passages: np.ndarray, block: int = 256
) -> Iterator[tuple[Query, np.ndarray]]:
    for start in range(0, len(queries), block):
        chunk = queries[start : start + block]
        yield from zip(chunk, np.stack([vector_of[query.text] for query in chunk]) @ passages.T, strict=True)
