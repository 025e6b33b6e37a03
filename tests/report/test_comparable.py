"""Systems that were not judged alike are refused one table, and the reason stands in the refusal."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from polybatch.errors import ResultsError
from polybatch.report import load_runs, to_html
from polybatch.results.store import Store

from .runs import manifest_of, rows_of, write_run


def refusal(*runs: Path) -> str:
    with pytest.raises(ResultsError) as caught:
        load_runs(runs)
    (fault,) = caught.value.faults
    assert fault.where == "ntrex-news"
    assert "report them apart" in str(fault)
    return fault.found


def described(run: Path, **facts: Any) -> Path:
    (entry,) = Store(run).stored_manifest["collections"]
    Store(run).write_manifest({**Store(run).stored_manifest, "collections": [entry | facts]})
    return run


def test_runs_judged_alike_stand_side_by_side(tmp_path: Path) -> None:
    one, two = (write_run(tmp_path / name, systems=[name], seeds=[1]) for name in ("x-y", "hybrid"))
    assert [system.name for system in load_runs([one, two]).systems] == ["x-y", "hybrid"]
    assert load_runs([one, two]).cautions == ()


def test_other_languages_of_one_collection_are_refused(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", systems=["x-y"], seeds=[1])
    two = write_run(tmp_path / "two", systems=["hybrid"], seeds=[1], languages=["en", "sw"])
    found = refusal(one, two)
    assert "x-y (one) on en-en, ne-ne, sw-sw but hybrid (two) on en-en, sw-sw" in found


def test_other_candidate_texts_are_refused(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", systems=["x-y"], seeds=[1])
    two = described(write_run(tmp_path / "two", systems=["hybrid"], seeds=[1]), notes={"candidate": "5 lines"})
    assert refusal(one, two) == "cannot be compared: candidate: 3 lines in one, 5 lines in two"


def test_other_texts_of_the_same_count_are_refused_by_their_hash(tmp_path: Path) -> None:
    one, two = (
        described(write_run(tmp_path / name, systems=[name], seeds=[1]), texts=name) for name in ("x-y", "hybrid")
    )
    assert "texts, by their hash: x-y in x-y, hybrid in hybrid" in refusal(one, two)


def test_other_pools_are_refused(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", systems=["en-en"], seeds=[1], pool=60)
    two = write_run(tmp_path / "two", systems=["hybrid"], seeds=[1], pool=70)
    assert "one and two rank different pools of passages" in refusal(one, two)


def test_other_counts_of_queries_are_refused_within_a_run_too(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"], seeds=[1])
    others = [replace(row, queries=row.queries + 1) for row in rows_of("x-y", 1)]
    Store(run).write_results([*Store(run).results, *others])
    assert "hybrid on 20 queries but x-y on 21" in refusal(run)


def test_runs_without_a_collection_in_common_are_shown_apart_and_the_page_says_so(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", systems=["x-y"], seeds=[1])
    two = write_run(tmp_path / "two", systems=["hybrid"], seeds=[1], collections=[])
    Store(two).write_results(rows_of("hybrid", 1, collection="wire"))
    report = load_runs([one, two])
    (caution,) = report.cautions
    assert caution.startswith("No collection was evaluated in all runs: one on ntrex-news; two on wire.")
    assert caution in to_html(report)


def test_results_of_an_older_version_are_refused_with_the_way_forward(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    run = write_run(tmp_path / "run", systems=["hybrid"], seeds=[1])
    ranks = pq.read_table(run / "ranks.parquet")
    pq.write_table(ranks.drop_columns(["grade", "score"]), run / "ranks.parquet")
    with pytest.raises(ResultsError, match=r"ranks\.parquet: lacks the columns grade, score; evaluate again"):
        load_runs([run])


def test_results_that_say_less_are_read(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], seeds=[1], first="hybrid")
    older = {key: value for key, value in manifest_of(["x-y"], [1], ["en"]).items() if key in ("kind", "finished")}
    Store(run).write_manifest(older | {"unknown": 1})
    for name in ("cases.json", "top.parquet"):
        (run / name).unlink()
    assert "not recorded" in to_html(load_runs([run]))
