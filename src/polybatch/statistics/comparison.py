"""The record of one comparison of two systems, and the verdict that its numbers amount to. No numbers worked out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from polybatch.statistics.cells import Quantity
from polybatch.statistics.holm import LEVEL

Side = Literal["higher", "lower"]
CLUSTER = "cluster"  # what a cluster is called where its collection does not say


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system held against a baseline by one quantity. `difference` is system minus baseline, and so are its bounds.

    `better`: the measure's better side, None where neither is. `clusters`, `unit`: how many there are, and what one is.
    `value`, `baseline_value`: macro means over directions, mean over seeds. `low`, `high`: 95 % interval, not
    corrected; infinite where clusters are too few. `p`: of the same test; `p_holm`: corrected for the `family` of
    comparisons. `margin`, `p_equivalence`, `p_equivalence_holm`: the test that the difference is smaller than the
    margin, None where the measure has no margin. `effect`: mean over standard deviation of the clusters' differences,
    None without spread. `wins`, `ties`, `losses`: clusters; where no side is better, higher wins. `seed_deviation`: of
    the difference, None where neither has several seeds. `detectable`: the minimum detectable effect, which is found
    significant in this family with 80 % power; infinite where no difference can be.
    """

    quantity: Quantity
    system: str
    baseline: str
    better: Side | None
    clusters: int
    unit: str
    queries: int
    seeds: tuple[int | None, ...]
    baseline_seeds: tuple[int | None, ...]
    value: float
    baseline_value: float
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    family: int
    effect: float | None
    wins: int
    ties: int
    losses: int
    margin: float | None
    p_equivalence: float | None
    p_equivalence_holm: float | None
    seed_deviation: float | None
    detectable: float

    @property
    def paired_by_seed(self) -> bool:
        """Whether both systems have the same seeds, so that the seeds' luck is taken out of the difference."""
        return self.seeds == self.baseline_seeds

    @property
    def is_of_one_seed(self) -> bool:
        """Whether a strategy has one seed, so that nothing is known of its luck; a model from elsewhere has none."""
        return any(len(seeds) == 1 and seeds != (None,) for seeds in (self.seeds, self.baseline_seeds))

    @property
    def side(self) -> Side:
        """Where the system lies: its own value is higher or lower than the baseline's."""
        return "higher" if self.difference > 0 else "lower"

    @property
    def is_significant(self) -> bool:
        """Whether p after Holm over the family is at most LEVEL."""
        return self.p_holm <= LEVEL

    @property
    def is_equivalent(self) -> bool:
        """Whether the difference lies within the margin: p of equivalence after Holm is at most LEVEL."""
        return self.p_equivalence_holm is not None and self.p_equivalence_holm <= LEVEL

    @property
    def verdict(self) -> str:
        """The first word of VERDICTS whose condition holds."""
        return next(word for word, verdict in VERDICTS.items() if verdict.holds(self))


@dataclass(frozen=True)
class Verdict:
    """When a verdict is given, as a condition and in words."""

    holds: Callable[[Comparison], bool]
    about: str


VERDICTS: dict[str, Verdict] = {
    "better": Verdict(
        lambda c: c.is_significant and c.side == c.better, "significantly better: p after Holm is at most .05"
    ),
    "worse": Verdict(lambda c: c.is_significant and c.better is not None, "significantly worse: the same"),
    "higher": Verdict(
        lambda c: c.is_significant and c.side == "higher",
        "significantly higher, by a measure of which neither side is better",
    ),
    "lower": Verdict(lambda c: c.is_significant, "significantly lower, by such a measure"),
    "equivalent": Verdict(
        lambda c: c.is_equivalent,
        "equivalent within the margin: p of two one-sided tests (TOST) after Holm is at most .05",
    ),
    "not significant": Verdict(
        lambda c: True, "neither: effects under the minimum detectable effect may have been missed"
    ),
}
"""The verdicts, in the order in which they are tried."""
