"""The table of measures: what each is called and computes, where it makes sense, its bounds and its random ranker."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from polybatch.evaluation import bias, exposure, ranking
from polybatch.evaluation.bias import ByTarget
from polybatch.evaluation.cases import Cases, Floats
from polybatch.evaluation.results import SETTINGS, Setting

Compute = Callable[[Cases, int], Floats | ByTarget]
Cut = Literal["no", "yes", "may"]

MULTILINGUAL: tuple[Setting, ...] = ("multilingual",)
DIAGONAL_GAP = "diagonal_gap"  # of two settings' means, so no query has one
LANGUAGE_PROBE = "language_probe"  # of vectors, so no record has it


@dataclass(frozen=True)
class Family:
    """A measure, or measures that differ by their cut-off alone.

    `compute` takes cases and a last rank, and gives each case a value, NaN where it has none. `chance` is what a random
    ranker would have, None where nothing can be said. `cut` says whether a name may or must end in `@10`. `better` is
    the better side, None where neither is: a bias may lie to either side of none. `ideal` holds where the ideal ranker,
    relevant passages first, settles the value. `needs_top` holds for what the best passages show, relevant or not. A
    family without `compute` has no value for a query: `about` says what it is made of.
    """

    about: str
    compute: Compute | None
    chance: Compute | None = None
    cut: Cut = "no"
    settings: tuple[Setting, ...] = SETTINGS
    low: float = 0.0
    high: float = 1.0
    better: Literal["higher", "lower"] | None = "higher"
    ideal: bool = True
    needs_top: bool = False


def _first(relevant: bool, own: bool, about: str) -> Family:
    return Family(
        f"share of queries whose first passage is {about}",
        exposure.first_passage(relevant, own),
        exposure.random_first_passage(relevant, own),
        settings=MULTILINGUAL,
        better="higher" if relevant else "lower",
        ideal=False,
        needs_top=True,
    )


FAMILIES: Mapping[str, Family] = {
    "mAP": Family(
        "mean average precision; @k divides by min(relevant, k)",
        ranking.average_precision,
        ranking.random_average_precision,
        cut="may",
    ),
    "nDCG": Family("graded gain, discounted by log2(rank + 1)", ranking.ndcg, ranking.random_ndcg, cut="may"),
    "R": Family("recall of all relevant passages", ranking.recall, ranking.random_recall, cut="yes"),
    "P": Family("precision", ranking.precision, ranking.random_precision, cut="yes"),
    "RR": Family("reciprocal rank", ranking.reciprocal_rank, ranking.random_reciprocal_rank, cut="may"),
    "Success": Family("any relevant passage in the top", ranking.success, ranking.random_success, cut="yes"),
    "rank_distance": Family(
        "worst less best rank over the languages' best answers",
        bias.rank_distance,
        bias.random_rank_distance,
        settings=MULTILINGUAL,
        high=math.inf,
        better="lower",
    ),
    "normalised_rank_distance": Family(
        "rank distance as a share of the largest possible",
        bias.normalised_rank_distance,
        bias.random_normalised_rank_distance,
        settings=MULTILINGUAL,
        better="lower",
    ),
    "Max@R": Family(
        "rank of the last relevant passage",
        bias.worst_rank,
        bias.random_worst_rank,
        settings=MULTILINGUAL,
        high=math.inf,
        better="lower",
    ),
    "normalised_Max@R": Family(
        "Max@R on a logarithmic scale, 100 where relevant passages come first",
        bias.normalised_worst_rank,
        bias.random_normalised_worst_rank,
        settings=MULTILINGUAL,
        high=100.0,
    ),
    "Comp": Family(
        "all relevant passages in the top", bias.complete, bias.random_complete, cut="yes", settings=MULTILINGUAL
    ),
    "TLR": Family(
        "recall of relevant passages not in the query's language",
        bias.translated_recall,
        bias.random_translated_recall,
        cut="yes",
        settings=MULTILINGUAL,
    ),
    "LPR": Family(
        "share of queries whose best relevant passage is in their language",
        bias.language_preference,
        bias.random_language_preference,
        settings=MULTILINGUAL,
        better=None,
        ideal=False,
    ),
    "rank1_RR": _first(True, True, "relevant and in their language"),
    "rank1_RN": _first(True, False, "relevant and in another language"),
    "rank1_NR": _first(False, True, "irrelevant and in their language"),
    "rank1_NN": _first(False, False, "irrelevant and in another language"),
    "same_language_excess": Family(
        "share of the query's language in the top less its share of the relevant passages",
        exposure.same_language_excess,
        exposure.random_same_language_excess,
        cut="yes",
        settings=MULTILINGUAL,
        low=-1.0,
        better=None,
        ideal=False,
        needs_top=True,
    ),
    "JSD": Family(
        "Jensen-Shannon divergence of the top's languages from those of the relevant passages",
        exposure.divergence,
        exposure.random_divergence,
        cut="yes",
        settings=MULTILINGUAL,
        better="lower",
        ideal=False,
        needs_top=True,
    ),
    "AWRF": Family(
        "attention-weighted rank fairness towards the languages of the relevant passages",
        exposure.fairness,
        exposure.random_fairness,
        cut="yes",
        settings=MULTILINGUAL,
        ideal=False,
        needs_top=True,
    ),
    "PEER": Family(
        "probability of equal expected rank of the languages (Kruskal-Wallis)",
        bias.peer,
        bias.random_peer,
        cut="yes",
        settings=MULTILINGUAL,
        ideal=False,
    ),
    "one_target_RR": Family(
        "reciprocal rank with one language's answer kept, by query and target language",
        bias.one_target,
        bias.random_one_target,
        settings=MULTILINGUAL,
    ),
    "one_target_bias": Family(
        "one-target reciprocal rank in the query's language less its mean over others",
        bias.one_target_bias,
        bias.random_one_target_bias,
        settings=MULTILINGUAL,
        low=-1.0,
        better=None,
    ),
    "score_offset": Family(
        "score of other languages' answers less that of the own one's, in standard deviations",
        bias.score_offset,
        settings=MULTILINGUAL,
        low=-math.inf,
        high=math.inf,
        better=None,
        ideal=False,
    ),
    DIAGONAL_GAP: Family(
        "mean monolingual mAP less mean cross-lingual mAP",
        None,
        settings=("cross-lingual",),
        low=-1.0,
        better=None,
    ),
    LANGUAGE_PROBE: Family(
        "accuracy of a linear probe for the language of held-out passages, from their vectors",
        None,
        settings=MULTILINGUAL,
        better=None,
    ),
}
"""Every measure by name. Measures of relevance hold for every setting, measures of bias need all languages at once."""

DEFAULT = (
    "mAP",
    "R@1",
    "R@10",
    "R@100",
    "nDCG@10",
    "rank_distance",
    "Max@R",
    "Comp@20",
    "TLR@20",
    "LPR",
)
"""What is computed where nothing else is asked for."""


def measure_form(name: str) -> str:
    """How a family's measures are written: with a cut-off `@k`, without, or either."""
    return name + {"no": "", "yes": "@k", "may": "[@k]"}[FAMILIES[name].cut]
