"""Judge an index as models are judged: searches as runs, with the same measures. Not here: exact ranks of a model."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from polybatch.data.collections.table import load_collections
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.trec import qrels_rows, scored_rows
from polybatch.errors import DataError, Fault
from polybatch.judging.checks import collection_faults
from polybatch.judging.evaluate import Evaluation, check_out, describe_collection, write_judged
from polybatch.judging.judge_runs import judge_runs
from polybatch.judging.layout import Layout
from polybatch.judging.record import Names, top_table
from polybatch.judging.top import Top
from polybatch.languages import check_language
from polybatch.measures.families import DEFAULT, TOP_SIZE
from polybatch.measures.measures import parse_measures
from polybatch.progress import Progress
from polybatch.provenance import manifest_head
from polybatch.records import Collection, Passage, Query
from polybatch.results.store import ALL, Store
from polybatch.search.records import DEPTH, LONGEST, METHODS, MOST, Document, Method, SearchRequest
from polybatch.search.searcher import Searcher

TOGETHER = 128  # queries encoded at once

Runs = dict[tuple[str, str], dict[str, dict[str, float]]]


class Way(NamedTuple):
    """A way to search that is judged as a system of its own."""

    method: Method
    balance: bool = False

    def __str__(self) -> str:
        return f"{self.method}+balance" if self.balance else self.method


WAYS = (*map(Way, METHODS), Way("dense", balance=True))
"""The ways that are judged unless others are named."""


def judge_index(
    index: Path | str,
    on: Sequence[str] = (),
    *,
    data: Path | None = None,
    languages: Sequence[str] | None = None,
    queries: Path | None = None,
    judgements: Path | None = None,
    ways: Sequence[Way] = WAYS,
    depth: int = DEPTH,
    measures: Sequence[str] = DEFAULT,
    model: str | None = None,
    out: Path,
    command: str = "",
    progress: Progress,
) -> Evaluation:
    """Search an index for every query, in every way, and write results and manifest to `out`.

    Queries are those of collections whose passages the index holds as documents under their ids, as `documents_of`
    gives them; or those of the files that `archive_collection` takes, with all that the index holds as pool. Each way
    is a system, `NAME:WAY`, to be compared with the model's exact ranks by `polybatch compare`, or with another way.
    Raises DataError with the faults of all collections, for an index that lacks passages, and for a depth that no
    request may have; ResultsError where `out` holds a run.
    """
    parse_measures(measures)
    if not 1 <= depth <= MOST:
        raise DataError([Fault("--depth", str(depth), f"1 to {MOST}")])
    check_out(out)
    if bool(on) == bool(queries and judgements) or bool(queries) != bool(judgements):
        raise DataError([Fault(str(index), "nothing to evaluate on", "either --on, or --queries with --judgements")])
    if languages and not on:
        raise DataError([Fault("--languages", ",".join(languages), "only with --on; all of your own queries are used")])
    collections = load_collections(on, data=data, languages=languages)
    searcher = Searcher.open(index, model=model)
    if queries and judgements:
        collections = (archive_collection(searcher, queries, judgements),)
    name = str(searcher.index.manifest.get("strategy") or Path(searcher.index.manifest["model"]).name)
    systems = [f"{name}:{way}" for way in ways]
    ranks, best = list[pa.Table](), list[pa.Table]()
    notes: list[str] = []
    for one in collections:
        _check(searcher, one)
        for way, system in zip(ways, systems, strict=True):
            runs = search_collection(searcher, one, way, depth=depth, progress=progress)
            judged = judge_runs(runs, one, system=system)
            ranks.append(judged.ranks)
            best.append(_best(runs, one, system))
            notes += [f"{system}: {note}" for note in judged.notes]
    searcher.close()
    found = write_judged(out, ranks, best, measures, notes=notes, beside=(), progress=progress)
    manifest = manifest_head("evaluate", command) | {
        "finished": True,
        "model": searcher.index.manifest["model"],
        "systems": [{"system": system, "strategy": None} for system in systems],
        "seeds": [],
        "measures": list(measures),
        "collections": [describe_collection(one) for one in collections],
        "notes": found.notes,
        "mix": [],
        "index": {name: searcher.index.manifest[name] for name in ("id", "fingerprint", "engine", "tokens")},
    }
    Store(out).write_manifest(manifest)
    return found


def documents_of(collection: Collection) -> Iterator[Document]:
    """The passages of a collection as documents to index, each under its own id and in its own language."""
    for code in collection.languages:
        for passage in collection.passages[code]:
            yield Document(passage.id, passage.text, language=code)


def archive_collection(searcher: Searcher, queries: Path, judgements: Path) -> Collection:
    """What an index holds as a collection: its documents by the language of their first passage, and one's own queries.

    `queries` is JSONL with `_id`, `text` and `language`, and perhaps `query`, the id that the versions of one question
    share. `judgements` are TREC qrels, or BEIR's where the name ends in .tsv; a grade over 0 is relevant. Texts of
    passages are left out. Raises DataError with every fault.
    """
    faults: list[Fault] = []
    asked: dict[str, list[Query]] = {}
    shared: dict[str, str] = {}
    for where, row in json_rows(queries, faults, fields=("_id", "text", "language")):
        faults += check_language(row["language"], where=where)
        id = shared[row["_id"]] = str(row.get("query", row["_id"]))
        asked.setdefault(row["language"], []).append(Query(id, id, row["text"]))
    grades: dict[str, dict[str, int]] = {}
    read = scored_rows if judgements.suffix == ".tsv" else qrels_rows
    for one in read(judgements, faults):
        if one.grade > 0:
            grades.setdefault(shared.get(one.query, one.query), {})[one.passage] = one.grade
    passages: dict[str, list[Passage]] = {}
    for id, language in searcher.index.engine.documents():
        passages.setdefault(language, []).append(Passage(id, ""))
    collection = Collection(
        searcher.index.folder.resolve().name,
        {code: tuple(found) for code, found in asked.items()},
        {code: tuple(sorted(found, key=lambda one: one.id)) for code, found in passages.items()},
        {query: frozenset(found) for query, found in grades.items()},
        grades=grades,
    )
    faults += collection_faults(collection) if not faults else []
    if faults:
        raise DataError(faults)
    return collection


def search_collection(
    searcher: Searcher, collection: Collection, way: Way, *, depth: int = DEPTH, progress: Progress
) -> Runs:
    """A run for each pair of query language and pool: the documents found, best first, scored by their places.

    A document stands where its best passage stands; what is not of the collection is passed over. Languages are
    balanced where all of them are searched.
    """
    pools = [*collection.languages, *([ALL] if len(collection.languages) > 1 else [])]
    known = {passage.id for found in collection.passages.values() for passage in found}
    runs: Runs = {}
    total = sum(map(len, collection.queries.values())) * len(pools)
    with progress.task(f"{collection.name}: searching, {way}", total) as advance:
        for asked in sorted(collection.queries):
            for pool in pools:
                within = () if pool == ALL else (pool,)
                run = runs.setdefault((asked, pool), {})
                queries = iter(collection.queries[asked])
                while batch := list(islice(queries, TOGETHER)):
                    requests = [
                        SearchRequest(
                            query.text[:LONGEST],
                            languages=within,
                            top=depth,
                            balance=way.balance and pool == ALL,
                            method=way.method,
                        )
                        for query in batch
                    ]
                    for query, hits in zip(batch, searcher.search_many(requests), strict=True):
                        found = dict.fromkeys(hit.document for hit in hits if hit.document in known)
                        run[query.id] = {document: float(-place) for place, document in enumerate(found)}
                    advance(len(batch))
    return runs


def _check(searcher: Searcher, collection: Collection) -> None:
    """Every passage of the collection is in the index, or it is another index."""
    ids = [passage.id for found in collection.passages.values() for passage in found]
    lacking = len(ids) - len(searcher.index.engine.held(ids))
    if lacking:
        found = f"{lacking} of {len(ids)} passages are missing, of {collection.name}"
        works = "an index of the collection's passages, under their ids"
        raise DataError([Fault(str(searcher.index.folder), found, works)])


def _best(
    runs: Mapping[tuple[str, str], Mapping[str, Mapping[str, float]]], collection: Collection, system: str
) -> pa.Table:
    """The best passages of the multilingual pool, or of the only one, in the form in which a model's are kept."""
    layout = Layout(collection)
    pool = ALL if len(layout.pools) > 1 else layout.pools[0]
    place = {passage.id: number for number, passage in enumerate(layout.passages)}
    top = Top.empty(len(layout.queries), TOP_SIZE)
    row = 0
    for asked in sorted(collection.queries):
        for query in collection.queries[asked]:
            own = collection.itself(query.id, asked)
            hits = runs[asked, pool].get(query.id, {}).items()
            found = [(document, score) for document, score in hits if document not in own][:TOP_SIZE]
            top.passages[row, : len(found)] = [place[document] for document, _ in found]
            top.scores[row, : len(found)] = [score for _, score in found]
            row += 1
    return top_table(Names(system, None, None), layout, top)
