"""Run folders into one report: read, checked, merged, named apart. No numbers worked out, nothing shown."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from polybatch.errors import Fault, ResultsError, gathered
from polybatch.judging.mteb_tasks.reading import holds_mteb_results, read_mteb_results
from polybatch.measures.measures import parse_measure
from polybatch.progress import Progress
from polybatch.report.answer import answers_of
from polybatch.report.cases import examples_of
from polybatch.report.chance import References, references_of
from polybatch.report.claims import claims_of
from polybatch.report.comparable import Part, apart, unlike
from polybatch.report.queries import Singles, read_singles, spreads_of
from polybatch.report.summary import EXCESS, UNTRAINED, Quantity, Report, Run, System
from polybatch.report.wording import listing
from polybatch.results.kept import Kept
from polybatch.results.labels import Judgement, folder_labels, names_apart, repeated
from polybatch.results.manifest import Manifest, Mix
from polybatch.results.store import MANIFEST, RESULTS, SWEEP, SYSTEMS, Result, Store
from polybatch.results.sweep import CHOSEN, Sweep
from polybatch.results.systems import TITLES, title_of


@dataclass(frozen=True)
class _Folder:
    label: str
    manifest: Manifest
    stored: Mapping[str, Any]
    recorded: bool
    results: tuple[Result, ...]
    references: References
    singles: tuple[Singles, ...]
    kept: tuple[Kept, ...]

    @property
    def part(self) -> Part:
        return Part(self.label, self.results, self.references.random, self.manifest.collections)


def load_runs(folders: Sequence[Path], *, progress: Progress | None = None) -> Report:
    """Read run folders and merge them; a folder without a manifest counts as a run that was cut short.

    The folder of a sweep adds its curve; without a run beside it, its run on the test is the report's. Of a run that
    was cut short what its systems have is read. A system that two folders judged on one collection with one seed is
    named `name (folder)` in each, so that nothing is averaged twice. Raises ResultsError with the faults of all folders
    at once, and for systems that were not judged on the same directions, queries, pools and candidate texts.
    """
    faults = repeated(folders)
    if not folders:
        faults.append(Fault("report", "no folder was named", "name the --out folder of at least one run"))
    sweeps: list[Sweep] = []
    swept = [folder for folder in folders if Store(folder).has(SWEEP)]
    for path, label in zip(swept, folder_labels(swept), strict=True):
        with gathered(faults):
            sweeps.append(replace(Store(path).sweep, label=label))
    runs = [Store(folder) for folder in [one for one in folders if one not in swept] or _tested(swept, faults)]
    loaded: list[_Folder] = []
    for store, label in zip(runs, folder_labels([store.folder for store in runs]), strict=True):
        with gathered(faults):
            loaded.append(_load(store, label))
    if not faults:
        faults = unlike([each.part for each in loaded])
    if faults:
        raise ResultsError(faults)
    names = _names(loaded)
    systems = _systems(loaded, names)
    claims = claims_of(runs, progress=progress)
    trained = [system.name for system in systems if system.strategy not in UNTRAINED]
    return Report(
        runs=tuple(Run(each.label, each.manifest, each.stored, each.recorded) for each in loaded),
        systems=systems,
        results=tuple(replace(row, system=names[each.label, row.system]) for each in loaded for row in each.results),
        mix=tuple(_mix(loaded, names)),
        chance={quantity: value for each in reversed(loaded) for quantity, value in each.references.random.items()},
        ideal={quantity: value for each in reversed(loaded) for quantity, value in each.references.ideal.items()},
        cautions=tuple(_cautions(loaded)),
        claims=claims,
        answers=answers_of(claims.runs, claims.family),
        spreads=spreads_of([(one, _caller(each, names)) for each in loaded for one in each.singles]),
        examples=examples_of([(one, _caller(each, names)) for each in loaded for one in each.kept], trained),
        sweeps=tuple(sweeps),
    )


def _tested(swept: Sequence[Path], faults: list[Fault]) -> list[Path]:
    """The runs on the test that sweeps ended with; a fault where there are none."""
    found = [folder / CHOSEN for folder in swept if Store(folder / CHOSEN).has(RESULTS)]
    if swept and not found:
        told = "has measured nothing on a test"
        works = "name the --out folder of a run beside it, or let `polybatch sweep` end with its test"
        faults.append(Fault(", ".join(map(str, swept)), told, works))
    return found


def _load(store: Store, label: str) -> _Folder:
    faults: list[Fault] = []
    results: tuple[Result, ...] = ()
    stored: Mapping[str, Any] = {}
    manifest, references = Manifest(), References({}, {})
    singles: list[Singles] = []
    kept: tuple[Kept, ...] = ()
    parts = _parts(store)
    with gathered(faults):
        own = parts != [store] or store.has(RESULTS) or not holds_mteb_results(store.folder)
        results = tuple(row for part in parts for row in (part.results if own else read_mteb_results(part.folder)))
        faults += _row_faults(store.path(RESULTS), results)
    recorded = store.has(MANIFEST)
    if recorded:
        with gathered(faults):
            manifest, stored = store.manifest, store.stored_manifest
    with gathered(faults):
        singles = [found for part in parts if (found := read_singles(part))]
        if not any(row.measure == EXCESS for row in results):
            results = (*results, *(row for one in singles for row in one.excess))
    with gathered(faults):
        references = references_of(parts[0], results)
    with gathered(faults):
        kept = store.cases
    if faults:
        raise ResultsError(faults)
    return _Folder(label, manifest, _excerpt(stored), recorded, results, references, tuple(singles), kept)


def _parts(store: Store) -> list[Store]:
    """Where a folder's results lie: in itself, or, of a run that was cut short, in those of its systems."""
    if store.has(RESULTS):
        return [store]
    return [Store(path.parent) for path in sorted(store.folder.glob(f"{SYSTEMS}/*/{RESULTS}"))] or [store]


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
            name, title = names[each.label, own], title_of(own)
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


def _caller(each: _Folder, names: Mapping[tuple[str, str], str]) -> Callable[[str], str]:
    """What the report calls the systems of a folder."""
    return lambda system: names[each.label, system]


def _cautions(loaded: Sequence[_Folder]) -> Iterator[str]:
    """Sentences on what is lacking: seeds and systems of a run, and a collection that all have."""
    for each in loaded:
        if lacking := _lacking(each):
            yield f"{each.label} has no results of {lacking}. Means are over the seeds that there are."
    if told := apart([each.part for each in loaded]):
        yield told


def _lacking(each: _Folder) -> str:
    """`Hybrid with seeds 2 and 3; X-Y`: what a manifest lists and the results lack."""
    judged: dict[str, set[int | None]] = {}
    for row in each.results:
        judged.setdefault(row.system, set()).add(row.seed)
    told = []
    for entry in each.manifest.systems:
        have = judged.get(entry.system, set())
        without = [seed for seed in each.manifest.seeds if seed not in have] if None not in have else []
        if not without and have:
            continue
        title = entry.title or title_of(entry.system)
        with_seeds = f" with {'seed' if len(without) == 1 else 'seeds'} {listing(without)}" if have else ""
        told.append(f"{title}{with_seeds}")
    return "; ".join(told)


def _excerpt(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """The manifest without the recipe's text, which is long and stands in its own file."""
    recipe = stored.get("recipe")
    if not isinstance(recipe, Mapping):
        return stored
    return {**stored, "recipe": {key: value for key, value in recipe.items() if key != "text"}}
