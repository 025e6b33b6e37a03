"""The record of one comparison of two systems, and the verdict that its numbers amount to. No numbers worked out."""

from collections.abc import Callable
from dataclasses import dataclass

from polybatch.statistics.cells import Quantity
from polybatch.statistics.scale import Side

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system held against a baseline by one quantity. `difference` is system minus baseline, and so are its bounds.

    `better`: the measure's better side, None where neither is. `value`, `baseline_value`: macro means over
    directions, mean over seeds. `low`, `high`: 95 % interval over clusters and seeds, not corrected. `p_models`:
    sign-flip test of clusters, which knows these models alone. `p`: the larger of it and of the t test over clusters
    and seeds; where neither system has several seeds, it alone. `p_holm`: the same corrected for the `family` of
    comparisons in the table. `margin`, `p_equivalence`, `p_equivalence_holm`: the test that the difference is smaller
    than the margin, None where the measure has no margin. `effect`: mean over standard deviation of the clusters'
    differences, None without spread. `wins`, `ties`, `losses`: clusters; where no side is better, higher wins.
    `smallest_detectable`: what so many clusters and seeds find with 80 % power. `seed_deviation`: of the difference,
    None where neither has several seeds.
    """

    quantity: Quantity
    system: str
    baseline: str
    better: Side | None
    clusters: int
    queries: int
    seeds: tuple[int | None, ...]
    baseline_seeds: tuple[int | None, ...]
    value: float
    baseline_value: float
    difference: float
    low: float
    high: float
    p: float
    p_models: float
    effect: float | None
    wins: int
    ties: int
    losses: int
    margin: float | None
    p_equivalence: float | None
    seed_deviation: float | None
    smallest_detectable: float
    family: int = 1
    p_holm: float = 1.0
    p_equivalence_holm: float | None = None

    @property
    def paired_by_seed(self) -> bool:
        """Whether both systems have the same seeds, so that the seeds' luck is taken out of the difference."""
        return self.seeds == self.baseline_seeds

    @property
    def is_of_models(self) -> bool:
        """Whether these models surely differ and the luck of so few seeds leaves open whether the strategies do."""
        return self.p_models <= LEVEL < self.p

    @property
    def is_of_one_seed(self) -> bool:
        """Whether a strategy has one seed, so that nothing is known of its luck; a model from elsewhere has none."""
        return any(len(seeds) == 1 and seeds != (None,) for seeds in (self.seeds, self.baseline_seeds))

    @property
    def side(self) -> Side:
        """Where the system lies: its own value is higher or lower than the baseline's."""
        return "higher" if self.difference > 0 else "lower"

    @property
    def is_sure(self) -> bool:
        """Whether p in the family is at most .05, the interval leaves out zero, and the seeds do not explain it."""
        return self.p_holm <= LEVEL and (self.low > 0 or self.high < 0) and not self.is_within_seeds

    @property
    def is_within_seeds(self) -> bool:
        """Whether the difference is under twice its deviation over seeds."""
        return self.seed_deviation is not None and abs(self.difference) < 2 * self.seed_deviation

    @property
    def is_equivalent(self) -> bool:
        """Whether the difference is surely under the margin: by the test in the family, and by the whole interval."""
        if self.margin is None or self.p_equivalence_holm is None:
            return False
        return self.p_equivalence_holm <= LEVEL and -self.margin < self.low and self.high < self.margin

    @property
    def verdict(self) -> str:
        """The first word of VERDICTS whose condition holds."""
        return next(word for word, one in VERDICTS.items() if one.holds(self))


@dataclass(frozen=True)
class Verdict:
    """When a verdict is given, as a condition and in words."""

    holds: Callable[[Comparison], bool]
    about: str


VERDICTS: dict[str, Verdict] = {
    "better": Verdict(
        lambda c: c.is_sure and c.side == c.better,
        "p after Holm is at most .05, the interval leaves out zero, and the difference is at least twice the "
        "seed deviation where there are several seeds",
    ),
    "worse": Verdict(lambda c: c.is_sure and c.better is not None, "the same, the other way round"),
    "higher": Verdict(
        lambda c: c.is_sure and c.side == "higher", "the same, of a measure of which neither side is better"
    ),
    "lower": Verdict(lambda c: c.is_sure, "the same, the other way round"),
    "equivalent": Verdict(
        lambda c: c.is_equivalent,
        "surely less than the margin apart: p of TOST after Holm is at most .05, and the interval lies inside",
    ),
    "no finding": Verdict(lambda c: c.is_within_seeds, "the difference is under twice the seed deviation"),
    "cannot tell": Verdict(
        lambda c: True, "none of these: what this comparison could have found is its smallest detectable difference"
    ),
}
"""The verdicts, in the order in which they are tried."""
