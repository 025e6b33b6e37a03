"""Documents into an index: what changed is cut, encoded once, written batch by batch. Not here: reading archives."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from polybatch.errors import DataError, Fault, ModelError
from polybatch.progress import Progress, Silent
from polybatch.search.cutting import content_of, cut, document_faults
from polybatch.search.index import Index
from polybatch.search.records import Added, Document, Passage

FIRST, MOST = 128, 8_192  # documents of a batch
SECONDS = 5.0  # a batch is made so large that about this much work is lost by a crash


class PassageEncoder(Protocol):
    """What turns passages into vectors."""

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        ...


@dataclass
class Batch:
    """Documents on their way into an index: those that are to be written, their passages, and vectors as they come."""

    documents: Sequence[Document]
    new: set[str]
    changed: set[str]
    passages: list[Passage] = field(default_factory=list)
    vectors: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def missing(self) -> dict[str, str]:
        """Texts that must be encoded, each once, by their hash."""
        return {one.hash: one.encoded for one in self.passages if one.hash not in self.vectors}


def add_documents(
    index: Index,
    documents: Iterable[Document],
    encoder: PassageEncoder,
    *,
    among: Sequence[str] = (),
    advance: Callable[[int], None] = lambda documents: None,
) -> Added:
    """Make an index hold these documents as they are, whatever it held of them; what it holds of others stays.

    A document that is held unchanged costs a look-up; a changed one only the passages that were not held, in whatever
    document. When this returns, and after each batch on the way, what was done outlives a crash; done again, it goes on
    where it was. `among`: the language of documents that name none, or, if several, those it is told from.
    The caller has the right to write. Raises DataError for documents that cannot be indexed and for two with one id in
    one batch, ModelError for vectors that are not finite.
    """
    added = Added()
    for batch in in_growing_batches(documents):
        work = choose(index, batch)
        cut_batch(index, work, among=among)
        look_up(index, work)
        encoded = work.missing
        if encoded:
            vectors = encoder.encode_passages(list(encoded.values()), Silent())
            work.vectors |= dict(zip(encoded, unit(vectors, index), strict=True))
        added = plus(added, write(index, work, encoded=len(encoded)))
        advance(len(batch))
    return added


def in_growing_batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Batches that double while what is done with each takes under half of SECONDS."""
    size, batch = FIRST, list[Document]()
    for document in documents:
        batch.append(document)
        if len(batch) == size:
            start = time.monotonic()
            yield batch
            if time.monotonic() - start < SECONDS / 2:
                size = min(2 * size, MOST)
            batch = []
    if batch:
        yield batch


def choose(index: Index, documents: Sequence[Document]) -> Batch:
    """Which of some documents are new and which changed; the others need nothing."""
    faults = [fault for one in documents for fault in document_faults(one, f"document {one.id[:80]!r}")]
    seen: set[str] = set()
    for one in documents:
        if one.id in seen:
            faults.append(Fault(f"document {one.id[:80]!r}", "comes twice", "one document for an id"))
        seen.add(one.id)
    if faults:
        raise DataError(faults)
    held = index.engine.held([one.id for one in documents])
    new = {one.id for one in documents if one.id not in held}
    changed = {one.id for one in documents if one.id in held and held[one.id] != (content_of(one), True)}
    return Batch(documents, new, changed)


def cut_batch(index: Index, batch: Batch, *, among: Sequence[str]) -> None:
    """Cut what is new or changed into passages."""
    options = {"fingerprint": index.manifest["fingerprint"], "among": among, "tokens": index.manifest["tokens"]}
    todo = batch.new | batch.changed
    batch.passages = [passage for one in batch.documents if one.id in todo for passage in cut(one, **options)]


def look_up(index: Index, batch: Batch) -> None:
    """Take the vectors that are held already, of whatever document."""
    batch.vectors |= index.engine.vectors([one.hash for one in batch.passages])


def write(index: Index, batch: Batch, *, encoded: int) -> Added:
    """Write a batch of which every vector is there; what is new is added, what changed is put in its place."""
    engine = index.engine
    parts = [[one for one in batch.passages if one.document in among] for among in (batch.new, batch.changed)]
    for passages, put in zip(parts, (engine.add, engine.replace), strict=True):
        if passages:
            put(passages, np.stack([batch.vectors[one.hash] for one in passages]))
    filled = {one.document for one in batch.passages}
    if emptied := sorted(batch.changed - filled):
        engine.delete(emptied)
    empty = len(batch.new - filled)
    return Added(
        new=len(batch.new) - empty,
        changed=len(batch.changed),
        same=len(batch.documents) - len(batch.new) - len(batch.changed),
        empty=empty,
        encoded=encoded,
        kept=len(batch.passages) - encoded,
    )


def plus(one: Added, other: Added) -> Added:
    """The sum of what was done."""
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in Added.__slots__})


def unit(vectors: np.ndarray, index: Index) -> np.ndarray:
    """Vectors scaled to length 1, zero vectors left; raises ModelError where they are no vectors of this index."""
    dimensions = index.manifest["dimensions"]
    if vectors.ndim != 2 or vectors.shape[1] != dimensions or not np.isfinite(vectors).all():
        raise ModelError([Fault("encoder", f"gave vectors of shape {vectors.shape}", f"finite, {dimensions} long")])
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    scaled: np.ndarray = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return scaled
