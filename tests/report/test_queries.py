"""Single queries: quantiles are those of all queries, and excess is measured."""

import json
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from polybatch.errors import ResultsError
from polybatch.measures.measures import measure, per_query
from polybatch.report import Report, load_runs, to_html, to_json
from polybatch.report.queries import SHARES
from polybatch.report.summary import EXCESS, Quantity
from polybatch.report.tables import excess_table
from polybatch.results.store import Store

from .runs import NEWS, QUERIES, ranks_of, top_of, write_run


def test_the_spread_is_that_of_every_query_and_seed(planted: Path, planted_report: Report) -> None:
    rows = per_query(Store(planted).ranks, ["rank_distance"]).to_pylist()
    spreads = {one.system: one for one in planted_report.spreads}
    assert set(spreads) == {system.name for system in planted_report.systems}
    for name, one in spreads.items():
        values = [row["value"] for row in rows if row["system"] == name]
        assert one.queries == len(values) == QUERIES * len(NEWS) * (1 if name == "untuned" else 3)
        assert one.quantiles == tuple(np.quantile(values, SHARES))


def test_excess_is_measured_from_the_top_passages(planted: Path, planted_report: Report) -> None:
    table = excess_table(planted_report, "ntrex-news")
    assert table is not None
    assert table.heads == ("English", "Nepali", "Swahili", "Mean")
    assert not any(cell.best for row in table.rows for cell in row.cells)
    rows = measure(Store(planted).ranks, [EXCESS], top=Store(planted).top)
    for system in planted_report.systems:
        estimate = planted_report.estimate(system, Quantity.macro("ntrex-news", "multilingual", EXCESS))
        values = [row.value for row in rows if row.system == system.name and row.query_language == "mean"]
        assert estimate is not None
        assert sorted(estimate.values) == pytest.approx(sorted(values))
    assert "+.000" not in [cell.spread for row in table.rows for cell in row.cells]
    assert "Same-language excess</h3>" in to_html(planted_report)


def test_the_json_has_spreads(planted_report: Report) -> None:
    value = json.loads(to_json(planted_report))
    assert [one["system"] for one in value["rank_distances"]]
    assert set(value["rank_distances"][0]["quantiles"]) == set(map(str, SHARES))


def test_without_top_passages_there_is_no_excess(report: Report) -> None:
    assert report.spreads
    assert excess_table(report, "ntrex-news") is None
    assert "Same-language excess</h3>" not in to_html(report)


def test_a_top_too_short_for_the_excess_has_none(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], first="hybrid")
    Store(run).write_top(Store(run).top.filter(pc.field("position") <= 3))
    assert excess_table(load_runs([run]), "ntrex-news") is None


def test_a_system_that_two_folders_judged_is_told_apart(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, systems=["x-y", "hybrid"], first="hybrid") for name in ("one", "two")]
    names = {f"{system} ({folder})" for system in ("x-y", "hybrid") for folder in ("one", "two")}
    assert {one.system for one in load_runs(runs).spreads} == names


def test_a_top_that_lacks_queries_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], first="hybrid")
    ranks = ranks_of([("x-y", 1), ("hybrid", 1)])
    Store(run).write_ranks(ranks)
    Store(run).write_top(top_of(ranks).slice(0, 40))
    with pytest.raises(ResultsError, match="of 60 queries are missing"):
        load_runs([run])
