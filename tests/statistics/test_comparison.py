"""Claims about verdicts and how they are put into words, from the numbers of a comparison alone."""

import math
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from polybatch.statistics import VERDICTS, Comparison
from polybatch.statistics.cells import Quantity
from polybatch.statistics.wording import against, cautions, label, number, p_value, plural, sentence, title

BETTER = Comparison(
    quantity=Quantity("ntrex-news", "multilingual", "mAP"),
    system="x-y",
    baseline="en-en",
    better="higher",
    clusters=62,
    unit="document",
    queries=186,
    seeds=(1, 2, 3),
    baseline_seeds=(1, 2, 3),
    value=0.326,
    baseline_value=0.2,
    difference=0.126,
    low=0.11,
    high=0.14,
    p=0.0001,
    p_holm=0.0012,
    effect=0.8,
    wins=50,
    ties=2,
    losses=10,
    margin=0.01,
    p_equivalence=1.0,
    p_equivalence_holm=1.0,
    seed_deviation=0.01,
    detectable=0.012,
    family=12,
)
LEVEL_WITH = replace(BETTER, difference=0.001, low=-0.002, high=0.004, p_holm=0.5, p_equivalence_holm=0.001)
UNSURE = replace(BETTER, difference=0.01, low=-0.002, high=0.022, p_holm=0.2)


def other_way(one: Comparison) -> Comparison:
    return replace(one, difference=-one.difference, low=-one.high, high=-one.low)


@pytest.mark.parametrize(
    ("comparison", "verdict"),
    [
        (BETTER, "better"),
        (other_way(BETTER), "worse"),
        (replace(BETTER, better="lower"), "worse"),
        (replace(other_way(BETTER), better="lower"), "better"),
        (replace(BETTER, better=None), "higher"),
        (replace(other_way(BETTER), better=None), "lower"),
        (replace(BETTER, p_holm=0.05), "better"),
        (replace(BETTER, p_holm=0.051), "not significant"),
        (replace(BETTER, seed_deviation=0.1), "better"),
        (LEVEL_WITH, "equivalent"),
        (other_way(LEVEL_WITH), "equivalent"),
        (replace(LEVEL_WITH, p_equivalence_holm=0.05), "equivalent"),
        (replace(LEVEL_WITH, p_equivalence_holm=0.051), "not significant"),
        (replace(LEVEL_WITH, margin=None, p_equivalence_holm=None), "not significant"),
        (replace(LEVEL_WITH, p_holm=0.01), "better"),
        (UNSURE, "not significant"),
    ],
)
def test_a_verdict_has_exact_conditions(comparison: Comparison, verdict: str) -> None:
    assert comparison.verdict == verdict
    assert verdict in VERDICTS


@given(st.floats(-0.05, 0.05), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["higher", "lower", None]))
def test_the_other_way_round_the_verdict_is_turned_too(
    difference: float, p: float, p_equivalence: float, better: Literal["higher", "lower"] | None
) -> None:
    assume(difference or p > 0.05)  # no test finds a difference of zero significant
    made = replace(BETTER, difference=difference, p_holm=p, p_equivalence_holm=p_equivalence, better=better)
    turned = {"better": "worse", "worse": "better", "higher": "lower", "lower": "higher"}
    assert other_way(made).verdict == turned.get(made.verdict, made.verdict)


def test_each_verdict_has_its_sentence() -> None:
    end = "after Holm over 12 comparisons, 62 documents, 3 seeds)"
    place = "in the multilingual setting of ntrex-news"
    assert sentence(BETTER) == (
        f"X-Y is significantly better than En-En {place} by .126 mAP (95 % interval .110 to .140, p = .0012 {end}."
    )
    assert sentence(other_way(BETTER)) == sentence(BETTER).replace("better", "worse")
    assert sentence(LEVEL_WITH) == (
        f"X-Y and En-En are equivalent within .01 mAP {place} (+.001, 95 % interval -.002 to .004, p = .001 {end}."
    )
    assert sentence(UNSURE) == (
        f"X-Y and En-En do not differ significantly {place}: +.010 mAP (95 % interval -.002 to .022, p = .2 {end}. "
        "The minimum detectable effect is .012."
    )
    few = replace(UNSURE, clusters=4, low=-math.inf, high=math.inf, detectable=math.inf)
    assert "(95 % interval unbounded, p = .2" in sentence(few)
    assert sentence(few).endswith("With 4 documents in a family of 12 no difference can be significant.")
    small = replace(LEVEL_WITH, p_holm=0.01)
    assert sentence(small).endswith("3 seeds), which is within the margin of .01.")


def test_a_verdict_has_the_same_words_wherever_it_stands() -> None:
    made = [BETTER, other_way(BETTER), LEVEL_WITH, UNSURE]
    assert [label(one) for one in made] == [
        *("significantly better", "significantly worse", "equivalent within .01", "not significant")
    ]
    assert [against(one) for one in made] == [
        *("significantly better than", "significantly worse than"),
        *("equivalent within .01 to", "not significantly different from"),
    ]


def test_lower_is_said_to_be_better_where_it_is() -> None:
    ranks = replace(
        BETTER,
        quantity=Quantity("xquad-r", "multilingual", "rank_distance"),
        better="lower",
        value=286.6,
        baseline_value=1410.2,
        difference=-1123.6,
        low=-1200.04,
        high=-1000,
        seed_deviation=10.0,
        family=1,
        p_holm=0.00009,
    )
    assert sentence(ranks) == (
        "X-Y is significantly better than En-En in the multilingual setting of xquad-r: its rank_distance is lower by "
        "1,123.6 (95 % interval 1,000.0 to 1,200.0, p < .0001, 62 documents, 3 seeds)."
    )
    assert "En-En" in sentence(other_way(ranks))
    assert ": its rank_distance is higher by 1,123.6 (95 % interval 1,000.0 to 1,200.0" in sentence(other_way(ranks))


def test_a_measure_of_which_neither_side_is_better_is_higher_or_lower() -> None:
    preference = replace(BETTER, quantity=Quantity("xquad-r", "multilingual", "LPR"), better=None)
    start = "than that of En-En in the multilingual setting of xquad-r by .126 (95 % interval .110 to .140, "
    assert sentence(preference).startswith(f"The LPR of X-Y is significantly higher {start}")
    assert sentence(other_way(preference)).startswith(f"The LPR of X-Y is significantly lower {start}")
    assert sentence(replace(preference, p_holm=1.0)).startswith(
        "X-Y and En-En do not differ significantly in the multilingual"
    )


def test_seeds_are_told_as_they_are() -> None:
    assert sentence(replace(BETTER, baseline_seeds=(1,))).endswith("62 documents, 3 seeds against 1).")
    assert sentence(replace(BETTER, baseline_seeds=(None,))).endswith("62 documents, 3 seeds against none).")
    assert sentence(replace(BETTER, seeds=(None,))).endswith("62 documents, no seed against 3).")
    assert sentence(replace(BETTER, seeds=(None,), baseline_seeds=(None,))).endswith("62 documents).")


def test_cautions_name_few_seeds_seeds_that_do_not_pair_and_clusters_that_were_not_stored() -> None:
    assert cautions([BETTER, LEVEL_WITH]) == []
    assert cautions([replace(BETTER, seeds=(None,))]) == []
    few = replace(BETTER, seeds=(1,), baseline_seeds=(2,), unit="cluster")
    assert cautions([few, few]) == [
        "X-Y has 1 seed: this compares trained models, not training methods, which takes 3 seeds or more.",
        "En-En has 1 seed: this compares trained models, not training methods, which takes 3 seeds or more.",
        "X-Y (seeds 1) and En-En (seeds 2) have different seeds, so they are not paired by seed.",
        "ntrex-news does not say what its clusters are. Earlier versions took each question of XQuAD-R, MLQA-R, "
        "Belebele and AfriQA for a cluster, which makes p too small: evaluate again.",
    ]


def test_counts_have_their_plural() -> None:
    assert [plural(count, noun) for count, noun in ((1, "story"), (2, "story"), (1190, "query"), (3, "article"))] == [
        *("1 story", "2 stories", "1,190 queries", "3 articles")
    ]


def test_numbers_are_short_and_never_a_zero_that_is_none() -> None:
    assert [number(value, BETTER) for value in (0.1264, -0.004, 0.0, 1.0, 0.00004)] == [
        *(".126", "-.004", ".000", "1.000", "4e-05")
    ]
    assert [p_value(p) for p in (0.00123, 0.41, 1.0, 0.0001, 0.00009999)] == [
        *("= .0012", "= .41", "= 1", "= .0001", "< .0001")
    ]
    assert [title(one) for one in ("x-x-mono", "hybrid (news)", "intfloat/e5")] == [
        *("X-X-mono", "Hybrid (news)", "intfloat/e5")
    ]
