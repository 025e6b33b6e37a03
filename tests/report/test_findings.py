"""The statement says what the means say, and what the page's family of comparisons says of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from polybatch.claims.evidence import Run
from polybatch.claims.family import family_of
from polybatch.report.claims import Claims
from polybatch.report.findings import findings, statement
from polybatch.report.summary import Report, System
from polybatch.results.store import ALL, MEAN, Result
from polybatch.statistics import Method


def compared(multilingual: Mapping[str, Sequence[float]]) -> Report:
    """A report as `made` makes it, with values by query whose means these are, compared as one family."""
    clusters = 40
    noise = np.random.default_rng(2).normal(0, 0.02, (len(multilingual), clusters))
    noise -= noise.mean(axis=1, keepdims=True)
    rows = [
        {
            "system": system,
            "strategy": system,
            "seed": seed,
            "collection": "wire",
            "setting": "multilingual",
            "query_id": f"q{cluster}",
            "cluster": f"q{cluster}",
            "query_language": "en",
            "passage_language": "all",
            "measure": "mAP",
            "value": mean + float(noise[place, cluster]),
        }
        for place, (system, means) in enumerate(multilingual.items())
        for seed, mean in enumerate(means)
        for cluster in range(clusters)
    ]
    run = Run("run", pa.Table.from_pylist(rows), (), {"finished": True})
    family = family_of((), [run], method=Method(permutations=999))
    plain = made(multilingual)
    return Report((), plain.systems, plain.results, claims=Claims((), "", (run,), family))


def made(multilingual: Mapping[str, Sequence[float]], distances: Mapping[str, float] | None = None) -> Report:
    """A report of systems by their multilingual mAP over seeds, and their rank distances."""

    def row(system: str, seed: int, measure: str, value: float) -> Result:
        return Result(system, system, seed, "wire", "multilingual", MEAN, ALL, measure, value, 10)

    rows = [row(name, seed, "mAP", v) for name, values in multilingual.items() for seed, v in enumerate(values)]
    rows += [row(name, 0, "rank_distance", value) for name, value in (distances or {}).items()]
    return Report((), tuple(System(name, name, name.title()) for name in multilingual), tuple(rows))


def test_a_significant_gain_is_told_without_doubt() -> None:
    report = compared({"x-x": [0.30, 0.31, 0.3], "x-x-mono": [0.50, 0.51, 0.5], "x-y": [0.40, 0.41, 0.4]})
    text = statement(report, "wire")
    assert "X-X-Mono has the highest mAP, .503." in text
    assert ".100 above the next best, X-Y with .403" in text
    assert "Every difference named here is significant." in text
    assert "not significant" not in text


def test_a_gain_that_seeds_may_explain_is_not_significant_and_has_the_p_of_the_family() -> None:
    report = compared({"x-x": [0.30, 0.31, 0.3], "x-x-mono": [0.50, 0.58, 0.54], "x-y": [0.52, 0.53, 0.51]})
    text = statement(report, "wire")
    gap = next(gap for finding in findings(report, "wire") for gap in finding.gaps)
    assert gap.tested is not None
    assert gap.tested in report.claims.family.values()
    assert gap.tested.family == 3
    assert "X-Y with .520, which is not significant (p = " in text


def test_of_one_seed_a_significant_difference_is_said_to_be_of_the_models() -> None:
    text = statement(compared({"x-y": [0.3], "hybrid": [0.5]}), "wire")
    assert text.endswith("significant, of these models: with one seed nothing is known of the way of training.")


def test_without_values_by_query_nothing_is_called_significant() -> None:
    text = statement(made({"en-en": [0.3, 0.31], "hybrid": [0.5, 0.51]}), "wire")
    assert text.endswith("Differences without a p are not tested here: polybatch compare tests them.")
    assert "significant" not in text


def test_plain_fine_tuning_is_named_once_where_it_comes_next() -> None:
    text = statement(made({"en-en": [0.40, 0.41], "hybrid": [0.50, 0.51]}), "wire")
    assert ".100 above the next best, plain fine-tuning on English, En-En with .405" in text
    assert text.count("plain fine-tuning") == 1


def test_plain_fine_tuning_may_lead() -> None:
    text = statement(made({"en-en": [0.60, 0.61], "hybrid": [0.50, 0.51]}), "wire")
    assert "plain fine-tuning on English (En-En) has the highest mAP" in text


def test_the_absence_of_plain_fine_tuning_is_said() -> None:
    assert "En-En) is not among the systems" in statement(made({"x-y": [0.3], "hybrid": [0.5]}), "wire")


def test_one_system_is_compared_with_nothing() -> None:
    report = made({"hybrid": [0.5, 0.6]})
    assert statement(report, "wire").startswith("The mean average precision (mAP) of Hybrid is .550 multilingual.")
    assert not findings(report, "wire")[0].gaps


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
