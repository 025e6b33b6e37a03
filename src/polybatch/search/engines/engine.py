"""What an engine must do to hold an index: the protocol that LanceDB and Milvus fulfil. Nothing is done here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from polybatch.errors import Fault, FaultyInputError
from polybatch.search.records import Filter, Passage

PAYS = 50_000
"""Passages from which on a vector index is built; below, comparing with every vector is exact and quick enough."""

K1, B = 1.2, 0.75  # of BM25: LanceDB has no other
FETCHED = 500  # documents or hashes that one expression names


class Found(NamedTuple):
    """A passage that an engine found, and its score: a cosine, or BM25."""

    passage: Passage
    score: float


class Held(NamedTuple):
    """What an engine holds of a document: whether every passage of it is there, and then the hash of its content."""

    content: str
    whole: bool


class Engine(Protocol):
    """Holds passages with their vectors. A writing method returns when what it wrote would outlive a crash.

    Vectors are float32 of length 1 (or 0); ids may be any text without NUL. Several processes may read while one
    writes; that only one does is the caller's business.
    """

    name: str

    def refresh(self) -> None:
        """See all that other processes have written: what a writer does first."""
        ...

    def add(self, passages: Sequence[Passage], vectors: np.ndarray) -> None:
        """Add passages of documents that are not held at all."""
        ...

    def replace(self, passages: Sequence[Passage], vectors: np.ndarray) -> None:
        """Make these the only passages of their documents."""
        ...

    def delete(self, documents: Sequence[str]) -> None:
        """Delete every passage of documents; one that is not held is passed over."""
        ...

    def held(self, documents: Sequence[str]) -> dict[str, Held]:
        """What is held of documents; one that is not has no entry."""
        ...

    def documents(self) -> Iterator[tuple[str, str]]:
        """The id of every document and the language of its first passage, each once, in no order."""
        ...

    def count_documents(self) -> int:
        """How many documents there are."""
        ...

    def with_content(self, contents: Sequence[str]) -> list[str]:
        """Ids of the documents whose content has one of these hashes, sorted."""
        ...

    def vectors(self, hashes: Sequence[str]) -> dict[str, np.ndarray]:
        """Vectors of passages by the hash of what was encoded; a hash that is not held has no entry."""
        ...

    def passages(self, document: str) -> list[Passage]:
        """The passages of a document, in order."""
        ...

    def nearest(self, vector: np.ndarray, where: Filter, top: int) -> list[Found]:
        """The passages with the highest cosine among those that `where` lets in: `top` of them where there are."""
        ...

    def matching(self, words: Sequence[str], where: Filter, top: int) -> list[Found]:
        """The passages with the highest BM25 over these words, at least one of which they have."""
        ...

    def languages(self) -> Mapping[str, int]:
        """Passages by language, sorted by code; a language without any is not there."""
        ...

    def tidy(self) -> None:
        """Called after each small write: keep many of them from slowing searches down, by little work now and then."""
        ...

    def optimise(self) -> None:
        """Build or renew what makes searches quick. Searches are right without it, only slower."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def not_there(uri: str) -> FaultyInputError:
    """What an engine raises that is asked to open what is not there, and not to make it."""
    return FaultyInputError([Fault(uri, "holds no passages of this index", "polybatch index writes them again")])


def in_batches(values: Sequence[str], size: int = FETCHED) -> Iterator[Sequence[str]]:
    """Distinct values in batches, so that no expression grows beyond what an engine takes."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def whole(rows: Sequence[tuple[str, str, int]]) -> dict[str, Held]:
    """What is held, out of `document, content, parts` of every passage: whole is a document all of one content."""
    found: dict[str, list[tuple[str, int]]] = {}
    for document, content, parts in rows:
        found.setdefault(document, []).append((content, parts))
    return {
        document: Held(kept[0][0], True) if kept == [kept[0]] * kept[0][1] else Held("", False)
        for document, kept in found.items()
    }
