"""Two systems tested, and all that are tested together as one family of comparisons. No tables, no files, no words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from polybatch.measures.measures import parse_measure
from polybatch.statistics.clusters import Judged, Scores
from polybatch.statistics.comparison import CLUSTER, Comparison, Side
from polybatch.statistics.crossed import crossed, mean_difference, seed_deviation
from polybatch.statistics.holm import LEVEL, holm, levels
from polybatch.statistics.permutation import SignFlips


@dataclass(frozen=True)
class Method:
    """How the tests are made. `margin` is for measures whose values are shares, `margins` for those it names.

    The same seed gives the same numbers; a comparison's own do not depend on which others stand in the table, but for
    what Holm's correction asks of it.
    """

    permutations: int = 10_000
    seed: int = 0
    margin: float = 0.01
    margins: Mapping[str, float] = field(default_factory=dict)

    def margin_of(self, measure: str) -> float | None:
        """The margin of a measure; None for one whose values are no shares, unless it is named."""
        return self.margins.get(measure, self.margin if is_share(measure) else None)


class SignificanceTest(Protocol):
    """A test of a mean difference, with the interval, the test of equivalence and the power that belong to it."""

    @property
    def p(self) -> float:
        """The two-sided p, if the true difference is zero."""

    def interval(self, level: float) -> tuple[float, float]:
        """All true differences that are not rejected at this level."""

    def p_equivalent(self, margin: float) -> float:
        """p of the claim that the true difference lies within the margin."""

    def detectable(self, level: float) -> float:
        """The true difference that is found significant at this level with 80 % power."""


def choose_test(ours: Scores, theirs: Scores, method: Method) -> SignificanceTest:
    """The test of two systems: with one seed each, sign flips of clusters, which know these models alone.

    With several seeds of either, clusters and seeds as crossed random effects, which speaks of the ways of training.
    """
    made = crossed(ours.values, theirs.values, paired=ours.seeds == theirs.seeds)
    if len(made.parts) > 1:
        return made
    return SignFlips(mean_difference(ours.values, theirs.values), made, method.permutations, method.seed)


@dataclass(frozen=True, eq=False)
class Tested:
    """Two systems by one quantity, tested before it is known in which family. `unit`: what a cluster is."""

    judged: Judged
    system: str
    baseline: str
    unit: str
    margin: float | None
    test: SignificanceTest
    p: float
    p_equivalence: float | None

    @classmethod
    def of(cls, judged: Judged, system: str, baseline: str, method: Method, *, unit: str = CLUSTER) -> "Tested":
        """The test of two systems of a quantity."""
        margin = method.margin_of(judged.quantity.measure)
        test = choose_test(judged.systems[system], judged.systems[baseline], method)
        equivalence = None if margin is None else test.p_equivalent(margin)
        return cls(judged, system, baseline, unit, margin, test, test.p, equivalence)


def as_family(tested: Sequence[Tested]) -> tuple[Comparison, ...]:
    """The comparisons of one family: Holm over all their tests, and over those of equivalence apart."""
    ps = [each.p for each in tested]
    equivalences = iter(holm([each.p_equivalence for each in tested if each.p_equivalence is not None]))
    return tuple(
        _comparison(
            each,
            family=len(tested),
            p_holm=p_holm,
            p_equivalence_holm=None if each.p_equivalence is None else next(equivalences),
            level=level,
        )
        for each, p_holm, level in zip(tested, holm(ps), levels(ps), strict=True)
    )


def _comparison(
    tested: Tested, *, family: int, p_holm: float, p_equivalence_holm: float | None, level: float
) -> Comparison:
    judged = tested.judged
    ours, theirs = judged.systems[tested.system], judged.systems[tested.baseline]
    difference = mean_difference(ours.values, theirs.values)
    better = better_side(judged.quantity.measure)
    wins, ties, losses = wins_ties_losses(difference, lower_is_better=better == "lower")
    low, high = tested.test.interval(LEVEL)
    return Comparison(
        quantity=judged.quantity,
        system=tested.system,
        baseline=tested.baseline,
        better=better,
        clusters=judged.clusters,
        unit=tested.unit,
        queries=judged.queries,
        seeds=ours.seeds,
        baseline_seeds=theirs.seeds,
        value=float(ours.values.mean()),
        baseline_value=float(theirs.values.mean()),
        difference=float(difference.mean()),
        low=low,
        high=high,
        p=tested.p,
        p_holm=p_holm,
        family=family,
        effect=standardised(difference),
        wins=wins,
        ties=ties,
        losses=losses,
        margin=tested.margin,
        p_equivalence=tested.p_equivalence,
        p_equivalence_holm=p_equivalence_holm,
        seed_deviation=seed_deviation(ours.values, theirs.values, paired=ours.seeds == theirs.seeds),
        detectable=tested.test.detectable(level),
    )


def standardised(differences: np.ndarray) -> float | None:
    """Mean over standard deviation (n - 1) of the clusters' differences; None where they are all the same."""
    if np.ptp(differences) <= 1e-12 * np.abs(differences).max():
        return None
    return float(np.mean(differences) / np.std(differences, ddof=1))


def wins_ties_losses(differences: np.ndarray, *, lower_is_better: bool) -> tuple[int, int, int]:
    """In how many clusters the system is better, just as good, worse; higher counts as better unless told."""
    above, below = int(np.count_nonzero(differences > 0)), int(np.count_nonzero(differences < 0))
    wins, losses = (below, above) if lower_is_better else (above, below)
    return wins, len(differences) - wins - losses, losses


def better_side(measure: str) -> Side | None:
    """The better side of a measure, None for one of which neither is; higher for one that no table knows."""
    known = parse_measure(measure)
    return known.family.better if known else "higher"


def is_share(measure: str) -> bool:
    """Whether a measure's values lie between -1 and 1; no for one that no table knows."""
    known = parse_measure(measure)
    return known is not None and known.family.low >= -1 and known.family.high <= 1
