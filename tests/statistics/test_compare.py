"""Claims about the comparison of systems as a whole: families, orientation, seeds, faults."""

import csv
import io
import json
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.errors import ResultsError
from polybatch.statistics import FORMATS, VERDICTS, Comparison, Method, compare

from .values import Systems, values_of

QUICK = Method(permutations=999)


def scores(
    levels: dict[str, float], *, seeds: int = 3, clusters: int = 60, spread: float = 0.002
) -> dict[tuple[str, int | None], np.ndarray]:
    """Systems with these mean scores, on questions of differing difficulty, with a little luck of the seed."""
    rng = np.random.default_rng(11)
    difficulty = rng.uniform(-0.2, 0.2, (clusters, 1))
    found: dict[tuple[str, int | None], np.ndarray] = {}
    for system, level in levels.items():
        own = rng.normal(0, 0.02, (clusters, 3))
        for seed in range(1, seeds + 1):
            luck = rng.normal(0, spread) + rng.normal(0, 0.005, (clusters, 3))
            found[system, seed] = level + difficulty + own - own.mean() + luck
    return found


@pytest.fixture(scope="module")
def three() -> pa.Table:
    return values_of(scores({"en-en": 0.4, "x-y": 0.5, "hybrid": 0.501}, spread=0.0005))


def the_faults(values: pa.Table, **options: object) -> list[str]:
    with pytest.raises(ResultsError) as caught:
        compare(values, **options)  # type: ignore[arg-type]
    return str(caught.value).splitlines()


def test_every_system_is_held_against_every_other_or_against_the_baseline(three: pa.Table) -> None:
    pairs = [(one.system, one.baseline) for one in compare(three, method=QUICK)]
    assert pairs == [("x-y", "en-en"), ("hybrid", "en-en"), ("hybrid", "x-y")]
    against = compare(three, baseline="x-y", method=QUICK)
    assert [(one.system, one.baseline, one.family) for one in against] == [("en-en", "x-y", 2), ("hybrid", "x-y", 2)]
    assert [one.verdict for one in against] == ["worse", "equivalent"]


def test_numbers_are_those_of_the_table(three: pa.Table) -> None:
    one = compare(three, baseline="en-en", method=QUICK)[0]
    means = three.group_by(["system"]).aggregate([("value", "mean")]).to_pylist()
    macro = {row["system"]: row["value_mean"] for row in means}
    assert (one.value, one.baseline_value) == pytest.approx((macro["x-y"], macro["en-en"]), abs=1e-12)
    assert one.difference == pytest.approx(one.value - one.baseline_value, abs=1e-12)
    assert one.low < one.difference < one.high
    assert one.wins + one.ties + one.losses == one.clusters == 60
    assert (one.queries, one.seeds, one.paired_by_seed) == (180, (1, 2, 3), True)


def test_a_comparison_does_not_depend_on_which_others_are_made_but_for_the_correction(three: pa.Table) -> None:
    every = {(one.system, one.baseline): one for one in compare(three, method=QUICK)}
    (alone,) = compare(three.filter(pa.compute.not_equal(three.column("system"), "hybrid")), method=QUICK)
    also = every["x-y", "en-en"]
    assert (alone.p, alone.low, alone.high) == (also.p, also.low, also.high)
    assert alone.p_holm == alone.p
    assert also.p_holm == 3 * also.p


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=15)
def test_the_other_way_round_everything_is_turned(seed: int) -> None:
    rng = np.random.default_rng(seed)
    both: Systems = {("a", None): rng.random((20, 2)), ("b", None): rng.random((20, 2))}
    values = values_of(both)
    (one,) = compare(values, baseline="a", method=QUICK)
    (other,) = compare(values, baseline="b", method=QUICK)
    assert (other.p, other.clusters) == (one.p, one.clusters)
    assert other.difference == pytest.approx(-one.difference)
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
    assert (other.wins, other.losses) == (one.losses, one.wins)
    assert other.p_equivalence == pytest.approx(one.p_equivalence)


def test_a_system_held_against_its_own_scores_is_equivalent() -> None:
    same = np.random.default_rng(1).random((30, 3))
    (one,) = compare(values_of({("a", None): same, ("b", None): same[:, ::-1]}), method=QUICK)
    assert (one.difference, one.p, one.effect, one.verdict) == (0, 1, None, "equivalent")
    assert (one.wins, one.ties, one.losses) == (0, 30, 0), "sums in another order are rounded apart"


def test_lower_rank_distance_is_better_and_has_a_margin_only_where_one_is_named() -> None:
    values = values_of(scores({"en-en": 400, "x-y": 300}), measure="rank_distance")
    (one,) = compare(values, method=QUICK)
    assert (one.verdict, one.margin, one.p_equivalence_holm) == ("better", None, None)
    assert one.wins == 60
    (close,) = compare(values, method=Method(permutations=999, margins={"rank_distance": 150}))
    assert (close.verdict, close.is_equivalent) == ("better", True)


def test_the_table_of_measures_says_which_side_is_better() -> None:
    levels = scores({"en-en": 0.4, "x-y": 0.3})
    found = {
        measure: compare(values_of(levels, measure=measure), method=QUICK)[0]
        for measure in ("mAP", "JSD@10", "LPR", "normalised_Max@R", "unknown")
    }
    assert {measure: one.verdict for measure, one in found.items()} == {
        "mAP": "worse",
        "JSD@10": "better",
        "LPR": "lower",
        "normalised_Max@R": "worse",
        "unknown": "worse",
    }
    assert [measure for measure, one in found.items() if one.margin] == ["mAP", "JSD@10", "LPR"]


def test_the_luck_of_seeds_makes_a_difference_not_significant_that_the_models_have() -> None:
    lucky = values_of(scores({"en-en": 0.4, "x-y": 0.43}, spread=0.03))
    (made,) = compare(lucky, method=QUICK)
    (models,) = compare(lucky.filter(pa.compute.equal(lucky.column("seed"), 1)), method=QUICK)
    assert made.verdict == "not significant"
    assert models.is_significant
    assert made.detectable > abs(made.difference)
    assert made.seed_deviation == pytest.approx(0.04, abs=0.03)


def test_one_seed_says_that_it_speaks_of_models_and_several_are_asked_for_more(three: pa.Table) -> None:
    one_seed = three.filter(pa.compute.equal(three.column("seed"), 1))
    alone, *_ = compare(one_seed, method=QUICK)
    several, *_ = compare(three, method=QUICK)
    assert (alone.is_of_one_seed, alone.seed_deviation, several.is_of_one_seed) == (True, None, False)
    assert "En-En has 1 seed: this compares trained models, not training methods" in FORMATS["text"]([alone], QUICK)


def test_no_output_promises_to_find_less_than_what_it_did_not_find() -> None:
    rng = np.random.default_rng(6)
    for seeds in (1, 3):
        found: Systems = {
            (system, seed): rng.random((12, 2)) + place / 8
            for place, system in enumerate("abcde")
            for seed in range(seeds)
        }
        made = compare(values_of(found), method=QUICK)
        assert {one.verdict for one in made} >= {"better", "not significant"}
        assert all(one.is_significant or abs(one.difference) < one.detectable for one in made)


def test_a_larger_family_asks_for_larger_effects() -> None:
    values = values_of(scores(dict.fromkeys("abcd", 0.4)))
    (alone,) = compare(values.filter(pa.compute.is_in(values.column("system"), pa.array(["a", "b"]))), method=QUICK)
    of_six = compare(values, method=QUICK)[0]
    assert (alone.family, of_six.family) == (1, 6)
    assert of_six.detectable > 1.2 * alone.detectable


def test_seeds_that_agree_change_no_verdict_and_hardly_a_number() -> None:
    same = scores({"a": 0.4, "b": 0.41}, seeds=1)
    repeated: Systems = {(system, seed): value for (system, _), value in same.items() for seed in (1, 2, 3)}
    (one,), (three,) = (compare(values_of(values), method=QUICK) for values in (same, repeated))
    assert three.verdict == one.verdict
    assert (three.low, three.high) == pytest.approx((one.low, one.high), abs=0.001)
    assert three.detectable == pytest.approx(one.detectable, rel=0.05)


def test_a_model_without_seeds_is_held_against_every_seed() -> None:
    trained = scores({"x-y": 0.5})
    elsewhere: Systems = {("e5", None): scores({"e5": 0.4}, seeds=1)["e5", 1]}
    (one,) = compare(values_of({**elsewhere, **trained}), method=QUICK)
    assert (one.seeds, one.baseline_seeds, one.paired_by_seed) == ((1, 2, 3), (None,), False)
    assert one.verdict == "better"
    assert one.seed_deviation is not None


def test_equivalence_is_corrected_in_a_family_of_its_own() -> None:
    shares = values_of(scores({"a": 0.4, "b": 0.4004, "c": 0.4001}))
    distances = values_of(scores({"a": 400, "b": 300, "c": 200}), measure="rank_distance")
    made = compare(pa.concat_tables([shares, distances]), method=QUICK)
    tested = [one for one in made if one.p_equivalence is not None]
    assert (len(made), len(tested)) == (6, 3)
    largest = max(one.p_equivalence or 0 for one in tested)
    corrected = max(one.p_equivalence_holm or 0 for one in tested)
    assert largest <= corrected <= 3 * largest


def test_every_fault_of_what_was_asked_comes_at_once() -> None:
    two = scores({"en-en": 0.4, "x-y": 0.5}, seeds=1, clusters=20)
    other = values_of(scores({"bm25": 0.4}, seeds=1, clusters=20), collection="wiki")
    values = pa.concat_tables([values_of(two), other])
    method = Method(permutations=10, margin=-1, margins={"nDCG@10": 0.01})
    assert the_faults(values, method=method) == [
        "margin of shares: -1; above 0 works",
        "margin of nDCG@10: not compared; compared: mAP",
        "bm25: was evaluated on wiki: no collection in common with any other system",
        "permutations: with 10 no p of a family of 1 comes down to .05 after Holm; 19 or more work",
    ]
    assert the_faults(values, baseline="x-x") == ["baseline: 'x-x'; known: en-en, x-y, bm25"]
    assert the_faults(values, baseline="x-y") == ["bm25: was evaluated on wiki: no collection in common with x-y"]
    assert the_faults(other) == ["systems: bm25 alone; name a run with another system, or another run"]


def test_as_many_permutations_are_asked_for_as_the_family_needs() -> None:
    values = values_of(scores(dict.fromkeys("abcd", 0.4), seeds=1))  # 6 comparisons
    assert len(compare(values, method=Method(permutations=119))) == 6
    assert the_faults(values, method=Method(permutations=118))[0].endswith("119 or more work")


def test_every_format_holds_every_comparison(three: pa.Table) -> None:
    made = compare(three, method=QUICK)
    written = {name: to(made, QUICK) for name, to in FORMATS.items()}
    stored = json.loads(written["json"])
    assert [(row["system"], row["p"], row["verdict"]) for row in stored["comparisons"]] == [
        (one.system, one.p, one.verdict) for one in made
    ]
    assert stored["method"] == {"permutations": 999, "seed": 0, "margin": 0.01, "margins": {}}
    assert set(stored["verdicts"]) == set(VERDICTS)
    rows = list(csv.DictReader(io.StringIO(written["csv"])))
    assert [(float(row["difference"]), row["seeds"]) for row in rows] == [(one.difference, "1 2 3") for one in made]
    for name in ("text", "md"):
        for row in stored["comparisons"]:
            assert row["sentence"] in written[name].replace("\\", "")
        assert "Family: the 3 comparisons of this table." in written[name]
        assert "Made with polybatch" in written[name]
    lines = [line for line in written["md"].splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(made)
    assert len({len(line) for line in lines}) == 1
    cells = [re.split(r" {2,}", line) for line in written["text"].splitlines()]
    verdict = ["equivalent within .01", "60 clusters", "3 seeds"]
    assert ["news, multilingual, mAP", "Hybrid", "X-Y", *verdict] in [row[:6] for row in cells]


@pytest.fixture(scope="module")
def benchmark() -> dict[str, Any]:
    """What benchmarks/error_rates.py defines."""
    return runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/error_rates.py"))


@pytest.mark.parametrize(("seeds", "luck"), [(1, 0.0), (3, 0.0), (3, 0.03), (5, 0.01)])
def test_a_difference_that_is_not_there_is_found_once_in_twenty_times(
    seeds: int, luck: float, benchmark: dict[str, Any]
) -> None:
    wrong = benchmark["rate"]("normal", seeds, 48, luck, 500)
    assert 0.01 <= wrong <= 0.075, "500 draws at a true rate of .05 have less or more once in 100 times"


def test_the_printed_effect_is_found_4_times_in_5_in_its_family(benchmark: dict[str, Any]) -> None:
    planted = benchmark["_planted"]
    effect = np.mean([detectable for _, detectable in planted(3, 48, 0.01, 5, 0.0, 100, True)])
    found = np.mean([significant for significant, _ in planted(3, 48, 0.01, 5, effect, 300, False)])
    assert found == pytest.approx(0.8, abs=0.08)


def test_a_comparison_cannot_be_changed(three: pa.Table) -> None:
    one: Comparison = compare(three, method=QUICK)[0]
    with pytest.raises(AttributeError):
        one.p = 0.0  # type: ignore[misc]
