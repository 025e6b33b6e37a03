"""A table of per-query values into one family of comparisons: which systems are held against which. No files."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import pyarrow as pa

from polybatch.errors import Fault, ResultsError
from polybatch.progress import Progress, Silent
from polybatch.statistics.clusters import Judged, by_cluster
from polybatch.statistics.comparison import CLUSTER, Comparison
from polybatch.statistics.family import Method, Tested, as_family
from polybatch.statistics.holm import LEVEL
from polybatch.statistics.permutation import is_exact


def compare(
    values: pa.Table,
    *,
    baseline: str | None = None,
    measures: Sequence[str] | None = None,
    settings: Sequence[str] | None = None,
    method: Method | None = None,
    units: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> tuple[Comparison, ...]:
    """Hold systems against a baseline, or each against all before it, in every collection, setting and measure asked.

    `values`: one row per query, direction and measure, of `cells.COLUMNS`. All comparisons made are one family for
    Holm's correction, whether asked by name or by leaving a choice out; tests of equivalence are a family of their
    own. `units` says what a cluster is in each collection. Systems are compared on the collections that both were
    judged on. With several seeds the tests are about the strategies, with one each about these models.

    Raises ResultsError with the faults of `by_cluster`; else for an unknown baseline, a system that shares no
    collection with the baseline or with any other, and too few permutations for any p to survive the correction.
    """
    method = method or Method()
    judged = by_cluster(values, measures=measures, settings=settings)
    pairs = [(one, *pair) for one in judged for pair in _pairs(one, baseline)]
    if faults := _faults(judged, pairs, baseline, method):
        raise ResultsError(faults)
    tested = []
    with (progress or Silent()).task("comparing", len(pairs)) as advance:
        for pair in pairs:
            unit = (units or {}).get(pair[0].quantity.collection, CLUSTER)
            tested.append(Tested.of(*pair, method, unit=unit))
            advance(1)
    return as_family(tested)


def _pairs(judged: Judged, baseline: str | None) -> list[tuple[str, str]]:
    """Systems and what each is held against."""
    if baseline is None:
        return [(later, earlier) for earlier, later in combinations(judged.systems, 2)]
    return [(system, baseline) for system in judged.systems if system != baseline and baseline in judged.systems]


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
            faults.append(Fault(system, f"was evaluated on {homes}: no collection in common with {other}"))
    least = math.ceil(len(pairs) / LEVEL) - 1
    drawn = [one for one, *_ in pairs if not is_exact(one.clusters, permutations=method.permutations)]
    if drawn and method.permutations < least:
        found = f"with {method.permutations:,} no p of a family of {len(pairs):,} comes down to .05 after Holm"
        faults.append(Fault("permutations", found, f"{least:,} or more work"))
    return faults
