"""Folders become one report, or every fault is named at once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from polybatch.errors import ResultsError
from polybatch.report import Report, load_runs
from polybatch.report.tables import main_table
from polybatch.results.store import Store

from .runs import NEWS, rows_of, write_run


def test_systems_come_in_the_manifest_s_order_with_its_titles(report: Report) -> None:
    assert [system.title for system in report.systems] == ["Untuned", "En-En", "X-X-mono", "X-Y", "Hybrid"]


def test_without_a_manifest_systems_come_in_the_paper_s_order(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid", "other", "en-en", "untuned"])
    (run / "manifest.json").unlink()
    report = load_runs([run])
    assert [system.title for system in report.systems] == ["Untuned", "En-En", "Hybrid", "other"]
    assert report.unfinished
    assert report.title == "run"


def test_seeds_of_one_system_from_two_folders_are_averaged(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", systems=["hybrid"], seeds=[1, 2])
    two = write_run(tmp_path / "two", systems=["hybrid"], seeds=[3])
    report = load_runs([one, two])
    assert [system.name for system in report.systems] == ["hybrid"]
    assert report.seeds == (1, 2, 3)


def test_the_same_system_and_seed_from_two_folders_stay_apart(tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", systems=["en-en", "hybrid"], seeds=[1, 2])
    two = write_run(tmp_path / "two", systems=["x-y", "hybrid"], seeds=[2], shift=0.1)
    report = load_runs([one, two])
    assert [(system.name, system.title) for system in report.systems] == [
        ("en-en", "En-En"),
        ("hybrid (one)", "Hybrid (one)"),
        ("x-y", "X-Y"),
        ("hybrid (two)", "Hybrid (two)"),
    ]
    assert {mix.system for mix in report.mix} == {"en-en", "hybrid (one)", "x-y", "hybrid (two)"}
    assert len(report.results) == len(Store(one).results) + len(Store(two).results)


def test_folders_of_one_name_are_told_apart_by_their_parents(tmp_path: Path) -> None:
    one, two = (write_run(tmp_path / parent / "run", systems=["hybrid"]) for parent in "ab")
    assert [run.label for run in load_runs([one, two]).runs] == ["a/run", "b/run"]


def test_a_seed_and_an_outside_model_stand_side_by_side(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"])
    Store(run).write_results([*Store(run).results, *rows_of("big/model", None, strategy=None)])
    report = load_runs([run])
    assert [(system.name, system.strategy) for system in report.systems] == [("hybrid", "hybrid"), ("big/model", None)]


def test_equal_titles_are_told_apart_by_the_systems_names(tmp_path: Path) -> None:
    titles = [{"system": name, "title": "Hybrid"} for name in ("a", "b")]
    run = write_run(tmp_path / "run", systems=["a", "b"])
    manifest = json.loads((run / "manifest.json").read_text())
    Store(run).write_manifest(manifest | {"systems": titles})
    assert [system.title for system in load_runs([run]).systems] == ["Hybrid [a]", "Hybrid [b]"]


@pytest.mark.parametrize("manifest", [{}, {"recipe": None, "mix": None, "seconds": {}}, {"unknown": [1]}])
def test_every_part_of_a_manifest_may_be_missing(tmp_path: Path, manifest: dict[str, Any]) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"])
    Store(run).write_manifest({"polybatch": "0.1.0"} | manifest)
    assert load_runs([run]).title == "run"


def test_a_report_does_without_ranks(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"])
    (run / "ranks.parquet").unlink()
    assert load_runs([run]).chance == {}


def test_a_run_that_was_cut_short_shows_the_systems_that_were_done(tmp_path: Path) -> None:
    whole = write_run(tmp_path / "whole", systems=["x-y", "hybrid"], seeds=[1, 2])
    half = tmp_path / "half"
    for system, seed in (("x-y", 1), ("x-y", 2), ("hybrid", 1)):
        write_run(half / "systems" / f"{system}-seed{seed}", systems=[system], seeds=[seed])
    (half / "manifest.json").write_text((whole / "manifest.json").read_text().replace("true", "false"))
    report = load_runs([half])
    assert {(row.system, row.seed) for row in report.results} == {("x-y", 1), ("x-y", 2), ("hybrid", 1)}
    assert report.unfinished
    assert report.chance
    assert report.cautions == ("half has no results of Hybrid with seed 2. Means are over the seeds that there are.",)


def test_systems_and_seeds_that_a_manifest_lists_and_results_lack_are_said(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], seeds=[1, 2, 3])
    Store(run).write_results([row for row in Store(run).results if row.system == "hybrid" and row.seed == 2])
    (caution,) = load_runs([run]).cautions
    assert caution.startswith("run has no results of X-Y; Hybrid with seeds 1 and 3.")


def test_no_folder_is_a_fault() -> None:
    with pytest.raises(ResultsError, match="name the --out folder"):
        load_runs([])


def test_a_folder_named_twice_is_a_fault(news: Path) -> None:
    with pytest.raises(ResultsError, match="named 2 times"):
        load_runs([news, news / "." / ""])


def test_empty_results_are_a_fault_that_says_what_would_work(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"])
    Store(run).write_results([])
    with pytest.raises(ResultsError, match=r"results\.json: no results; let `polybatch run`"):
        load_runs([run])


def test_the_faults_of_all_folders_and_files_are_listed_at_once(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    empty = write_run(tmp_path / "empty", systems=["hybrid"])
    Store(empty).write_results([])
    broken = write_run(tmp_path / "broken", systems=["hybrid"], mix=[{"kinds": {"monolingual": "x"}}], machine=3)
    (broken / "ranks.parquet").write_bytes(b"not parquet")
    with pytest.raises(ResultsError) as caught:
        load_runs([missing, empty, broken])
    places = [fault.where for fault in caught.value.faults]
    for place in ("missing/results.json", "empty/results.json", "broken/ranks.parquet", "machine", "mix.0.system"):
        assert any(where.endswith(place) for where in places), (place, places)


def test_rows_that_cannot_be_true_are_faults(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"], seeds=[1])
    rows = Store(run).results
    wrong = [replace(row, value=value) for row, value in zip(rows, [1.5, -0.1], strict=False)]
    Store(run).write_results(wrong)
    with pytest.raises(ResultsError) as caught:
        load_runs([run])
    assert [fault.found for fault in caught.value.faults] == ["mAP is 1.5", "R@1 is -0.1"]
    (run / "results.json").write_text((run / "results.json").read_text().replace("-0.1", "NaN"))
    with pytest.raises(ResultsError, match=r"results\.json: row 1: value: Input should be a finite number"):
        load_runs([run])
    Store(run).write_results([*rows, rows[0]])
    with pytest.raises(ResultsError, match="hybrid, seed 1, ntrex-news, monolingual, en, en, mAP stands there 2 times"):
        load_runs([run])


def test_a_manifest_that_is_no_json_is_a_fault(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"])
    (run / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match=r"manifest\.json: cannot be read"):
        load_runs([run])


def test_languages_are_those_of_queries_and_pools(report: Report) -> None:
    assert report.languages("ntrex-news") == NEWS


def test_a_measure_that_was_asked_for_by_name_is_in_the_table(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"], seeds=[1], measures=["nDCG@10"])
    rows = [replace(row, measure="nDCG@10") for row in Store(run).results if row.measure == "mAP"]
    Store(run).write_results(rows)
    table = main_table(load_runs([run]), "ntrex-news")
    assert table.heads == ("Mo nDCG@10", "Cr nDCG@10", "Mul nDCG@10")
    assert all(cell.mean is not None for cell in table.rows[0].cells)
