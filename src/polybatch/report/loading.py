"""Run folders into one report: read, checked, merged, named apart. No numbers worked out, nothing shown."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from polybatch.errors import Fault, ResultsError, gathered
from polybatch.evaluation.folders import Judgement, folder_labels, names_apart, repeated
from polybatch.evaluation.measures import parse_measure
from polybatch.evaluation.mteb_tasks.reading import holds_mteb_results, read_mteb_results
from polybatch.evaluation.results import MANIFEST, RESULTS, Result, read_manifest, read_results
from polybatch.progress import Progress
from polybatch.report.chance import References, references_of
from polybatch.report.claims import claims_of
from polybatch.report.manifest import Manifest, Mix, parse_manifest
from polybatch.report.queries import Singles, queries_of, read_singles
from polybatch.report.summary import EXCESS, UNTRAINED, Quantity, Report, Run, System
from polybatch.sampling.strategies import TITLES


@dataclass(frozen=True)
class _Folder:
    label: str
    manifest: Manifest
    stored: Mapping[str, Any]
    recorded: bool
    results: tuple[Result, ...]
    references: References
    singles: Singles | None


def load_runs(folders: Sequence[Path], *, progress: Progress | None = None) -> Report:
    """Read run folders and merge them; a folder without a manifest counts as a run that was cut short.

    A system that two folders judged on one collection with one seed is named `name (folder)` in each, so that
    nothing is averaged twice. Raises ResultsError with the faults of all folders at once.
    """
    loaded: list[_Folder] = []
    faults = repeated(folders)
    if not folders:
        faults.append(Fault("report", "no folder was named", "name the --out folder of at least one run"))
    for path, label in zip(folders, folder_labels(folders), strict=True):
        with gathered(faults):
            loaded.append(_load(path, label))
    if faults:
        raise ResultsError(faults)
    names = _names(loaded)
    systems = _systems(loaded, names)
    trained = [system.name for system in systems if system.strategy not in UNTRAINED]
    return Report(
        runs=tuple(Run(each.label, each.manifest, each.stored, each.recorded) for each in loaded),
        systems=systems,
        results=tuple(replace(row, system=names[each.label, row.system]) for each in loaded for row in each.results),
        mix=tuple(_mix(loaded, names)),
        chance={quantity: value for each in reversed(loaded) for quantity, value in each.references.random.items()},
        ideal={quantity: value for each in reversed(loaded) for quantity, value in each.references.ideal.items()},
        cautions=tuple(_cautions(loaded)),
        claims=claims_of(folders, progress=progress),
        queries_shown=queries_of(_singles(loaded, names), trained),
    )


def _load(path: Path, label: str) -> _Folder:
    faults: list[Fault] = []
    results: tuple[Result, ...] = ()
    stored: dict[str, Any] = {}
    manifest, references, singles = Manifest(), References({}, {}), None
    with gathered(faults):
        own = (path / RESULTS).exists() or not holds_mteb_results(path)
        results = tuple(read_results(path) if own else read_mteb_results(path))
        faults += _row_faults(path / RESULTS, results)
    recorded = (path / MANIFEST).exists()
    if recorded:
        with gathered(faults):
            stored = read_manifest(path)
            manifest = parse_manifest(path, stored)
    with gathered(faults):
        singles = read_singles(path)
        if singles and not any(row.measure == EXCESS for row in results):
            results = (*results, *singles.excess)
    with gathered(faults):
        references = references_of(path, results)
    if faults:
        raise ResultsError(faults)
    return _Folder(label, manifest, _excerpt(stored), recorded, results, references, singles)


def _row_faults(path: Path, results: Sequence[Result]) -> list[Fault]:
    """What a report could not show truly: no rows, a row twice, a value that its measure cannot take."""
    if not results:
        return [Fault(str(path), "no results", "let `polybatch run` or `polybatch evaluate` finish a system")]
    faults = []
    for number, row in enumerate(results):
        one = parse_measure(row.measure)
        low, high = (one.family.low, one.family.high) if one else (-math.inf, math.inf)
        if not (math.isfinite(row.value) and low <= row.value <= high):
            works = f"{low:g} to {high:g} works" if math.isfinite(high) else f"a finite number over {low:g} works"
            faults.append(Fault(f"{path}: row {number}", f"{row.measure} is {row.value}", works))
    times = Counter((row.system, row.seed, Quantity.of(row)) for row in results)
    for (system, seed, quantity), count in times.items():
        if count > 1:
            found = f"{system}, seed {seed}, {', '.join(quantity)} stands there {count} times"
            faults.append(Fault(str(path), found, "once works"))
    return faults[:20]


def _names(loaded: Sequence[_Folder]) -> Mapping[tuple[str, str], str]:
    """What a folder's system is called in the report, those that it only lists or drew for included."""
    judged = [Judgement(each.label, row.system, row.seed, row.collection) for each in loaded for row in each.results]
    # on a collection of the folder's own, so that it clashes with nothing
    listed = [Judgement(each.label, name, None, each.label) for each in loaded for name in _all_systems(each)]
    return names_apart([*judged, *listed])


def _all_systems(each: _Folder) -> dict[str, None]:
    """Systems of a folder: as its manifest lists them, then the paper's order, then as their results come."""
    have = dict.fromkeys(row.system for row in each.results)
    listed = [entry.system for entry in each.manifest.systems]
    drawn = [mix.system for mix in each.manifest.mix]
    return dict.fromkeys([*listed, *(name for name in TITLES if name in have), *have, *drawn])


def _systems(loaded: Sequence[_Folder], names: Mapping[tuple[str, str], str]) -> tuple[System, ...]:
    found: dict[str, System] = {}
    for each in loaded:
        entries = {entry.system: entry for entry in each.manifest.systems}
        strategies = {row.system: row.strategy for row in each.results}
        for own in _all_systems(each):
            if own not in strategies:
                continue  # listed, but cut short before its results
            name, title = names[each.label, own], TITLES.get(own, own)
            if own in entries and entries[own].title:
                title = entries[own].title
            found.setdefault(name, System(name, strategies[own], title + name.removeprefix(own)))
    times = Counter(system.title for system in found.values())
    return tuple(
        replace(system, title=f"{system.title} [{system.name}]") if times[system.title] > 1 else system
        for system in found.values()
    )


def _mix(loaded: Sequence[_Folder], names: Mapping[tuple[str, str], str]) -> Iterable[Mix]:
    for each in loaded:
        for mix in each.manifest.mix:
            yield replace(mix, system=names[each.label, mix.system])


def _singles(
    loaded: Sequence[_Folder], names: Mapping[tuple[str, str], str]
) -> list[tuple[Singles, Callable[[str], str]]]:
    found: list[tuple[Singles, Callable[[str], str]]] = []
    for each in loaded:
        if each.singles:
            own = {system: name for (label, system), name in names.items() if label == each.label}
            found.append((each.singles, own.__getitem__))
    return found


def _cautions(loaded: Sequence[_Folder]) -> Iterable[str]:
    """Sentences on collections whose systems were not judged on the same queries and pools."""
    counts: dict[Quantity, set[int]] = {}
    pools: dict[Quantity, set[float]] = {}
    for each in loaded:
        for row in each.results:
            counts.setdefault(Quantity.of(row), set()).add(row.queries)
        for quantity, value in each.references.random.items():
            pools.setdefault(quantity, set()).add(value)
    for name in dict.fromkeys(q.collection for q, found in counts.items() if len(found) > 1):
        yield f"{name}: the systems were not judged on the same number of queries; do not compare them."
    for name in dict.fromkeys(q.collection for q, found in pools.items() if len(found) > 1):
        yield f"{name}: the folders hold different pools of passages; do not compare systems across folders."


def _excerpt(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """The manifest without the recipe's text, which is long and stands in its own file."""
    recipe = stored.get("recipe")
    if not isinstance(recipe, Mapping):
        return stored
    return {**stored, "recipe": {key: value for key, value in recipe.items() if key != "text"}}
