"""Single queries: quantiles are those of all queries, excess is measured, examples are where systems differ most."""

import json
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from polybatch.errors import ResultsError
from polybatch.evaluation.measures import measure, per_query
from polybatch.evaluation.results import read_ranks, read_top, write_ranks, write_top
from polybatch.report import Report, load_runs, to_html, to_json
from polybatch.report.queries import EXAMPLES, POSITIONS, SHARES
from polybatch.report.summary import EXCESS, Quantity
from polybatch.report.tables import excess_table

from .runs import NEWS, QUERIES, ranks_of, top_of, write_run


def test_the_spread_is_that_of_every_query_and_seed(planted: Path, planted_report: Report) -> None:
    assert planted_report.queries_shown is not None
    rows = per_query(read_ranks(planted), ["rank_distance"]).to_pylist()
    spreads = {one.system: one for one in planted_report.queries_shown.spreads}
    assert set(spreads) == {system.name for system in planted_report.systems}
    for name, one in spreads.items():
        values = [row["value"] for row in rows if row["system"] == name]
        assert one.queries == len(values) == QUERIES * len(NEWS) * (1 if name == "untuned" else 3)
        assert one.quantiles == tuple(np.quantile(values, SHARES))


def test_excess_is_measured_from_the_top_passages(planted: Path, planted_report: Report) -> None:
    table = excess_table(planted_report, "ntrex-news")
    assert table is not None
    assert table.heads == ("English", "Nepali", "Swahili", "Mean")
    assert not any(cell.best or cell.near for row in table.rows for cell in row.cells)
    rows = measure(read_ranks(planted), [EXCESS], top=read_top(planted))
    for system in planted_report.systems:
        estimate = planted_report.estimate(system, Quantity.macro("ntrex-news", "multilingual", EXCESS))
        values = [row.value for row in rows if row.system == system.name and row.query_language == "mean"]
        assert estimate is not None
        assert sorted(estimate.values) == pytest.approx(sorted(values))
    assert "+.000" not in [cell.spread for row in table.rows for cell in row.cells]
    assert "Same-language excess</h3>" in to_html(planted_report)


def test_examples_are_the_queries_whose_systems_are_furthest_apart(planted: Path, planted_report: Report) -> None:
    assert planted_report.queries_shown is not None
    examples = planted_report.queries_shown.examples
    assert len(examples) == EXAMPLES
    rows = per_query(read_ranks(planted), ["mAP"]).to_pylist()
    means: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in rows:
        if row["setting"] == "multilingual" and row["system"] != "untuned":
            place = means.setdefault((row["query_id"], row["query_language"]), {})
            place.setdefault(row["system"], []).append(row["value"])
    gap = {
        place: max(map(np.mean, values.values())) - min(map(np.mean, values.values()))
        for place, values in means.items()
    }
    by_cluster = sorted({query: max(g for (q, _), g in gap.items() if q == query) for query, _ in gap}.values())
    assert [gap[one.query_id, one.language] for one in examples] == pytest.approx(by_cluster[::-1][:EXAMPLES])
    assert len({one.query_id for one in examples}) == EXAMPLES


def test_each_system_shows_what_it_put_first(planted: Path, planted_report: Report) -> None:
    assert planted_report.queries_shown is not None
    top = read_top(planted).to_pylist()
    for example in planted_report.queries_shown.examples:
        assert example.shown[0].system == "hybrid"
        assert [passage.relevant for passage in example.shown[0].passages] == [True] * POSITIONS
        for shown in example.shown:
            wanted = [
                row["passage_id"]
                for row in top
                if (row["system"], row["seed"]) == (shown.system, shown.seed)
                and (row["query_id"], row["query_language"]) == (example.query_id, example.language)
            ]
            assert [passage.passage_id for passage in shown.passages] == wanted[:POSITIONS]
            assert wanted[0] in to_html(planted_report)


def test_the_json_has_spreads_and_examples(planted_report: Report) -> None:
    value = json.loads(to_json(planted_report))
    assert [one["system"] for one in value["rank_distances"]]
    assert set(value["rank_distances"][0]["quantiles"]) == set(map(str, SHARES))
    assert value["examples"][0]["shown"][0]["passages"][0]["relevant"] is True


def test_without_top_passages_there_are_no_examples_and_no_excess(report: Report) -> None:
    assert report.queries_shown is not None
    assert report.queries_shown.spreads
    assert not report.queries_shown.examples
    assert excess_table(report, "ntrex-news") is None
    html = to_html(report)
    assert "Where systems differ most" not in html
    assert "Same-language excess</h3>" not in html


def test_a_top_too_short_for_the_excess_still_has_examples(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], first="hybrid")
    top = read_top(run)
    write_top(run, top.filter(pc.field("position") <= POSITIONS))
    report = load_runs([run])
    assert excess_table(report, "ntrex-news") is None
    assert report.queries_shown is not None
    assert len(report.queries_shown.examples) == EXAMPLES


def test_a_system_that_two_folders_judged_is_told_apart(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, systems=["x-y", "hybrid"], first="hybrid") for name in ("one", "two")]
    shown = load_runs(runs).queries_shown
    assert shown is not None
    assert {one.system for one in shown.spreads} == {f"{s} ({f})" for s in ("x-y", "hybrid") for f in ("one", "two")}
    assert len(shown.examples[0].shown) == 4
    assert all(len(one.passages) == POSITIONS for one in shown.examples[0].shown)


def test_a_top_that_lacks_queries_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], first="hybrid")
    ranks = ranks_of([("x-y", 1), ("hybrid", 1)])
    write_ranks(run, ranks)
    write_top(run, top_of(ranks).slice(0, 40))
    with pytest.raises(ResultsError, match="lacks"):
        load_runs([run])


def test_equal_systems_have_no_example(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "x-x-mono"], first="none of them")
    shown = load_runs([run]).queries_shown
    assert shown is not None
    assert shown.examples == ()
