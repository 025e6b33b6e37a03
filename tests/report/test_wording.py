"""Numbers, times and names are written one way."""

import pytest

from polybatch.report.wording import date, duration, listing, machine, number, plural


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [(0.1234, "mAP", ".123"), (1.0, "mAP", "1.000"), (0.0, "R@1", ".000"), (1234.56, "rank_distance", "1,234.6")],
)
def test_measures_have_three_decimals_and_rank_distance_one(value: float, measure: str, text: str) -> None:
    assert number(value, measure) == text


def test_lists_read_like_a_sentence() -> None:
    assert [listing("abc"[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_counts_have_their_plural() -> None:
    assert [plural(1, "seed"), plural(3, "seed"), plural(1190, "query")] == ["1 seed", "3 seeds", "1,190 queries"]


def test_durations_are_in_their_natural_units() -> None:
    found = [duration(4.24), duration(59.99), duration(800), duration(7500)]
    assert found == ["4.2 s", "1 min 0 s", "13 min 20 s", "2 h 5 min"]


def test_dates_are_spelled_out_and_what_is_none_stays() -> None:
    assert date("2026-11-23T10:00:00+00:00") == "23 November 2026, 10:00 UTC"
    assert date("yesterday") == "yesterday"


def test_a_machine_is_told_in_words() -> None:
    assert machine({"cores": 2, "memory_gib": 23.5, "gpu": "none"}) == "2 cores, 23.5 GiB of memory, gpu none"
    assert machine({}) == "not recorded"
