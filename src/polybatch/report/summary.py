"""The report as numbers: what was measured, over which seeds, beside chance. No files, no wording, no markup."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import fsum
from statistics import stdev
from typing import TYPE_CHECKING, Any, NamedTuple

from polybatch.records import Setting
from polybatch.report.claims import Claims
from polybatch.results.manifest import Manifest, Mix
from polybatch.results.store import ALL, MEAN, Result

if TYPE_CHECKING:
    from polybatch.report.answer import Answer
    from polybatch.report.cases import Examples
    from polybatch.report.queries import Spread
    from polybatch.results.sweep import Sweep

MAP = "mAP"
RANK_DISTANCE = "rank_distance"
EXCESS = "same_language_excess@10"
RANDOM_RANKER = "Random ranker"
IDEAL_RANKER = "Ideal ranker"
UNTRAINED = (None, "untuned")  # strategies of systems that were not trained here


class Quantity(NamedTuple):
    """What a value is a value of, whichever system it belongs to."""

    collection: str
    setting: Setting
    query_language: str
    passage_language: str
    measure: str

    @classmethod
    def macro(cls, collection: str, setting: Setting, measure: str) -> "Quantity":
        """The macro mean over a setting's directions."""
        return cls(collection, setting, MEAN, ALL if setting == "multilingual" else MEAN, measure)

    @classmethod
    def of(cls, result: Result) -> "Quantity":
        """What a row of results measures."""
        query, passage = result.query_language, result.passage_language
        if query == MEAN:  # one spelling, whichever the writer chose for the passages' side
            passage = ALL if result.setting == "multilingual" else MEAN
        return cls(result.collection, result.setting, query, passage, result.measure)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value over seeds, in the order of the seeds; `queries` is the count of queries behind each."""

    seeds: tuple[int | None, ...]
    values: tuple[float, ...]
    queries: int

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return fsum(self.values) / len(self.values)

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation over seeds (n - 1); None with one seed."""
        return stdev(self.values) if len(self.values) > 1 else None


@dataclass(frozen=True, slots=True)
class System:
    """One system of the report. `name` is its key, `title` what people read."""

    name: str
    strategy: str | None
    title: str


@dataclass(frozen=True)
class Run:
    """One folder: its label, its manifest, and the manifest as it was stored, without the recipe's text."""

    label: str
    manifest: Manifest
    excerpt: Mapping[str, Any]
    recorded: bool


@dataclass(frozen=True)
class Report:
    """Runs put together: systems in display order, merged results, what a random and an ideal ranker would score.

    `results` and `mix` name systems as `systems` does. `chance` and `ideal`, of those two rankers, lack what the
    folders' ranks do not tell.
    `cautions` are sentences on what is lacking. `spreads` and `examples` are of single queries, `sweeps` of values
    tried on development data.
    """

    runs: tuple[Run, ...]
    systems: tuple[System, ...]
    results: tuple[Result, ...]
    mix: tuple[Mix, ...] = ()
    chance: Mapping[Quantity, float] = field(default_factory=dict)
    ideal: Mapping[Quantity, float] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()
    claims: Claims = field(default_factory=Claims)
    answers: "tuple[Answer, ...]" = ()
    spreads: "tuple[Spread, ...]" = ()
    examples: "tuple[Examples, ...]" = ()
    sweeps: "tuple[Sweep, ...]" = ()

    @cached_property
    def _estimates(self) -> Mapping[tuple[str, Quantity], Estimate]:
        rows: dict[tuple[str, Quantity], list[Result]] = {}
        for result in self.results:
            rows.setdefault((result.system, Quantity.of(result)), []).append(result)
        for found in rows.values():
            found.sort(key=lambda row: (row.seed is not None, row.seed))
        return {
            key: Estimate(tuple(r.seed for r in found), tuple(r.value for r in found), found[0].queries)
            for key, found in rows.items()
        }

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What people read for each system's name."""
        return {system.name: system.title for system in self.systems}

    def estimate(self, system: System, quantity: Quantity) -> Estimate | None:
        """A system's value of a quantity, or None where it was not measured."""
        return self._estimates.get((system.name, quantity))

    @cached_property
    def collections(self) -> tuple[str, ...]:
        """Collections with results, in the manifests' order, then as they come."""
        found = dict.fromkeys(result.collection for result in self.results)
        listed = dict.fromkeys(entry.name for run in self.runs for entry in run.manifest.collections)
        return tuple(name for name in dict.fromkeys((*listed, *found)) if name in found)

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """Every seed that a result has, sorted."""
        return tuple(sorted({result.seed for result in self.results if result.seed is not None}))

    @cached_property
    def _measured(self) -> Mapping[str, tuple[frozenset[str], tuple[Quantity, ...]]]:
        """By collection: the names of its systems, and what was measured."""
        names: dict[str, set[str]] = {}
        quantities: dict[str, set[Quantity]] = {}
        for name, quantity in self._estimates:
            names.setdefault(quantity.collection, set()).add(name)
            quantities.setdefault(quantity.collection, set()).add(quantity)
        return {name: (frozenset(names[name]), tuple(sorted(found))) for name, found in quantities.items()}

    def systems_of(self, collection: str) -> tuple[System, ...]:
        """Systems with results on a collection, in display order."""
        names, _ = self._measured[collection]
        return tuple(system for system in self.systems if system.name in names)

    def quantities(self, collection: str, *, measure: str | None = None) -> tuple[Quantity, ...]:
        """Everything measured on a collection by any system, without repeats, sorted within settings."""
        _, found = self._measured[collection]
        return tuple(quantity for quantity in found if measure in (None, quantity.measure))

    def seeds_of(self, system: System, collection: str) -> tuple[int | None, ...]:
        """Seeds with results of a system on a collection, sorted; None stands for a result without a seed."""
        found = {r.seed for r in self.results if r.system == system.name and r.collection == collection}
        return tuple(sorted(found, key=lambda seed: (seed is not None, seed)))

    def query_languages(self, collection: str) -> tuple[str, ...]:
        """Languages that queries are in, sorted."""
        return tuple(sorted({q.query_language for q in self.quantities(collection)} - {MEAN}))

    def passage_languages(self, collection: str) -> tuple[str, ...]:
        """Languages that single pools of passages are in, sorted."""
        return tuple(sorted({q.passage_language for q in self.quantities(collection)} - {MEAN, ALL}))

    def languages(self, collection: str) -> tuple[str, ...]:
        """Every language of a query or a pool, sorted."""
        return tuple(sorted({*self.query_languages(collection), *self.passage_languages(collection)}))

    def queries(self, collection: str, setting: Setting) -> int | None:
        """Queries behind a setting's macro mean mAP, summed over directions; None where there is none."""
        quantity = Quantity.macro(collection, setting, MAP)
        found = (self.estimate(system, quantity) for system in self.systems_of(collection))
        return next((estimate.queries for estimate in found if estimate), None)

    def notes(self, collection: str) -> Mapping[str, str]:
        """What the manifests note of a collection, such as what its candidates are; the first run's word holds."""
        entries = [c for run in self.runs for c in run.manifest.collections if c.name == collection]
        return {key: str(note) for entry in reversed(entries) for key, note in entry.notes.items()}

    def answers_on(self, collection: str) -> "tuple[Answer, ...]":
        """The answers of the runs on a collection."""
        return tuple(one for one in self.answers if one.collection == collection)

    @property
    def unfinished(self) -> tuple[Run, ...]:
        """Runs whose manifest does not say that they came to their end."""
        return tuple(run for run in self.runs if not run.manifest.finished)

    @property
    def title(self) -> str:
        """The recipes' titles, or the folders' names where a recipe has none."""
        names = (run.manifest.recipe.title or run.manifest.recipe.name or run.label for run in self.runs)
        return " · ".join(dict.fromkeys(names))
