"""Means and deviations are numpy's; counts are those behind the values."""

import numpy as np
import pytest

from polybatch.records import SETTINGS
from polybatch.report import Report
from polybatch.report.summary import Estimate, Quantity

from .runs import FIVE, QUERIES, rows_of


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", FIVE[1:])
def test_means_and_deviations_over_seeds_agree_with_numpy(report: Report, name: str, setting: str) -> None:
    for quantity in report.quantities("ntrex-news"):
        if quantity.setting != setting:
            continue
        values = [row.value for seed in (1, 2, 3) for row in rows_of(name, seed) if Quantity.of(row) == quantity]
        system = next(system for system in report.systems if system.name == name)
        estimate = report.estimate(system, quantity)
        assert estimate is not None
        assert estimate.mean == pytest.approx(np.mean(values))
        assert estimate.deviation == pytest.approx(np.std(values, ddof=1))


def test_one_seed_has_no_deviation() -> None:
    assert Estimate((None,), (0.5,), 10).deviation is None


def test_queries_of_a_macro_mean_are_the_sum_over_directions(report: Report) -> None:
    assert report.queries("ntrex-news", "monolingual") == 3 * QUERIES
    assert report.queries("ntrex-news", "cross-lingual") == 6 * QUERIES


def test_a_quantity_never_measured_has_no_estimate(report: Report) -> None:
    assert report.estimate(report.systems[0], Quantity("ntrex-news", "monolingual", "xx", "xx", "mAP")) is None
