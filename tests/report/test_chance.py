"""The random and the ideal ranker stand in the report with what they score on the pools of its runs."""

from pathlib import Path

import pyarrow as pa
import pytest

from polybatch.measures.chance import rank_distance
from polybatch.report import Report
from polybatch.report.chance import references_of
from polybatch.report.summary import Quantity
from polybatch.results.store import ALL, Store

from .runs import NEWS, POOL, ranks_of, write_run


def test_chance_covers_every_direction_and_the_macro_means(report: Report) -> None:
    assert set(report.quantities("ntrex-news")) == set(report.chance)
    macro = Quantity.macro("ntrex-news", "multilingual", "rank_distance")
    assert report.chance[macro] == pytest.approx((3 - 1) * (3 * POOL + 1) / (3 + 1))


def test_the_ideal_ranker_has_every_relevant_passage_first(report: Report) -> None:
    assert set(report.quantities("ntrex-news")) == set(report.ideal)
    values = {(q.setting, q.measure): value for q, value in report.ideal.items() if q.query_language == "mean"}
    assert values["monolingual", "mAP"] == values["multilingual", "mAP"] == 1
    assert values["multilingual", "rank_distance"] == 3 - 1, "side by side"
    random = Quantity.macro("ntrex-news", "multilingual", "mAP")
    assert report.chance[random] < 1


def test_chance_takes_each_language_with_several_passages_as_one(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["en-en"], seeds=[1])
    ranks = ranks_of([("en-en", 1)])
    again = [
        row | {"passage_id": f"other-{row['passage_id']}", "place": row["place"] + 30, "rank": row["rank"] + 30}
        for row in ranks.to_pylist()
        if row["passage_language"] == "sw"
    ]
    Store(run).write_ranks(pa.concat_tables([ranks, pa.Table.from_pylist(again, ranks.schema)]))
    quantity = Quantity("ntrex-news", "multilingual", "en", ALL, "rank_distance")
    assert references_of(Store(run), Store(run).results).random[quantity] == pytest.approx(
        rank_distance((1, 1, 2), POOL * len(NEWS))
    )
