"""The comparisons that claims, answers and statements on stored runs rest on, as one family. No words, no files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from polybatch.claims.claim import Claim, Need
from polybatch.claims.evidence import Run
from polybatch.errors import ResultsError
from polybatch.records import Setting
from polybatch.results.systems import TITLES
from polybatch.statistics.clusters import by_cluster, units_of
from polybatch.statistics.comparison import CLUSTER, Comparison
from polybatch.statistics.family import Method, Tested, as_family

LEAD, PLAIN, MONO = "hybrid", "en-en", "x-x-mono"
MOST_DIRECTIONS = 12  # four languages; of more each would be one test of a hundred, which finds little
STATED: tuple[Setting, ...] = ("cross-lingual", "multilingual")
"""The settings that answers and statements speak of."""
DECIDING: tuple[Setting, ...] = ("multilingual", "cross-lingual", "monolingual")
"""The first of these that was measured says which system to use."""
BASELINES = ("untuned", "bm25", PLAIN)
"""What a system that is to be used is held against."""


class Asked(NamedTuple):
    """A comparison by what it is of: the run's label, the need without the share that it asks for, the collection."""

    run: str
    need: Need
    collection: str

    @classmethod
    def of(cls, run: str, need: Need, collection: str) -> "Asked":
        """The key of a need; needs that differ only in `least` rest on one comparison."""
        return cls(run, replace(need, least=0.0), collection)

    @property
    def turned(self) -> "Asked":
        """The same comparison with system and baseline changed over."""
        return self._replace(need=replace(self.need, system=self.need.baseline, baseline=self.need.system))


Family = Mapping[Asked, Comparison]


def family_of(claims: Sequence[Claim], runs: Sequence[Run], *, method: Method) -> dict[Asked, Comparison]:
    """Every comparison that a claim, the answer or the statement on one of these runs rests on, each once.

    They are one family for Holm's correction, so that a comparison has one p and one verdict wherever it is printed.
    Left out are comparisons that a run has not both systems of, and for answers and statements those of systems that
    were not judged alike; a claim that needs such a one raises ResultsError.
    """
    tested: dict[Asked, Tested] = {}
    for run in runs:
        for claim in claims:
            for collection in spoken_of(claim, run):
                for need in claim.needs:
                    _add(tested, run, need, collection, method)
        for collection in run.collections:
            stated = (*answer_needs(run, collection), *statement_needs(run, collection), *advice_needs(run, collection))
            for need in stated:
                try:
                    _add(tested, run, need, collection, method)
                except ResultsError:  # `polybatch compare` says what is unlike
                    continue
    return dict(zip(tested, as_family(list(tested.values())), strict=True))


def _add(tested: dict[Asked, Tested], run: Run, need: Need, collection: str, method: Method) -> None:
    asked = Asked.of(run.label, need, collection)
    if asked in tested or asked.turned in tested or not {need.system, need.baseline} <= run.systems:
        return
    values = run.chosen(need, collection)
    if not values.num_rows:
        return
    (judged,) = by_cluster(values)
    if {need.system, need.baseline} == set(judged.systems):
        unit = units_of(run.manifest).get(collection, CLUSTER)
        tested[asked] = Tested.of(judged, need.system, need.baseline, method, unit=unit)


def spoken_of(claim: Claim, run: Run) -> list[str]:
    """The collections of a run that a claim speaks of."""
    return [name for name in run.collections if not claim.collections or name in claim.collections]


def has_answer(run: Run, collection: str) -> bool:
    """Whether a run can answer the project's question: it has hybrid and En-En, judged across languages."""
    return {LEAD, PLAIN} <= run.systems and bool(run.directions(collection, "cross-lingual"))


def answer_needs(run: Run, collection: str) -> Iterator[Need]:
    """What the answer rests on: hybrid against all others, by setting, by direction, and its corrections."""
    if not has_answer(run, collection):
        return
    others = [name for name in TITLES if name in run.systems and name != LEAD]
    for setting in STATED:
        yield from (Need(LEAD, other, setting) for other in others)
    yield from (Need(LEAD, other, "multilingual", "rank_distance") for other in (PLAIN, MONO) if other in others)
    directions = run.directions(collection, "cross-lingual")
    if len(directions) <= MOST_DIRECTIONS:
        yield from (Need(LEAD, PLAIN, "cross-lingual", directions=(direction,)) for direction in directions)
    for name in sorted(run.systems):
        if name.startswith(f"{LEAD}+"):
            yield from (Need(name, LEAD, setting) for setting in STATED)


def statement_needs(run: Run, collection: str) -> Iterator[Need]:
    """What the statement may come to rest on where there is no answer: every pair, for the leader is not yet known."""
    if has_answer(run, collection):
        return
    systems = sorted(run.systems)
    for setting in STATED:
        yield from (Need(later, earlier, setting) for earlier, later in combinations(systems, 2))
    if MONO in systems:
        yield from (Need(other, MONO, "multilingual", "rank_distance") for other in systems if other != MONO)


def advice_needs(run: Run, collection: str) -> Iterator[Need]:
    """What the advice may come to rest on: every system against each baseline, for the best is not yet known.

    Systems with a correction are left out: they would be most of the family, which then finds little.
    """
    setting = next((each for each in DECIDING if run.directions(collection, each)), None)
    baselines = [name for name in BASELINES if name in run.systems]
    if setting:
        for name in sorted(run.systems):
            if name not in baselines and "+" not in name:
                yield from (Need(name, baseline, setting) for baseline in baselines)
