"""The table of measures in words: what each is called and is about, where it makes sense, its bounds. No formulas."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from polybatch.records import SETTINGS, Setting

Cut = Literal["no", "yes", "may"]

MULTILINGUAL: tuple[Setting, ...] = ("multilingual",)
DIAGONAL_GAP = "diagonal_gap"  # of two settings' means, so no query has one
LANGUAGE_PROBE = "language_probe"  # of vectors, so no record has it


@dataclass(frozen=True)
class Family:
    """A measure, or measures that differ by their cut-off alone.

    `cut` says whether a name may or must end in `@10`. `better` is the better side, None where neither is: a bias may
    lie to either side of none. `ideal` holds where the ideal ranker, relevant passages first, settles the value.
    `needs_top` holds for what the best passages show, relevant or not. A family that is not `per_query` has no value
    for a query: `about` says what it is made of.
    """

    about: str
    cut: Cut = "no"
    settings: tuple[Setting, ...] = SETTINGS
    low: float = 0.0
    high: float = 1.0
    better: Literal["higher", "lower"] | None = "higher"
    ideal: bool = True
    needs_top: bool = False
    per_query: bool = True


def _first(about: str, better: Literal["higher", "lower"]) -> Family:
    return Family(
        f"share of queries whose first passage is {about}",
        settings=MULTILINGUAL,
        better=better,
        ideal=False,
        needs_top=True,
    )


FAMILIES: Mapping[str, Family] = {
    "mAP": Family(
        "mean average precision; @k divides by min(relevant, k)",
        cut="may",
    ),
    "nDCG": Family("graded gain, discounted by log2(rank + 1)", cut="may"),
    "R": Family("recall of all relevant passages", cut="yes"),
    "P": Family("precision", cut="yes"),
    "RR": Family("reciprocal rank", cut="may"),
    "Success": Family("any relevant passage in the top", cut="yes"),
    "rank_distance": Family(
        "worst less best rank over the languages' best answers",
        settings=MULTILINGUAL,
        high=math.inf,
        better="lower",
    ),
    "normalised_rank_distance": Family(
        "rank distance as a share of the largest possible",
        settings=MULTILINGUAL,
        better="lower",
    ),
    "Max@R": Family(
        "rank of the last relevant passage",
        settings=MULTILINGUAL,
        high=math.inf,
        better="lower",
    ),
    "normalised_Max@R": Family(
        "Max@R on a logarithmic scale, 100 where relevant passages come first",
        settings=MULTILINGUAL,
        high=100.0,
    ),
    "Comp": Family("all relevant passages in the top", cut="yes", settings=MULTILINGUAL),
    "TLR": Family(
        "recall of relevant passages not in the query's language",
        cut="yes",
        settings=MULTILINGUAL,
    ),
    "LPR": Family(
        "share of queries whose best relevant passage is in their language",
        settings=MULTILINGUAL,
        better=None,
        ideal=False,
    ),
    "rank1_RR": _first("relevant and in their language", "higher"),
    "rank1_RN": _first("relevant and in another language", "higher"),
    "rank1_NR": _first("irrelevant and in their language", "lower"),
    "rank1_NN": _first("irrelevant and in another language", "lower"),
    "same_language_excess": Family(
        "share of the query's language in the top less its share of the relevant passages",
        cut="yes",
        settings=MULTILINGUAL,
        low=-1.0,
        better=None,
        ideal=False,
        needs_top=True,
    ),
    "JSD": Family(
        "Jensen-Shannon divergence of the top's languages from those of the relevant passages",
        cut="yes",
        settings=MULTILINGUAL,
        better="lower",
        ideal=False,
        needs_top=True,
    ),
    "AWRF": Family(
        "attention-weighted rank fairness towards the languages of the relevant passages",
        cut="yes",
        settings=MULTILINGUAL,
        ideal=False,
        needs_top=True,
    ),
    "PEER": Family(
        "probability of equal expected rank of the languages (Kruskal-Wallis)",
        cut="yes",
        settings=MULTILINGUAL,
        ideal=False,
    ),
    "one_target_RR": Family(
        "reciprocal rank with one language's answer kept, by query and target language",
        settings=MULTILINGUAL,
    ),
    "one_target_bias": Family(
        "one-target reciprocal rank in the query's language less its mean over others",
        settings=MULTILINGUAL,
        low=-1.0,
        better=None,
    ),
    "score_offset": Family(
        "score of other languages' answers less that of the own one's, in standard deviations",
        settings=MULTILINGUAL,
        low=-math.inf,
        high=math.inf,
        better=None,
        ideal=False,
    ),
    DIAGONAL_GAP: Family(
        "mean monolingual mAP less mean cross-lingual mAP",
        per_query=False,
        settings=("cross-lingual",),
        low=-1.0,
        better=None,
    ),
    LANGUAGE_PROBE: Family(
        "accuracy of a linear probe for the language of held-out passages, from their vectors",
        per_query=False,
        settings=MULTILINGUAL,
        better=None,
    ),
}
"""Every measure by name. Measures of relevance hold for every setting, measures of bias need all languages at once; how
each is computed stands under the same name in `formulas`."""

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

TOP_SIZE = 20
"""Passages of each query that are recorded: as far as measures of what the top shows can look."""


def measure_form(name: str) -> str:
    """How a family's measures are written: with a cut-off `@k`, without, or either."""
    return name + {"no": "", "yes": "@k", "may": "[@k]"}[FAMILIES[name].cut]
