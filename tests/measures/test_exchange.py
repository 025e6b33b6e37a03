"""Claims about exchange: what is written is read back, other tools see our order, and nothing missing goes unsaid."""

import gzip
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.collections.sentences import sentence_collection
from polybatch.data.collections.trec import read_qrels
from polybatch.errors import DataError, FaultyInputError, ResultsError
from polybatch.judging.evaluate import evaluate
from polybatch.judging.judge import judge_collection
from polybatch.judging.judge_runs import judge_runs
from polybatch.measures.exchange import (
    PER_QUERY_SCHEMA,
    export_per_query,
    export_qrels,
    export_runs,
    read_per_query,
    write_per_query,
)
from polybatch.measures.measures import measure, per_query
from polybatch.progress import Silent
from polybatch.records import Collection, Passage, Query
from polybatch.results.store import ALL, Store
from polybatch.results.trec_runs import read_run, write_run
from tests.judging.pools import TableEncoder, judged, tiny

ids = st.text("abc:-é", min_size=1, max_size=3)
some_runs = st.dictionaries(ids, st.dictionaries(ids, st.sampled_from([0.0, 0.5, 1.0, -2.25]), min_size=1), min_size=1)


@given(some_runs)
def test_a_run_read_back_has_the_same_order_and_each_score_but_for_the_last_bits_of_ties(
    tmp_path_factory: pytest.TempPathFactory, run: dict[str, dict[str, float]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "x.run"
    write_run(run, path, tag="x")
    again = read_run(path)
    assert again.keys() == run.keys()
    for query, found in again.items():
        scores = [np.float32(score) for score in found.values()]
        assert all(one > other for one, other in pairwise(scores)), "no score ties"
        assert list(found) == sorted(run[query], key=lambda one: -run[query][one]), "ties in the order given"
        for passage, score in found.items():
            assert score == pytest.approx(run[query][passage], abs=1e-5)


def test_a_gzipped_run_is_read_and_scores_count_not_ranks(tmp_path: Path) -> None:
    path = tmp_path / "x.run.gz"
    path.write_bytes(gzip.compress(b"q Q0 d2 9 1.5 x\nq Q0 d1 1 2e0 x\n"))
    assert read_run(path) == {"q": {"d2": 1.5, "d1": 2.0}}


def test_every_fault_of_a_run_is_named_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.run"
    path.write_text("q Q0 d 1 1.0 x\nq Q0 d 2 .5 x\nq d 1 1.0\nq Q0 e 3 high x\nq Q0 f 4 nan x\nq Q0 g 5 inf x\n")
    with pytest.raises(DataError) as caught:
        read_run(path)
    assert [fault.where.rpartition(":")[2] for fault in caught.value.faults] == ["2", "3", "4", "5", "6"]
    path.write_text("")
    for wrong in (path, tmp_path / "none.run"):
        with pytest.raises(DataError, match=r"no line|no such file"):
            read_run(wrong)


def test_what_a_run_file_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        write_run({"a query": {"d\t": 1.0, "e": math.nan}}, tmp_path / "x.run", tag="")
    assert len(caught.value.faults) == 4
    assert not list(tmp_path.iterdir())


@settings(deadline=None)  # the first call loads torch
@given(judged())
def test_runs_of_whole_rankings_are_judged_as_the_encoder_was(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[Collection, TableEncoder]
) -> None:
    collection, encoder = case
    languages = collection.languages
    expected = judge_collection(encoder, collection, system="x", top=100)
    path = tmp_path_factory.mktemp("runs") / "x.run"
    runs = {}
    for asked in collection.queries:
        rows = [row for row in expected.top.to_pylist() if row["query_language"] == asked]
        if rows:
            run: dict[str, dict[str, float]] = {}
            for row in rows:
                run.setdefault(row["query_id"], {})[row["passage_id"]] = row["score"]
            write_run(run, path, tag="x")
            runs[asked, ALL if len(languages) > 1 else languages[0]] = read_run(path)
    judged_again = judge_runs(runs, collection, system="x", top=100)
    assert judged_again.notes == ()
    found = judged_again.ranks.to_pylist()
    key = ("setting", "query_language", "query_id", "passage_id")
    places = {tuple(row[name] for name in key): row["place"] for row in found}
    assert places == {tuple(row[name] for name in key): row["place"] for row in expected.ranks.to_pylist()}
    told, wanted = (
        {tuple(row.values()) for row in top.drop_columns(["score"]).to_pylist()}
        for top in (judged_again.top, expected.top)
    )
    assert told == wanted
    assert all(row["rank"] == row["place"] for row in found), "what is written does not tie"


def news() -> Collection:
    """Two questions in two languages, three passages in each."""
    queries = {code: tuple(Query(f"q{n}", f"q{n}", f"{code} {n}") for n in (1, 2)) for code in ("en", "sw")}
    passages = {code: tuple(Passage(f"{code}:{n}", f"{code} text {n}") for n in (1, 2, 3)) for code in ("en", "sw")}
    return Collection("news", queries, passages, {f"q{n}": frozenset({f"en:{n}", f"sw:{n}"}) for n in (1, 2)})


def test_what_a_run_lacks_ranks_after_all_it_names_and_is_named_in_a_note() -> None:
    runs = {
        ("en", ALL): {"q1": {"en:3": 2.0, "en:1": 1.0}},
        ("en", "sw"): {"q1": {"sw:1": 1.0}, "q2": {"sw:3": 1.0}},
    }
    found = judge_runs(runs, news(), system="x", seed=3)
    rows = {(row["setting"], row["query_id"], row["passage_id"]): row for row in found.ranks.to_pylist()}
    assert len(rows) == 6
    ranks = {key: row["rank"] for key, row in rows.items()}
    assert ranks == {
        ("multilingual", "q1", "en:1"): 2,
        ("multilingual", "q1", "sw:1"): 4.5,  # four of six passages are not named: ranks 3 to 6
        ("multilingual", "q2", "en:2"): 3.5,
        ("multilingual", "q2", "sw:2"): 3.5,
        ("cross-lingual", "q1", "sw:1"): 1,
        ("cross-lingual", "q2", "sw:2"): 2.5,
    }
    assert rows["multilingual", "q1", "en:1"]["score"] == 1
    assert math.isnan(rows["multilingual", "q1", "sw:1"]["score"])
    assert {row["pool_size"] for row in rows.values() if row["setting"] == "multilingual"} == {6}
    assert {(row["system"], row["seed"]) for row in rows.values()} == {("x", 3)}
    assert found.notes == (
        "news: run en-all: 1 of 2 queries are not in it: q2",
        "news: run en-all: names 2 of 6 passages a query: cut-offs up to 2 are exact; beyond, and without one, what it "
        "does not name counts as tied",
        "news: run en-all: 3 of 4 relevant passages are not in it and rank after all that it names: "
        "sw:1 (q1), en:2 (q2), sw:2 (q2)",
        "news: run en-sw: names 1 of 3 passages a query: cut-offs up to 1 are exact; beyond, and without one, what it "
        "does not name counts as tied",
        "news: run en-sw: 1 of 2 relevant passages are not in it and rank after all that it names: sw:2 (q2)",
        "news: no pools of the monolingual setting have rankings: no run of en-en, sw-sw; a run of the union counts "
        "for them only if it names every passage",
        "news: 1 of 2 pools of the cross-lingual setting have rankings: no run of sw-en; a run of the union counts "
        "for them only if it names every passage",
        "news: 1 of 2 pools of the multilingual setting have rankings: no run of sw-all",
    )
    assert [row["passage_id"] for row in found.top.to_pylist()] == ["en:3", "en:1"], "the union alone, as deep as it is"
    assert {one.setting for one in measure(found.ranks, ["nDCG@10"])} == {"multilingual", "cross-lingual"}


def test_runs_that_do_not_fit_the_collection_are_refused_with_every_fault() -> None:
    runs = {
        ("fr", ALL): {"q1": {"en:1": 1.0}},
        ("en", "de"): {"q1": {"en:1": 1.0}},
        ("en", "sw"): {"q1": {"en:1": 1.0}, "q9": {"sw:1": 1.0}},
    }
    with pytest.raises(DataError) as caught:
        judge_runs(runs, news(), system="x")
    assert [str(fault) for fault in caught.value.faults] == [
        "run fr-all: no queries in 'fr'; en, sw work",
        "run en-de: no pool 'de'; en, sw, all work",
        "run en-sw: 1 unknown ids of a query: 'q9'",
        "run en-sw: 1 unknown ids of a passage: 'en:1'",
    ]
    with pytest.raises(DataError, match="no pool 'all'; en work"):
        judge_runs({("en", ALL): {"q": {"en:1": 1.0}}}, tiny(), system="x")


class Letters:
    """Counts few letters, so that scores tie."""

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.array([[1 + text.count(letter) for letter in "12w"] for text in texts])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An out folder, the system's name not fit for a file's, with grades."""
    collection = news()
    graded = Collection(
        "news", collection.queries, collection.passages, collection.judgements, grades={"q1": {"sw:1": 3}}
    )
    evaluate(
        Letters(),
        [graded],
        system="a b/c",
        strategy=None,
        seed=2,
        out=tmp_path / "out",
        progress=Silent(),
    )
    return tmp_path / "out"


def test_other_tools_measure_on_exported_runs_and_qrels_what_we_do(folder: Path, tmp_path: Path) -> None:
    (qrels,) = export_qrels(folder, tmp_path / "trec")
    assert read_qrels(qrels) == {"q1": {"en:1": 1, "sw:1": 3}, "q2": {"en:2": 1, "sw:2": 1}}
    runs = export_runs(folder, tmp_path / "trec")
    assert [path.relative_to(tmp_path).as_posix() for path in runs] == [
        *("trec/news/a%20b%2Fc.seed2.en.run", "trec/news/a%20b%2Fc.seed2.sw.run"),
    ]
    names = ["nDCG@10", "mAP", "RR", "nDCG@3"]
    ours = {
        (row["query_language"], row["query_id"], row["measure"]): row["value"]
        for row in per_query(Store(folder).ranks, names).to_pylist()
        if row["setting"] == "multilingual"
    }
    theirs: dict[tuple[str, str, str], float] = {}
    for path in runs:
        found = ir_measures.iter_calc(
            [ir_measures.parse_measure(name.replace("mAP", "AP")) for name in names],
            list(ir_measures.read_trec_qrels(str(qrels))),
            list(ir_measures.read_trec_run(str(path))),
        )
        asked = path.name.split(".")[-2]
        theirs |= {(asked, one.query_id, str(one.measure).replace("AP", "mAP")): one.value for one in found}
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_exported_runs_are_judged_as_the_folder_says(folder: Path, tmp_path: Path) -> None:
    runs = {(path.name.split(".")[-2], ALL): read_run(path) for path in export_runs(folder, tmp_path)}
    found = judge_runs(runs, news(), system="a b/c")
    assert not found.notes
    values = [
        {(one.query_language, one.value) for one in measure(ranks, ["RR", "Comp@2"]) if one.setting == "multilingual"}
        for ranks in (found.ranks, Store(folder).ranks)
    ]
    assert values[0] == values[1]


def test_per_query_scores_are_read_as_they_were_written(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    assert export_per_query(folder, path, measures=["mAP", "TLR@2", "AWRF@3", "one_target_RR"]) == [path]
    read = read_per_query(path)
    assert read.schema.equals(PER_QUERY_SCHEMA)
    made = per_query(Store(folder).ranks, ["mAP", "TLR@2", "AWRF@3", "one_target_RR"], top=Store(folder).top)
    assert read.to_pylist() == made.to_pylist()
    write_per_query(read.slice(0, 0), path)
    assert read_per_query(path).num_rows == 0
    with pytest.raises(FaultyInputError, match="diagonal_gap: has no value for a query"):
        export_per_query(folder, path, measures=["diagonal_gap"])
    with pytest.raises(ResultsError, match=r"ranks\.parquet: lacks the columns .*value"):
        read_per_query(folder / "ranks.parquet")
    with pytest.raises(ResultsError, match="none"):
        read_per_query(tmp_path / "none")


class Ones:
    """One vector for all texts."""

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 2))


def test_a_collection_in_one_language_is_exported_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    evaluate(Ones(), [tiny(), news()], system="ones", strategy=None, seed=None, out=out, progress=Silent())
    runs = export_runs(out, tmp_path / "runs")
    assert [path.relative_to(tmp_path / "runs").as_posix() for path in runs] == [
        *("tiny/ones.en.run", "news/ones.en.run", "news/ones.sw.run"),
    ]
    assert read_run(runs[0])["q"].keys() == {"en:1", "en:2"}
    found = judge_runs({("en", "en"): read_run(runs[0])}, tiny(), system="ones")
    assert {row["setting"] for row in found.top.to_pylist()} == {"monolingual"}
    assert len(export_qrels(out, tmp_path / "qrels")) == 2


def test_a_collection_without_a_ranking_of_all_its_passages_is_named(tmp_path: Path) -> None:
    apart = replace(news(), settings=("monolingual", "cross-lingual"))
    out = tmp_path / "out"
    evaluate(Ones(), [tiny(), apart], system="ones", strategy=None, seed=None, out=out, progress=Silent())
    with pytest.raises(ResultsError, match=r"top\.parquet: has no ranking of all passages of news; evaluate it again"):
        export_runs(out, tmp_path / "runs")


def test_where_queries_are_passages_other_tools_leave_them_out_by_the_qrels_of_their_language(tmp_path: Path) -> None:
    out = tmp_path / "out"
    sentences = sentence_collection(
        "lines",
        {"en": ["w1", "ww", "12"], "sw": ["1w", "22", "w2w"]},
        ["1", "2", "3"],
        ["1", "1", "3"],
        licence="",
        notes={},
    )
    evaluate(Letters(), [sentences], system="x", strategy=None, seed=None, out=out, progress=Silent())
    assert {row["setting"] for row in Store(out).ranks.to_pylist()} == {"cross-lingual", "multilingual"}
    qrels = export_qrels(out, tmp_path / "trec")
    assert [path.name for path in qrels] == ["lines.en.qrels", "lines.sw.qrels"]
    assert read_qrels(qrels[0]) == {one: {f"sw:{one}": 1} for one in "123"}
    ours = {
        (row["query_language"], row["query_id"]): row["value"]
        for row in per_query(Store(out).ranks, ["nDCG@10"]).to_pylist()
        if row["setting"] == "multilingual"
    }
    theirs: dict[tuple[str, str], float] = {}
    for path, judged_by in zip(export_runs(out, tmp_path / "trec"), qrels, strict=True):
        assert all(f"{path.name.split('.')[-2]}:{query}" not in found for query, found in read_run(path).items())
        for one in ir_measures.iter_calc(
            [ir_measures.parse_measure("nDCG@10")],
            list(ir_measures.read_trec_qrels(str(judged_by))),
            list(ir_measures.read_trec_run(str(path))),
        ):
            theirs[path.name.split(".")[-2], one.query_id] = one.value
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_scores_of_a_run_that_float32_cannot_tell_apart_rank_by_float64() -> None:
    ids = [f"p{number}" for number in range(9)]
    passages = {"en": tuple(Passage(id, id) for id in ids)}
    collection = Collection("x", {"en": (Query("q", "q", "q"),)}, passages, {"q": frozenset(ids[::2])})
    scores = {id: 1e300 * (1 + place * 1e-12) for place, id in enumerate(ids)}
    found = judge_runs({("en", "en"): {"q": scores}}, collection, system="x")
    of = dict(zip(found.ranks.column("passage_id").to_pylist(), found.ranks.column("place").to_pylist(), strict=True))
    assert of == {id: len(ids) - ids.index(id) for id in ids[::2]}
    assert np.isfinite(found.ranks.column("score").to_numpy()).all()
    assert found.top.column("passage_id").to_pylist() == ids[::-1]


def test_a_score_beyond_float64_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.run"
    path.write_text("q Q0 d 1 1e300 x\nq Q0 e 2 1e400 x\n")
    with pytest.raises(DataError, match=r"x\.run:2: score '1e400'; a finite number that float64 holds"):
        read_run(path)
