"""The statement says what the means say, and what they cannot."""

from collections.abc import Mapping, Sequence

import pytest

from polybatch.report.findings import Comparison, findings, statement
from polybatch.report.summary import Estimate, Quantity, Report, System
from polybatch.results.store import ALL, MEAN, Result


def made(multilingual: Mapping[str, Sequence[float]], distances: Mapping[str, float] | None = None) -> Report:
    """A report of systems by their multilingual mAP over seeds, and their rank distances."""

    def row(system: str, seed: int, measure: str, value: float) -> Result:
        return Result(system, system, seed, "wire", "multilingual", MEAN, ALL, measure, value, 10)

    rows = [row(name, seed, "mAP", v) for name, values in multilingual.items() for seed, v in enumerate(values)]
    rows += [row(name, 0, "rank_distance", value) for name, value in (distances or {}).items()]
    return Report((), tuple(System(name, name, name.title()) for name in multilingual), tuple(rows))


def test_a_gain_over_twice_the_seed_deviation_is_told_without_doubt() -> None:
    text = statement(made({"en-en": [0.30, 0.31], "hybrid": [0.50, 0.51], "x-y": [0.40, 0.41]}), "wire")
    assert "Hybrid has the highest mAP, .505." in text
    assert ".200 above plain fine-tuning on English (En-En: .305)" in text
    assert ".100 above the next best, X-Y with .405" in text
    assert text.endswith("Every difference named here is over twice the seed deviation.")
    assert "no finding" not in text


def test_a_gain_under_twice_the_seed_deviation_is_no_finding() -> None:
    text = statement(made({"en-en": [0.30, 0.31], "hybrid": [0.50, 0.54], "x-y": [0.51, 0.52]}), "wire")
    assert "X-Y with .515, a difference under twice the seed deviation (.028) and so no finding" in text
    assert text.endswith("Every other difference named here is over twice the seed deviation.")


def test_plain_fine_tuning_is_named_once_where_it_comes_next() -> None:
    text = statement(made({"en-en": [0.40, 0.41], "hybrid": [0.50, 0.51]}), "wire")
    assert ".100 above the next best, plain fine-tuning on English, En-En with .405" in text
    assert text.count("plain fine-tuning") == 1


def test_plain_fine_tuning_may_lead() -> None:
    text = statement(made({"en-en": [0.60, 0.61], "hybrid": [0.50, 0.51]}), "wire")
    assert "plain fine-tuning on English (En-En) has the highest mAP" in text


def test_one_seed_is_never_a_finding() -> None:
    text = statement(made({"en-en": [0.3], "hybrid": [0.5]}), "wire")
    assert text.endswith("nothing tells a difference from luck: no finding.")
    assert "seed deviation" not in text


def test_the_absence_of_plain_fine_tuning_is_said() -> None:
    assert "En-En) is not among the systems" in statement(made({"x-y": [0.3], "hybrid": [0.5]}), "wire")


def test_one_system_is_compared_with_nothing() -> None:
    report = made({"hybrid": [0.5, 0.6]})
    assert statement(report, "wire").startswith("The mean average precision (mAP) of Hybrid is .550 multilingual.")
    assert not findings(report, "wire")[0].comparisons


def test_rank_distance_of_the_leader_is_set_beside_x_x_mono() -> None:
    report = made({"x-x-mono": [0.4], "hybrid": [0.5]}, {"x-x-mono": 80.0, "hybrid": 20.0})
    assert "20.0 ranks apart under Hybrid and 80.0 under X-X-Mono (rank distance): 0.25 times as far" in statement(
        report, "wire"
    )


def test_where_x_x_mono_leads_the_shortest_other_is_set_beside_it() -> None:
    report = made({"x-x-mono": [0.6], "hybrid": [0.5], "x-y": [0.4]}, {"x-x-mono": 80.0, "hybrid": 40.0, "x-y": 20.0})
    assert "20.0 ranks apart under X-Y" in statement(report, "wire")


def test_a_distance_of_zero_gives_no_ratio() -> None:
    report = made({"x-x-mono": [0.4], "hybrid": [0.5]}, {"x-x-mono": 0.0, "hybrid": 20.0})
    assert "times as far" not in statement(report, "wire")


@pytest.mark.parametrize(("gain", "verdict"), [(0.019, "no finding"), (0.021, "beyond the seeds")])
def test_the_line_is_twice_the_larger_deviation(gain: float, verdict: str) -> None:
    wide, narrow = 0.01 / 2**0.5, 0.001  # a sample of two at ±w has the deviation w * sqrt(2)
    ours = Estimate((1, 2), (0.5 + gain - wide, 0.5 + gain + wide), 10)
    theirs = Estimate((1, 2), (0.5 - narrow, 0.5 + narrow), 10)
    systems = System("a", None, "A"), System("b", None, "B")
    found = Comparison(Quantity.macro("wire", "multilingual", "mAP"), *systems, ours, theirs)
    assert found.deviation == pytest.approx(0.01)
    assert found.verdict == verdict
