"""LanceDB as an engine: a folder, or the address of an object store. Embedded: nothing has to be started."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.errors import Fault, FaultyInputError
from polybatch.extras import required
from polybatch.search.engines.engine import PAYS, Found, Held, in_batches, not_there, whole
from polybatch.search.records import Filter, Passage
from polybatch.text.words import tokens

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "passages"
SEEN_AFTER = timedelta(seconds=1)  # how soon a reader sees what another process wrote
SCALAR_PAYS = 10_000  # passages from which on columns that filters name are indexed
DELTAS = 4  # parts of a vector index from which on it is built anew
KEPT = timedelta(hours=1)  # how long readers may still use a version that is not the latest
FILES, SMALL = 64, 2_048  # small files from which on they are joined, and the rows from which on one is not small
UNINDEXED = 4_096  # rows from which on indexes take in what was added: they are read one by one until then
GRAPH = 262_144  # passages of one graph, at most: several are searched side by side, and take less memory to build
GRAPHS = 1_000  # that are searched, which is all: what a filter lets in may lie far from the query, in any of them
HNSW = {"distance_type": "dot", "m": 12, "ef_construction": 60}
EF, REFINED = 100, 4  # candidates in the graph, at least; how many times `top` are compared by their full vectors
COLUMNS = ["id", "document", "number", "parts", "content", "hash", "language", "day", "source"]
PASSAGE = "passage"
"""A column with all of a passage as JSON: one is read in a third of the time that twelve are. The others look it up."""
VECTOR_INDEX, WORDS_INDEX = "vector_idx", "words_idx"


class Lance:
    """A LanceDB table; each write is one version of it, so that a crash leaves the one before.

    Words are cut by our own rule, since LanceDB's tokenizers part Devanagari words at a virama, and stored with blanks
    between; its full-text index then only splits at blanks.
    """

    name = "lancedb"

    def __init__(self, uri: str, *, dimensions: int, index: str, make: bool) -> None:
        """Open the table under `uri`, or `make` it; `index` names whose it is.

        Raises FaultyInputError where the table is another index's, and where there is none and none is to be made.
        """
        if not make and "://" not in uri and not Path(uri).is_dir():
            raise not_there(uri)  # to connect would make the folder
        # left alone, Lance computes with one thread on a machine of two cores, and searches graphs one after the other
        os.environ.setdefault("LANCE_CPU_THREADS", str(max(2, (os.cpu_count() or 2) - 2)))
        lancedb = required("lancedb", "search")
        connection = lancedb.connect(uri, read_consistency_interval=SEEN_AFTER)
        if not make and not _has_table(connection):
            raise not_there(uri)
        try:
            self._table = connection.create_table(
                TABLE, schema=_schema(dimensions, index), mode="create", exist_ok=True
            )
        except ValueError as error:
            if "schema" not in str(error).lower():
                raise
            found = "holds a table of another form, as another version makes it"
            raise FaultyInputError([Fault(uri, found, "index again, in another place")]) from None
        self._schema = self._table.schema
        if (self._schema.metadata or {}).get(b"index") != index.encode():
            raise FaultyInputError([Fault(uri, "holds the passages of another index", "name another place")])
        if WORDS_INDEX not in self._indexes():
            from lancedb.index import FTS

            plain = {"lower_case": False, "stem": False, "remove_stop_words": False, "ascii_folding": False}
            self._table.create_index(
                "words", config=FTS(base_tokenizer="whitespace", max_token_length=None, **plain), name=WORDS_INDEX
            )

    def refresh(self) -> None:
        """Go to the latest version of the table."""
        self._table.checkout_latest()

    def add(self, passages: Sequence[Passage], vectors: np.ndarray) -> None:
        """Append rows."""
        if passages:
            self._table.add(self._rows(passages, vectors))

    def replace(self, passages: Sequence[Passage], vectors: np.ndarray) -> None:
        """Update, insert and delete in one version."""
        if passages:
            surplus = self._in("document", sorted({passage.document for passage in passages})).to_sql()
            merge = self._table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
            merge.when_not_matched_by_source_delete(surplus).execute(self._rows(passages, vectors))

    def delete(self, documents: Sequence[str]) -> None:
        """Delete rows."""
        for batch in in_batches(documents):
            self._table.delete(self._in("document", batch))

    def held(self, documents: Sequence[str]) -> dict[str, Held]:
        """Out of three columns."""
        columns = ["document", "content", "parts"]
        return whole([tuple(row.values()) for row in self._where("document", documents, columns)])

    def documents(self) -> Iterator[tuple[str, str]]:
        """Out of the first passages, batch by batch."""
        from lancedb.expr import col, lit

        first = self._table.search().where(col("number") == lit(0)).select(["document", "language"])
        for batch in first.to_batches():
            yield from zip(*(batch.column(name).to_pylist() for name in ("document", "language")), strict=True)

    def count_documents(self) -> int:
        """Out of the first passages."""
        return int(self._table.count_rows("number = 0"))

    def with_content(self, contents: Sequence[str]) -> list[str]:
        """Out of the rows with these hashes."""
        return sorted({row["document"] for row in self._where("content", contents, ["document"])})

    def vectors(self, hashes: Sequence[str]) -> dict[str, np.ndarray]:
        """Out of the rows with these hashes."""
        found = self._where("hash", hashes, ["hash", "vector"])
        return {row["hash"]: np.array(row["vector"], dtype=np.float32) for row in found}

    def passages(self, document: str) -> list[Passage]:
        """Out of the document's rows."""
        return sorted(map(_passage, self._where("document", [document], [PASSAGE])), key=lambda one: one.number)

    def nearest(self, vector: np.ndarray, where: Filter, top: int) -> list[Found]:
        """By the graph and then by full vectors, or by all vectors where there is no index. Filtered beforehand."""
        search = self._table.search(vector, vector_column_name="vector").distance_type("dot")
        search = search.nprobes(GRAPHS).ef(max(EF, REFINED * top)).refine_factor(REFINED)
        return self._found(search, where, top, "_distance", lambda distance: 1 - distance)

    def matching(self, words: Sequence[str], where: Filter, top: int) -> list[Found]:
        """By the full-text index, and by reading what is not in it yet. Filtered beforehand."""
        from lancedb.query import MatchQuery

        if not words:
            return []
        search = self._table.search(MatchQuery(" ".join(words), "words"))
        return self._found(search, where, top, "_score", float)

    def languages(self) -> dict[str, int]:
        """Out of one column."""
        counts: dict[str, int] = {}
        for batch in self._table.search().select(["language"]).to_batches():
            for found in batch.column("language").value_counts():
                code = found["values"].as_py()
                counts[code] = counts.get(code, 0) + found["counts"].as_py()
        return dict(sorted(counts.items()))

    def tidy(self) -> None:
        """Join small files once there are many, in one version; index what was added once it is much.

        `optimise` would do for both, but leaves a part of a vector index behind for every few rows.
        """
        if self._table.index_stats(WORDS_INDEX).num_unindexed_rows >= UNINDEXED:
            self._table.optimize(cleanup_older_than=KEPT)
        elif self.files >= FILES:
            there = self._table.search().select(["number"]).with_row_id(True).to_arrow()["_rowid"].to_numpy()
            files, rows = np.unique(there >> 32, return_counts=True)  # the upper half of a row's address is its file
            small = files[rows < SMALL]
            if len(small) >= FILES:
                addresses = there[np.isin(there >> 32, small)].tolist()
                same = self._table.take_row_ids(addresses).select(self._schema.names).to_arrow()
                self._table.merge_insert("id").when_matched_update_all().execute(same)

    def optimise(self) -> None:
        """Merge small files, index what is not indexed, drop old versions; build the indexes that have come to pay."""
        from lancedb.index import Bitmap, BTree, HnswSq

        rows, there = self._table.count_rows(), self._indexes()
        if rows >= SCALAR_PAYS:
            scalar = {"document": BTree(), "content": BTree(), "hash": BTree(), "day": BTree()}
            for column, config in {**scalar, "language": Bitmap(), "source": Bitmap()}.items():
                if f"{column}_idx" not in there:
                    self._table.create_index(column, config=config, name=f"{column}_idx")
        self._table.optimize(cleanup_older_than=KEPT)
        stats = self._table.index_stats(VECTOR_INDEX) if VECTOR_INDEX in there else None
        if rows >= PAYS and (stats is None or (stats.num_indices or 1) > DELTAS):
            graphs = -(-rows // GRAPH)
            self._table.create_index("vector", config=HnswSq(num_partitions=graphs, **HNSW), name=VECTOR_INDEX)

    @property
    def files(self) -> int:
        """How many files of rows there are."""
        return int(self._table.stats()["fragment_stats"]["num_fragments"])

    def close(self) -> None:
        """Nothing is held open."""

    def _indexes(self) -> set[str]:
        return {one.name for one in self._table.list_indices()}

    def _found(self, search: Any, where: Filter, top: int, column: str, score: Any) -> list[Found]:
        if (expression := _expression(where)) is not None:
            search = search.where(expression, prefilter=True)
        rows = search.limit(top).select([PASSAGE, column]).to_arrow().to_pylist()
        found = [Found(_passage(row), score(row[column])) for row in rows]
        return sorted(found, key=lambda one: (-one.score, one.passage.id))

    def _where(self, column: str, values: Sequence[str], columns: list[str]) -> Iterator[dict[str, Any]]:
        return chain.from_iterable(
            self._table.search().where(self._in(column, batch)).select(columns).to_arrow().to_pylist()
            for batch in in_batches(values)
        )

    @staticmethod
    def _in(column: str, values: Sequence[str]) -> Any:
        from lancedb.expr import col

        return col(column).isin(values)

    def _rows(self, passages: Sequence[Passage], vectors: np.ndarray) -> "pa.Table":
        import pyarrow as pa

        columns: dict[str, Any] = {name: [getattr(one, name) for one in passages] for name in COLUMNS if name != "day"}
        columns["day"] = [None if one.date is None else one.date.toordinal() for one in passages]
        columns[PASSAGE] = [_packed(one) for one in passages]
        columns["words"] = [" ".join(tokens(one.encoded)) for one in passages]
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1))
        columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        return pa.table({name: columns[name] for name in self._schema.names}, schema=self._schema)


def _has_table(connection: Any) -> bool:
    try:
        connection.open_table(TABLE)
    except ValueError as error:
        if "not found" not in str(error):
            raise
        return False
    return True


def _schema(dimensions: int, index: str) -> "pa.Schema":
    import pyarrow as pa

    numbers = {"number": pa.int32(), "parts": pa.int32(), "day": pa.int32()}
    fields = [pa.field(name, numbers.get(name, pa.string())) for name in [*COLUMNS, PASSAGE, "words"]]
    vector = pa.field("vector", pa.list_(pa.float32(), dimensions))
    return pa.schema([*fields, vector], metadata={"index": index})


def _packed(passage: Passage) -> str:
    told = {name: getattr(passage, name) for name in Passage.__slots__}
    return json.dumps({**told, "date": None if passage.date is None else passage.date.isoformat()}, ensure_ascii=False)


def _passage(row: dict[str, Any]) -> Passage:
    told = json.loads(row[PASSAGE])
    return Passage(**{**told, "date": None if told["date"] is None else date.fromisoformat(told["date"])})


def _expression(where: Filter) -> Any:
    """A filter as LanceDB's own expression, None for all: values are literals, and never part of a text of ours."""
    from lancedb.expr import col, lit

    parts = []
    if where.languages:
        parts.append(col("language").isin(where.languages))
    if where.sources:
        parts.append(col("source").isin(where.sources))
    if where.since is not None:
        parts.append(col("day") >= lit(where.since.toordinal()))
    if where.until is not None:
        parts.append(col("day") <= lit(where.until.toordinal()))
    expression = None
    for part in parts:
        expression = part if expression is None else expression & part
    return expression
