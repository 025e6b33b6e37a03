"""How the measures of the table are computed, by the same names, and what a random ranker has of each. No words."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from polybatch.measures import bias, exposure, ranking
from polybatch.measures.bias import ByTarget
from polybatch.measures.cases import Cases, Floats

Compute = Callable[[Cases, int], Floats | ByTarget]


class Formula(NamedTuple):
    """`compute` takes cases and a last rank, and gives each case a value, NaN where it has none.

    `chance` is what a random ranker would have, None where nothing can be said.
    """

    compute: Compute
    chance: Compute | None


def _first(*, relevant: bool, own: bool) -> Formula:
    return Formula(exposure.first_passage(relevant, own), exposure.random_first_passage(relevant, own))


FORMULAS: Mapping[str, Formula] = {
    "mAP": Formula(ranking.average_precision, ranking.random_average_precision),
    "nDCG": Formula(ranking.ndcg, ranking.random_ndcg),
    "R": Formula(ranking.recall, ranking.random_recall),
    "P": Formula(ranking.precision, ranking.random_precision),
    "RR": Formula(ranking.reciprocal_rank, ranking.random_reciprocal_rank),
    "Success": Formula(ranking.success, ranking.random_success),
    "rank_distance": Formula(bias.rank_distance, bias.random_rank_distance),
    "normalised_rank_distance": Formula(bias.normalised_rank_distance, bias.random_normalised_rank_distance),
    "Max@R": Formula(bias.worst_rank, bias.random_worst_rank),
    "normalised_Max@R": Formula(bias.normalised_worst_rank, bias.random_normalised_worst_rank),
    "Comp": Formula(bias.complete, bias.random_complete),
    "TLR": Formula(bias.translated_recall, bias.random_translated_recall),
    "LPR": Formula(bias.language_preference, bias.random_language_preference),
    "rank1_RR": _first(relevant=True, own=True),
    "rank1_RN": _first(relevant=True, own=False),
    "rank1_NR": _first(relevant=False, own=True),
    "rank1_NN": _first(relevant=False, own=False),
    "same_language_excess": Formula(exposure.same_language_excess, exposure.random_same_language_excess),
    "JSD": Formula(exposure.divergence, exposure.random_divergence),
    "AWRF": Formula(exposure.fairness, exposure.random_fairness),
    "PEER": Formula(bias.peer, bias.random_peer),
    "one_target_RR": Formula(bias.one_target, bias.random_one_target),
    "one_target_bias": Formula(bias.one_target_bias, bias.random_one_target_bias),
    "score_offset": Formula(bias.score_offset, None),
}
"""Every measure that a query has a value of, by its name in FAMILIES."""
