"""What a measure is: its words, its bounds, its formula and its random ranker; and which are computed by default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from polybatch.records import SETTINGS, Setting

Cut = Literal["no", "yes", "may"]
Compute = Callable[..., Any]
"""From Cases and a last rank to a value for each case, float64 or ByTarget; NaN where a case has none."""

MULTILINGUAL: tuple[Setting, ...] = ("multilingual",)


@dataclass(frozen=True)
class Family:
    """A measure, or measures that differ by their cut-off alone.

    `compute` gives each case its value, and `random` what a random ranker would have; None where a query has no value
    (`about` then says what the measure is made of), or where nothing can be said. `cut` says whether a name may or must
    end in `@10`. `better` is the better side, None where neither is: a bias may lie to either side of none. `ideal`
    holds where the ideal ranker, relevant passages first, settles the value. `needs_top` holds for what the best
    passages show, relevant or not. `drawn` holds where `random` is the mean over drawn rankings.
    """

    about: str
    compute: Compute | None = None
    random: Compute | None = None
    cut: Cut = "no"
    settings: tuple[Setting, ...] = SETTINGS
    low: float = 0.0
    high: float = 1.0
    better: Literal["higher", "lower"] | None = "higher"
    ideal: bool = True
    needs_top: bool = False
    drawn: bool = False

    @property
    def per_query(self) -> bool:
        """Whether a query has a value of it."""
        return self.compute is not None


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
