"""Every measure by name, put together from where each is defined: ranking, bias, exposure. No formulas of queries."""

from collections.abc import Mapping

from polybatch.measures import bias, exposure, ranking
from polybatch.measures.families import MULTILINGUAL, Family

DIAGONAL_GAP = "diagonal_gap"  # of two settings' means, so no query has one
LANGUAGE_PROBE = "language_probe"  # of vectors, so no record has it

FAMILIES: Mapping[str, Family] = {
    **ranking.FAMILIES,
    **bias.FAMILIES,
    **exposure.FAMILIES,
    DIAGONAL_GAP: Family(
        "mean monolingual mAP less mean cross-lingual mAP", settings=("cross-lingual",), low=-1.0, better=None
    ),
    LANGUAGE_PROBE: Family(
        "accuracy of a linear probe for the language of held-out passages, from their vectors",
        settings=MULTILINGUAL,
        better=None,
    ),
}
"""Measures of relevance hold for every setting, measures of bias need all languages at once."""


def measure_form(name: str) -> str:
    """How a family's measures are written: with a cut-off `@k`, without, or either."""
    return name + {"no": "", "yes": "@k", "may": "[@k]"}[FAMILIES[name].cut]
