"""What the table of measures says of a difference: which way is better, and whether a margin of .01 fits it."""

from typing import Literal

from polybatch.measures.measures import parse_measure

Side = Literal["higher", "lower"]


def better_side(measure: str) -> Side | None:
    """The better side of a measure, None for one of which way; higher for one that the table does not know."""
    known = parse_measure(measure)
    return known.family.better if known else "higher"


def is_share(measure: str) -> bool:
    """Whether a measure's values lie between -1 and 1, by the table; no for one that it does not know."""
    known = parse_measure(measure)
    return known is not None and known.family.low >= -1 and known.family.high <= 1
