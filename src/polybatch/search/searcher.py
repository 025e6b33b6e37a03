"""One open index with its model: search, dense or lexical or both, over all languages or balanced. No server."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np

from polybatch.errors import DataError, Fault, ModelError
from polybatch.progress import Silent
from polybatch.search.fusion import Ranked, balance, by_document, fuse
from polybatch.search.index import Index, word_faults
from polybatch.search.indexing import add_documents, unit
from polybatch.search.models import Encoder, open_model_of
from polybatch.search.records import MOST, Added, Document, Filter, Hit, SearchRequest, request_faults
from polybatch.text.words import tokens

DEPTH = 100  # passages of each way that are fused, at least
PASSAGES = 3  # of a document are looked for at first, where documents are asked for
COUNTED = 10.0  # seconds for which the counts by language are believed
PATIENCE = 30.0  # seconds that a writer waits for another one


class Searcher:
    """An index that is open for search. Threads may share it; processes each open their own."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self.index, self.encoder = index, encoder
        self._counts: tuple[float, dict[str, int]] = (-np.inf, {})
        self._writing, self._encoding = Lock(), Lock()

    @classmethod
    def open(cls, index: Path | str, *, model: str | None = None) -> Self:
        """Open an index and load its model, or the same model under another name.

        Raises DataError where there is no index, ModelError where the model cannot be loaded or is another one than
        that which encoded the passages.
        """
        opened = Index.open(index)
        name = model or opened.manifest["model"]
        encoder, told = open_model_of(name, opened.manifest["fingerprint"])
        if told != opened.manifest["fingerprint"]:
            found = f"not the model that encoded the passages of {index}"
            raise ModelError([Fault(name, found, "index again, or name that model")])
        return cls(opened, encoder)

    def search(self, request: SearchRequest) -> list[Hit]:
        """The best passages for a request, `top` of them where there are; raises DataError for a faulty request."""
        return self.search_many([request])[0]

    def search_many(self, requests: Sequence[SearchRequest]) -> list[list[Hit]]:
        """The hits of several requests, whose queries are encoded at once."""
        wrong = [(number, fault) for number, one in enumerate(requests) for fault in self.faults(one)]
        if wrong:
            several = len(requests) > 1
            raise DataError(
                fault._replace(where=f"request {number + 1}: {fault.where}") if several else fault
                for number, fault in wrong
            )
        dense = [one.query for one in requests if one.method != "text"]
        vectors = iter(self._encode(dense))
        return [self._hits(one, None if one.method == "text" else next(vectors)) for one in requests]

    def faults(self, request: SearchRequest) -> list[Fault]:
        """What is wrong with a request to this index: every fault."""
        index = self.index
        words = [] if request.method == "dense" else word_faults(index.folder, index.manifest)
        return request_faults(request) + words

    def document(self, id: str) -> Document | None:
        """A document as it is held, its text that of its passages, one a line; None where there is none."""
        passages = self.index.engine.passages(id)
        if not passages:
            return None
        first = passages[0]
        language = Counter(one.language for one in passages).most_common(1)[0][0]
        text = "\n".join(one.text for one in passages)
        return Document(first.document, text, first.title, language, first.date, first.source, first.url)

    def languages(self) -> dict[str, int]:
        """Passages by language, sorted by code; what others wrote is seen within seconds."""
        then, counts = self._counts
        if time.monotonic() - then > COUNTED:
            counts = dict(self.index.engine.languages())
            self._counts = time.monotonic(), counts
        return dict(counts)

    def describe(self) -> dict[str, Any]:
        """What the index is: its model, when and by which version it was made, its engine, counts."""
        manifest = self.index.manifest
        languages = self.languages()
        names = ("model", "strategy", "fingerprint", "dimensions", "tokens", "created", "polybatch")
        return {
            "index": str(self.index.folder),
            **{name: manifest.get(name) for name in names},
            "engine": self.index.engine.name,
            "documents": self.index.engine.count_documents(),
            "passages": sum(languages.values()),
            "languages": languages,
        }

    def add(self, documents: Iterable[Document]) -> Added:
        """Add or change documents, as `add_documents` does; waits while another process writes, for a time."""
        with self._writing, self.index.writing(patience=PATIENCE):
            added = add_documents(self.index, documents, self.encoder)
            self.index.engine.tidy()
        self._counts = (-np.inf, {})
        return added

    def delete(self, ids: Sequence[str]) -> int:
        """Delete documents; gives how many of them there were."""
        with self._writing, self.index.writing(patience=PATIENCE):
            there = self.index.engine.held(ids)
            self.index.engine.delete(list(there))
            self.index.engine.tidy()
        self._counts = (-np.inf, {})
        return len(there)

    def close(self) -> None:
        """Let go of the engine."""
        self.index.engine.close()

    def _encode(self, queries: Sequence[str]) -> np.ndarray:
        if not queries:
            return np.empty((0, self.index.manifest["dimensions"]), dtype=np.float32)
        with self._encoding:  # tokenizers are no good in two threads at once
            return unit(self.encoder.encode_queries(queries, Silent()), self.index)

    def _hits(self, request: SearchRequest, vector: np.ndarray | None) -> list[Hit]:
        if not request.by_document:
            return [_hit(passage, rank) for rank, passage in enumerate(self._merged(request, vector), start=1)]
        depth = request.top
        while True:
            depth = min(PASSAGES * depth, MOST)
            ranked = self._merged(replace(request, top=depth), vector)
            groups = by_document(ranked)
            if len(groups) >= request.top or len(ranked) < depth or depth == MOST:
                break
        return [_document_hit(group, rank) for rank, group in enumerate(groups[: request.top], start=1)]

    def _merged(self, request: SearchRequest, vector: np.ndarray | None) -> list[Ranked]:
        """The best passages of all languages, or of each in turn; at most `top`."""
        if request.balance:
            there = self.languages()
            chosen = [code for code in request.languages or there if code in there]
            ranked = balance([self._ranked(request, vector, (code,))[: request.top] for code in chosen])
        else:
            ranked = self._ranked(request, vector, request.languages)
        return ranked[: request.top]

    def _ranked(self, request: SearchRequest, vector: np.ndarray | None, languages: tuple[str, ...]) -> list[Ranked]:
        where = Filter(languages, request.sources, request.since, request.until)
        engine = self.index.engine
        top = request.top if request.method != "hybrid" else max(DEPTH, request.top)
        lists = {}
        if vector is not None:
            # a query without a word that the model knows is as near to one passage as to any other
            lists["dense"] = engine.nearest(vector, where, top) if vector.any() else []
        if request.method != "dense":
            lists["text"] = engine.matching(tokens(request.query), where, top)
        return fuse(lists)


def _document_hit(group: Sequence[Ranked], rank: int) -> Hit:
    first, *others = (_hit(passage, rank) for passage in group)
    return replace(first, further=tuple(others))


def _hit(one: Ranked, rank: int) -> Hit:
    passage = one.passage
    return Hit(
        id=passage.id,
        document=passage.document,
        language=passage.language,
        title=passage.title,
        text=passage.text,
        score=one.score,
        rank=rank,
        date=passage.date,
        source=passage.source,
        url=passage.url,
        found_by=one.found_by,
        content=passage.content,
    )
