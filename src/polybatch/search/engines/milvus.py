"""Milvus as an engine, by the address of its server: Milvus Lite's, a standalone one, or a cluster's. One client."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np

from polybatch.errors import Fault, FaultyInputError
from polybatch.extras import required
from polybatch.provenance import content_hash
from polybatch.search.engines.engine import K1, PAYS, B, Found, Held, in_batches, not_there, whole
from polybatch.search.records import Filter, Passage
from polybatch.text.words import tokens

PREFIX = "polybatch_"
TIMEOUT = 120.0  # seconds
MESSAGE = 500  # passages written at once; a message may have 64 MB
DOCUMENTS = 100  # that one expression names
READ = 10_000  # rows read at once, of at most 16,384
LONGEST = 65_535  # bytes of a text column
WORDS = 3_800  # words of a passage that are found: what LONGEST holds
NO_DAY = -1
EF, FILTERED_EF = 100, 1_000  # candidates in the graph, at least; a filter may let in only what is far from the query
TEXTS = {
    "key": 32,
    "document_key": 32,
    "source_key": 32,
    "content": 32,
    "hash": 32,
    "language": 16,
    "id": 4_200,
    "document": 4_200,
    "title": 33_000,
    "source": 33_000,
    "url": 33_000,
    "text": LONGEST,
}
"""Columns of text, and the bytes each may have. A `_key` is a hash: no text of a user's comes into an expression."""

NUMBERS = ("number", "parts", "day")
INDEXED = ("document_key", "source_key", "content", "hash", "language", "day")
OUTPUT = [name for name in (*TEXTS, *NUMBERS) if not name.endswith("key")]


class Milvus:
    """A Milvus collection, named by the index, so that one server holds any number of them.

    A message is acknowledged once its rows are in Milvus' log. A crash between two leaves a document half-written,
    which `held` tells, so that it is written again. Words are cut by our own rule and stored as hashes of plain letters
    and digits, which Milvus' tokenizer leaves whole, whatever the script.
    """

    name = "milvus"

    def __init__(self, uri: str, *, dimensions: int, index: str, make: bool) -> None:
        """Connect, and open the collection of an index or `make` it.

        Raises FaultyInputError where no server answers, and where there is no collection and none is to be made.
        """
        milvus = required("pymilvus", "search")
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what goes wrong is raised, and said once
        self._uri, self._collection = uri, f"{PREFIX}{index}"
        with self._spoken():
            self._client = milvus.MilvusClient(uri, timeout=TIMEOUT)
            if not self._client.has_collection(self._collection):
                if not make:
                    raise not_there(uri)
                # Strong: who reads sees what was written before
                self._client.create_collection(
                    self._collection, schema=_schema(milvus, dimensions), consistency_level="Strong"
                )
            there = self._client.list_indexes(self._collection)
            if missing := [one for one in ("vector", "sparse", *INDEXED) if one not in there]:
                self._index(missing)
            self._client.load_collection(self._collection)

    def refresh(self) -> None:
        """Nothing to do: reads are strongly consistent."""

    def add(self, passages: Sequence[Passage], vectors: np.ndarray) -> None:
        """Upsert, since a crash may have left some of them."""
        rows = [_row(one, vector) for one, vector in zip(passages, vectors, strict=True)]
        for start in range(0, len(rows), MESSAGE):
            with self._spoken():
                self._client.upsert(self._collection, rows[start : start + MESSAGE])

    def replace(self, passages: Sequence[Passage], vectors: np.ndarray) -> None:
        """Upsert, then delete what else there is of these documents."""
        self.add(passages, vectors)
        kept: dict[str, list[str]] = {}
        for one in passages:
            kept.setdefault(_key(one.document), []).append(_key(one.id))
        for batch in in_batches(list(kept), DOCUMENTS):
            keys = [key for document in batch for key in kept[document]]
            self._delete(f"{_among('document_key', batch)} and not ({_among('key', keys)})")

    def delete(self, documents: Sequence[str]) -> None:
        """Delete by the hashes of their ids."""
        for batch in in_batches(documents, DOCUMENTS):
            self._delete(_among("document_key", list(map(_key, batch))))

    def held(self, documents: Sequence[str]) -> dict[str, Held]:
        """Out of three columns."""
        columns = ["document", "content", "parts"]
        return whole([tuple(row[name] for name in columns) for row in self._where("document_key", documents, columns)])

    def documents(self) -> Iterator[tuple[str, str]]:
        """Out of the first passages."""
        for row in self._rows("number == 0", ["document", "language"]):
            yield row["document"], row["language"]

    def count_documents(self) -> int:
        """Out of the first passages."""
        return self._count("number == 0")

    def with_content(self, contents: Sequence[str]) -> list[str]:
        """Out of the rows with these hashes."""
        found = self._where("content", contents, ["document"], hashed=True)
        return sorted({row["document"] for row in found})

    def vectors(self, hashes: Sequence[str]) -> dict[str, np.ndarray]:
        """Out of the rows with these hashes."""
        found = self._where("hash", hashes, ["hash", "vector"], hashed=True)
        return {row["hash"]: np.array(row["vector"], dtype=np.float32) for row in found}

    def passages(self, document: str) -> list[Passage]:
        """Out of the document's rows."""
        found = self._where("document_key", [document], OUTPUT)
        return sorted(map(_passage, found), key=lambda one: one.number)

    def nearest(self, vector: np.ndarray, where: Filter, top: int) -> list[Found]:
        """By inner products; filtered on the way."""
        params = {"metric_type": "IP", "params": {"ef": max(EF if where == Filter() else FILTERED_EF, top)}}
        return self._found("vector", np.asarray(vector, dtype=np.float32).tolist(), where, top, params)

    def matching(self, words: Sequence[str], where: Filter, top: int) -> list[Found]:
        """By Milvus' BM25 function; statistics are those of a segment of Milvus'."""
        if not words:
            return []
        # Milvus Lite gives the negative of BM25
        found = self._found("sparse", " ".join(map(_word, words[:WORDS])), where, top, {"metric_type": "BM25"}, abs)
        return [one for one in found if one.score]

    def languages(self) -> dict[str, int]:
        """By asking for a passage in any other language, until there is none, and then counting each."""
        counts: dict[str, int] = {}
        while True:
            with self._spoken():
                other = f"not ({_among('language', list(counts))})" if counts else "number >= 0"
                found = self._client.query(self._collection, filter=other, output_fields=["language"], limit=1)
            if not found:
                return dict(sorted(counts.items()))
            code = found[0]["language"]
            counts[code] = self._count(_among("language", [code]))

    def tidy(self) -> None:
        """Nothing to do: the server joins its segments by itself."""

    def optimise(self) -> None:
        """Flush, and put a graph in the place of the scan once it pays; searches wait meanwhile."""
        with self._spoken():
            self._client.flush(self._collection)
            kind = self._client.describe_index(self._collection, "vector")["index_type"]
            if kind == "FLAT" and self._count("number >= 0") >= PAYS:
                # declared before the rows are there, Milvus Lite's graph is not used
                self._client.release_collection(self._collection)
                self._client.drop_index(self._collection, "vector")
                self._index(["vector"], graph=True)
                self._client.load_collection(self._collection)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _index(self, columns: Sequence[str], *, graph: bool = False) -> None:
        params = self._client.prepare_index_params()
        for column in columns:
            if column == "sparse":
                bm25 = {"bm25_k1": K1, "bm25_b": B}
                params.add_index(column, index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=bm25)
            elif column == "vector" and graph:
                params.add_index(column, index_type="HNSW", metric_type="IP", params={"M": 20, "efConstruction": 150})
            elif column == "vector":
                params.add_index(column, index_type="FLAT", metric_type="IP")
            else:
                params.add_index(column, index_type="INVERTED")
        self._client.create_index(self._collection, params, sync=graph)  # the others are made at once

    def _found(
        self,
        field: str,
        asked: Any,
        where: Filter,
        top: int,
        params: dict[str, Any],
        score: Callable[[float], float] = float,
    ) -> list[Found]:
        expression = _expression(where)
        if expression is None:
            return []
        with self._spoken():
            (hits,) = self._client.search(
                self._collection,
                data=[asked],
                anns_field=field,
                filter=expression,
                limit=top,
                output_fields=OUTPUT,
                search_params=params,
            )
        found = [Found(_passage(hit["entity"]), score(hit["distance"])) for hit in hits]
        return sorted(found, key=lambda one: (-one.score, one.passage.id))

    def _where(
        self, column: str, values: Sequence[str], columns: list[str], *, hashed: bool = False
    ) -> Iterator[dict[str, Any]]:
        keys = [one for one in values if _is_plain(one)] if hashed else list(map(_key, values))
        for batch in in_batches(keys, DOCUMENTS):
            yield from self._rows(_among(column, batch), columns)

    def _rows(self, expression: str, columns: list[str]) -> Iterator[dict[str, Any]]:
        with self._spoken():
            rows = self._client.query_iterator(
                self._collection, filter=expression, output_fields=columns, batch_size=READ
            )
            while found := rows.next():
                yield from found
            rows.close()

    def _count(self, expression: str) -> int:
        with self._spoken():
            (found,) = self._client.query(self._collection, filter=expression, output_fields=["count(*)"])
            return int(found["count(*)"])

    def _delete(self, expression: str) -> None:
        with self._spoken():
            self._client.delete(self._collection, filter=expression)

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            reason = (str(error.message).strip() or type(error).__name__).splitlines()[0]
            raise FaultyInputError([Fault(self._uri, reason, "a Milvus server that answers there")]) from error


def _schema(milvus: Any, dimensions: int) -> Any:
    kinds = milvus.DataType
    schema = milvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    for name, longest in TEXTS.items():
        schema.add_field(name, kinds.VARCHAR, max_length=longest, is_primary=name == "key")
    for name in NUMBERS:
        schema.add_field(name, kinds.INT64)
    standard = {"tokenizer": "standard"}
    schema.add_field("words", kinds.VARCHAR, max_length=LONGEST, enable_analyzer=True, analyzer_params=standard)
    schema.add_field("sparse", kinds.SPARSE_FLOAT_VECTOR)
    schema.add_field("vector", kinds.FLOAT_VECTOR, dim=dimensions)
    schema.add_function(
        milvus.Function(
            name="bm25",
            function_type=milvus.FunctionType.BM25,
            input_field_names=["words"],
            output_field_names=["sparse"],
        )
    )
    return schema


def _row(one: Passage, vector: np.ndarray) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in OUTPUT if name != "day"}
    return {
        **told,
        "key": _key(one.id),
        "document_key": _key(one.document),
        "source_key": _key(one.source),
        "day": NO_DAY if one.date is None else one.date.toordinal(),
        "words": " ".join(map(_word, tokens(one.encoded)[:WORDS])),
        "vector": vector,
    }


def _passage(row: dict[str, Any]) -> Passage:
    told = {name: row[name] for name in OUTPUT if name != "day"}
    return Passage(**told, date=None if row["day"] == NO_DAY else date.fromordinal(row["day"]))


def _expression(where: Filter) -> str | None:
    """A filter as an expression of hashes, language codes and numbers; None where it can let nothing in."""
    parts = []
    if where.languages:
        codes = [code for code in where.languages if _is_plain(code)]
        if not codes:
            return None
        parts.append(_among("language", codes))
    if where.sources:
        parts.append(_among("source_key", list(map(_key, where.sources))))
    if where.since is not None:
        parts.append(f"day >= {where.since.toordinal()}")
    if where.until is not None:
        parts.append(f"day > {NO_DAY} and day <= {where.until.toordinal()}")
    return " and ".join(parts)


def _among(column: str, values: Sequence[str]) -> str:
    """`column in [...]`; the values are hashes or language codes, which have nothing to escape."""
    if not all(map(_is_plain, values)):
        raise ValueError(f"{column}: values that are neither hashes nor codes")
    return f"{column} in {json.dumps(values)}"


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _key(text: str) -> str:
    return content_hash([text])


def _word(word: str) -> str:
    return "w" + content_hash([word])[:15]
