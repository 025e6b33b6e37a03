"""An out folder in the forms that other tools read: per-query scores as parquet, TREC runs, qrels. No model."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa

from polybatch.data.collections.trec import write_qrels
from polybatch.errors import Fault, ResultsError
from polybatch.measures.cases import HEAD
from polybatch.measures.families import DEFAULT
from polybatch.measures.measures import per_query
from polybatch.records import Collection, Passage, Query
from polybatch.results.store import TOP, Store
from polybatch.results.tables import RANKS_SCHEMA, TEXT, read_table, write_table
from polybatch.results.trec_runs import write_run

LONGEST_NAME = 200  # characters of a name that goes into a file's

PER_QUERY_SCHEMA = pa.schema(
    [
        *(RANKS_SCHEMA.field(name) for name in (*HEAD, "setting", "query_id", "cluster", "query_language")),
        RANKS_SCHEMA.field("passage_language"),
        pa.field("measure", TEXT, nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ]
)
"""One row per query, pool and measure, as `per_query` makes them."""


def write_per_query(scores: pa.Table, path: Path) -> None:
    """Write a table of PER_QUERY_SCHEMA as parquet, in one step."""
    write_table(path, scores, PER_QUERY_SCHEMA)


def read_per_query(path: Path) -> pa.Table:
    """Read per-query scores; raises ResultsError where they cannot be read, or lack columns."""
    return read_table(path, PER_QUERY_SCHEMA, works="export again")


def export_per_query(folder: Path, path: Path, *, measures: Sequence[str] = DEFAULT) -> list[Path]:
    """Write the value of every measure for every query of an out folder to `path`; gives what was written.

    Raises ResultsError where the folder cannot be read, FaultyInputError for what is no measure, has no value for a
    query, or refuses the record.
    """
    store = Store(folder)
    write_per_query(per_query(store.ranks, measures, top=store.top), path)
    return [path]


def export_runs(folder: Path, target: Path) -> list[Path]:
    """Write the recorded best passages of all languages' as TREC runs; gives what was written.

    `target/COLLECTION/SYSTEM[.seedN].LANGUAGE.run` has the queries in one language, by their ids in the collection, so
    that it goes with the collection's qrels; it is as deep as `polybatch evaluate --top` recorded. Characters of a name
    that a file name or a tag cannot hold are percent-encoded. Raises ResultsError where the folder cannot be read, or
    a collection has no such ranking: one of several languages that leaves out the multilingual setting.
    """
    store = Store(folder)
    top = store.top
    ranked = set(top.column("collection").unique().to_pylist())
    judged = store.ranks.column("collection").unique().to_pylist()
    if lacking := [one for one in judged if one not in ranked]:
        works = "evaluate it again, in one language or in the multilingual setting"
        raise ResultsError(
            Fault(str(folder / TOP), f"has no ranking of all passages of {one}", works) for one in lacking
        )
    runs: dict[tuple[str, str, str], dict[str, dict[str, float]]] = {}
    for row in top.sort_by("position").to_pylist():
        tag = _file_name(row["system"]) + ("" if row["seed"] is None else f".seed{row['seed']}")
        run = runs.setdefault((row["collection"], tag, row["query_language"]), {})
        run.setdefault(row["query_id"], {})[row["passage_id"]] = row["score"]
    written = []
    for (collection, tag, asked), run in runs.items():
        written.append(target / _file_name(collection) / f"{tag}.{asked}.run")
        write_run(run, written[-1], tag=tag)
    return written


def export_qrels(folder: Path, target: Path) -> list[Path]:
    """Write the judgements behind an out folder as TREC qrels, `target/COLLECTION.qrels`; gives what was written.

    Where queries are passages themselves, what is relevant depends on the query's language: then each has qrels of its
    own, `target/COLLECTION.LANGUAGE.qrels`. Queries without a relevant passage are not in the record, and so not in the
    qrels. Raises ResultsError where the folder cannot be read, DataError for an id with white space.
    """
    written = []
    for stem, collection in _judgements(Store(folder).ranks):
        written.append(target / f"{stem}.qrels")
        write_qrels(collection, written[-1])
    return written


def _file_name(name: str) -> str:
    """A name with what a file's cannot hold percent-encoded; raises ResultsError where it is too long for one."""
    quoted = quote(name, safe="+")
    if len(quoted) > LONGEST_NAME:
        found = f"a name of {len(quoted):,} characters"
        raise ResultsError([Fault(f"{name[:40]}…", found, f"{LONGEST_NAME} fit into the name of a file")])
    return quoted


def _judgements(ranks: pa.Table) -> Iterator[tuple[str, Collection]]:
    """File stems, and the collections of a table of RANKS_SCHEMA as far as it tells: ids and grades, no texts.

    A collection whose relevant passages depend on the query's language comes once for each language.
    """
    names = ["collection", "query_id", "cluster", "query_language", "passage_id", "passage_language", "grade"]
    plain = pa.table({name: ranks.column(name).cast(pa.int64() if name == "grade" else pa.string()) for name in names})
    rows: dict[str, list[dict[str, str]]] = {}
    for row in plain.group_by(names, use_threads=False).aggregate([]).to_pylist():
        rows.setdefault(row["collection"], []).append(row)
    for name, found in rows.items():
        stem = _file_name(name)
        relevant: dict[tuple[str, str], set[str]] = {}
        for row in found:
            relevant.setdefault((row["query_id"], row["query_language"]), set()).add(row["passage_id"])
        union: dict[str, set[str]] = {}
        for (query, _), passages in relevant.items():
            union.setdefault(query, set()).update(passages)
        if all(passages == union[query] for (query, _), passages in relevant.items()):
            yield stem, _collection(name, found)
        else:
            for code in sorted({row["query_language"] for row in found}):
                yield f"{stem}.{code}", _collection(name, [row for row in found if row["query_language"] == code])


def _collection(name: str, rows: Iterable[dict[str, str]]) -> Collection:
    queries: dict[str, dict[str, Query]] = {}
    passages: dict[str, dict[str, Passage]] = {}
    grades: dict[str, dict[str, int]] = {}
    for row in rows:
        query, passage = row["query_id"], row["passage_id"]
        queries.setdefault(row["query_language"], {})[query] = Query(query, row["cluster"], "")
        passages.setdefault(row["passage_language"], {})[passage] = Passage(passage, "")
        grades.setdefault(query, {})[passage] = int(row["grade"])
    return Collection(
        name,
        {code: tuple(each.values()) for code, each in queries.items()},
        {code: tuple(each.values()) for code, each in passages.items()},
        {query: frozenset(each) for query, each in grades.items()},
        grades=grades,
    )
