"""Per-query values of several systems into a family of comparisons: the statistics put together. No files, no words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pyarrow as pa

from polybatch.errors import Fault, ResultsError
from polybatch.progress import Progress, Silent
from polybatch.statistics.bootstrap import bootstrap_interval
from polybatch.statistics.chance import chance_of
from polybatch.statistics.clusters import Judged, by_cluster
from polybatch.statistics.comparison import LEVEL, Comparison
from polybatch.statistics.equivalence import equivalence
from polybatch.statistics.holm import holm
from polybatch.statistics.permutation import is_exact, sign_flip
from polybatch.statistics.power import smallest_detectable, standardised, wins_ties_losses
from polybatch.statistics.scale import better_side, is_share
from polybatch.statistics.seeds import seed_deviation


@dataclass(frozen=True)
class Method:
    """How the tests are made. `margin` is for measures whose values are shares, `margins` for those it names.

    The same seed gives the same numbers; a comparison's own do not depend on which others stand in the table.
    """

    permutations: int = 10_000
    resamples: int = 10_000
    seed: int = 0
    margin: float = 0.01
    margins: Mapping[str, float] = field(default_factory=dict)

    def margin_of(self, measure: str) -> float | None:
        """The margin of a measure; None for one whose values are no shares, unless it is named."""
        return self.margins.get(measure, self.margin if is_share(measure) else None)


def compare(
    values: pa.Table,
    *,
    baseline: str | None = None,
    measures: Sequence[str] | None = None,
    settings: Sequence[str] | None = None,
    method: Method | None = None,
    progress: Progress | None = None,
) -> tuple[Comparison, ...]:
    """Hold systems against a baseline, or each against all before it, in every collection, setting and measure asked.

    `values`: one row per query, direction and measure, of `cells.COLUMNS`. All comparisons made are one family for
    Holm's correction, whether asked by name or by leaving a choice out; tests of equivalence are a family of their
    own. Systems are compared on the collections that both were judged on. With several seeds the tests are about the
    strategies, with one each about these models.

    Raises ResultsError with the faults of `by_cluster`; else for an unknown baseline, a system that shares no
    collection with the baseline or with any other, and too few permutations for any p to survive the correction.
    """
    method = method or Method()
    judged = by_cluster(values, measures=measures, settings=settings)
    pairs = [(one, *pair) for one in judged for pair in _pairs(one, baseline)]
    if faults := _faults(judged, pairs, baseline, method):
        raise ResultsError(faults)
    compared = []
    with (progress or Silent()).task("comparing", len(pairs)) as advance:
        for pair in pairs:
            compared.append(compare_pair(*pair, method))
            advance(1)
    return corrected(compared)


def _pairs(judged: Judged, baseline: str | None) -> list[tuple[str, str]]:
    """Systems and what each is held against."""
    if baseline is None:
        return [(later, earlier) for earlier, later in combinations(judged.systems, 2)]
    return [(system, baseline) for system in judged.systems if system != baseline and baseline in judged.systems]


def compare_pair(judged: Judged, system: str, baseline: str, method: Method) -> Comparison:
    """One comparison, its p and its interval not corrected: a family of one.

    With one seed each, p is that of the sign-flip test and the interval the bootstrap's: both know clusters alone. With
    several, p is the larger of that and of a t test that takes seeds, too, as a sample (`chance`), and the interval
    reaches as far as the wider of the bootstrap's and the t test's on either side.
    """
    ours, theirs = judged.systems[system], judged.systems[baseline]
    paired = ours.seeds == theirs.seeds
    better, margin = better_side(judged.quantity.measure), method.margin_of(judged.quantity.measure)
    value, other = ours.values.mean(axis=0), theirs.values.mean(axis=0)
    difference = value - other
    # equal values whose sums were rounded differently are equal
    difference[np.abs(difference) <= 1e-12 * np.maximum(np.abs(value), np.abs(other))] = 0
    # anew for each comparison, so that it does not depend on the others
    flips, draws = (np.random.default_rng([method.seed, use]) for use in range(2))
    mean = float(difference.mean())
    low, high = bootstrap_interval(ours.values, theirs.values, paired=paired, resamples=method.resamples, rng=draws)
    p = p_models = sign_flip(difference, permutations=method.permutations, rng=flips)
    chance = chance_of(difference, ours.values, theirs.values, paired=paired)
    if chance.knows_seeds:
        half = chance.half_width(1 - LEVEL)
        low, high, p = min(low, mean - half), max(high, mean + half), max(p, chance.p(mean))
    wins, ties, losses = wins_ties_losses(difference, lower_is_better=better == "lower")
    return Comparison(
        quantity=judged.quantity,
        system=system,
        baseline=baseline,
        better=better,
        clusters=judged.clusters,
        queries=judged.queries,
        seeds=ours.seeds,
        baseline_seeds=theirs.seeds,
        value=float(value.mean()),
        baseline_value=float(other.mean()),
        difference=mean,
        low=low,
        high=high,
        p=p,
        p_models=p_models,
        effect=standardised(difference),
        wins=wins,
        ties=ties,
        losses=losses,
        margin=margin,
        p_equivalence=None if margin is None else equivalence(mean, chance, margin=margin),
        seed_deviation=seed_deviation(ours.values, theirs.values, paired=paired),
        smallest_detectable=smallest_detectable(chance),
    )


def corrected(compared: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """The same comparisons as one family: Holm over all their tests, and over those of equivalence apart."""
    differences = holm([one.p for one in compared])
    tested = [one.p_equivalence for one in compared if one.p_equivalence is not None]
    equivalences = iter(holm(tested))
    return tuple(
        replace(
            one,
            family=len(compared),
            p_holm=p,
            p_equivalence_holm=None if one.p_equivalence is None else next(equivalences),
        )
        for one, p in zip(compared, differences, strict=True)
    )


def _faults(
    judged: Sequence[Judged], pairs: Sequence[tuple[Judged, str, str]], baseline: str | None, method: Method
) -> list[Fault]:
    systems = dict.fromkeys(system for one in judged for system in one.systems)
    faults = [
        Fault(f"margin of {name}", f"{margin}", "above 0 works")
        for name, margin in {"shares": method.margin, **method.margins}.items()
        if not margin > 0
    ]
    measured = dict.fromkeys(one.quantity.measure for one in judged)
    for name in method.margins:
        if name not in measured:
            faults.append(Fault(f"margin of {name}", "not compared", f"compared: {', '.join(measured)}"))
    if len(systems) < 2:
        works = "name a run with another system, or another run"
        return [*faults, Fault("systems", f"{', '.join(systems)} alone", works)]
    if baseline is not None and baseline not in systems:
        return [*faults, Fault("baseline", repr(baseline), f"known: {', '.join(systems)}")]
    compared = {baseline, *(system for pair in pairs for system in pair[1:])}
    for system in systems:
        if system not in compared:
            homes = ", ".join(dict.fromkeys(one.quantity.collection for one in judged if system in one.systems))
            other = "any other system" if baseline is None else baseline
            faults.append(Fault(system, f"was judged on {homes}: no collection shared with {other}"))
    least = math.ceil(len(pairs) / LEVEL) - 1
    drawn = [one for one, *_ in pairs if not is_exact(one.clusters, permutations=method.permutations)]
    if drawn and method.permutations < least:
        found = f"with {method.permutations:,} no p of a family of {len(pairs):,} comes down to .05 after Holm"
        faults.append(Fault("permutations", found, f"{least:,} or more work"))
    return faults
