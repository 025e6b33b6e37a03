"""Claims about judging an index: where search is exact, it is judged as its model is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.collections.table import load_collections
from polybatch.encoders.loading import load_encoder
from polybatch.errors import DataError
from polybatch.judging.judge import judge_collection
from polybatch.judging.judge_runs import judge_runs
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.report import load_runs
from polybatch.search.building import describe_model
from polybatch.search.index import Index
from polybatch.search.indexing import add_documents
from polybatch.search.judging import Way, documents_of, judge_index, search_collection
from polybatch.search.searcher import Searcher

MEASURES = ["nDCG@10", "R@10"]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, model: str) -> Path:
    """The newswire in two languages, indexed."""
    folder = tmp_path_factory.mktemp("indexes") / "newswire"
    (collection,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    encoder = load_encoder(model)
    index = Index.make(folder, describe_model(model, encoder))
    with index.writing():
        add_documents(index, documents_of(collection), encoder)
    return folder


def test_dense_search_is_judged_as_the_model_is(indexed: Path, model: str) -> None:
    (whole,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    collection = replace(whole, queries={code: found[:30] for code, found in whole.queries.items()})
    collection = replace(collection, judgements={one.id: whole.judgements[one.id] for one in collection.queries["en"]})
    judged = judge_collection(
        load_encoder(model), collection, system="x", strategy=None, seed=None, top=10, progress=Silent()
    )
    searcher = Searcher.open(indexed)
    values = {}
    for way in (Way("dense"), Way("dense", balance=True)):
        runs = search_collection(searcher, collection, way, depth=30, progress=Silent())
        ranks = judge_runs(runs, collection, system="x").ranks
        values[way] = {
            (one.setting, one.query_language, one.passage_language, one.measure): one.value
            for one in measure(ranks, MEASURES)
        }
    dense, balanced = values.values()
    for one in measure(judged.ranks, MEASURES):
        key = one.setting, one.query_language, one.passage_language, one.measure
        assert dense[key] == pytest.approx(one.value, abs=0.001), key
        if one.setting != "multilingual":
            assert balanced[key] == dense[key], "balance is of several languages"
    assert balanced != dense


def test_an_index_without_the_collections_passages_is_refused(indexed: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\d+ of \d+ passages are missing, of newswire"):
        judge_index(indexed, ["newswire"], languages=["en", "ne"], out=tmp_path / "out", progress=Silent())
    with pytest.raises(DataError, match="--depth: 0"):
        judge_index(indexed, ["newswire"], depth=0, out=tmp_path / "out", progress=Silent())


def test_an_archive_is_judged_on_ones_own_queries(indexed: Path, tmp_path: Path) -> None:
    (collection,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    asked = [(code, one) for code in ("en", "sw") for one in collection.queries[code][:5]]
    rows = [{"_id": f"{code}-{one.id}", "query": one.id, "text": one.text, "language": code} for code, one in asked]
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    relevant = sorted({(one.id, passage) for _, one in asked for passage in collection.judgements[one.id]})
    (tmp_path / "qrels.txt").write_text("".join(f"{query} 0 {passage} 1\n" for query, passage in relevant))
    files: dict[str, Any] = {"queries": tmp_path / "queries.jsonl", "judgements": tmp_path / "qrels.txt"}
    options: dict[str, Any] = {"ways": [Way("text")], "measures": ["R@100"], "progress": Silent()}
    own = judge_index(indexed, **files, out=tmp_path / "own", **options)
    same = {(one.setting, one.query_language, one.passage_language): one.value for one in own.results}
    assert same["monolingual", "en", "en"] > 0.5
    assert load_runs([tmp_path / "own"])
    assert set(same) >= {("multilingual", "en", "all"), ("cross-lingual", "sw", "en")}
    with pytest.raises(DataError, match="either --on, or --queries with --judgements"):
        judge_index(indexed, ["newswire"], **files, out=tmp_path / "both", **options)
    (tmp_path / "qrels.txt").write_text("nobody 0 nothing 1\n")
    with pytest.raises(DataError, match="query 'nobody' is in no language"):
        judge_index(indexed, **files, out=tmp_path / "wrong", **options)
