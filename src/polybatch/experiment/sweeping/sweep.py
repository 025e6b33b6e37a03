"""A whole sweep: a run for each value on development data, the choice, one run on the test. Resumable."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polybatch.data.building import build_table, open_built
from polybatch.data.collections.table import load_collections, missing_data
from polybatch.data.contamination import TestTexts
from polybatch.data.separation import collection_of, shared
from polybatch.data.sources.source import Source
from polybatch.errors import DataError, Fault, RecipeError, ResultsError, gathered
from polybatch.experiment.inputs import CONTAMINATION, TABLE, load_inputs
from polybatch.experiment.recipe import Recipe
from polybatch.experiment.run import run_recipe
from polybatch.experiment.sweeping.choice import Choice, choose
from polybatch.experiment.sweeping.curve import write_curve
from polybatch.experiment.sweeping.keys import Value, affected, label, with_values
from polybatch.experiment.sweeping.points import Point, read_point
from polybatch.experiment.sweeping.share import share_of
from polybatch.judging.evaluate import describe_collection
from polybatch.progress import Progress
from polybatch.provenance import machine, manifest_head
from polybatch.records import Collection
from polybatch.results.store import SWEEP, Store
from polybatch.results.sweep import CHOSEN
from polybatch.training.processes import Processes

CURVE = "curve.svg"


@dataclass(frozen=True)
class Found:
    """What a sweep found: its points in the order of the values, the choice, and the folder of the test's run."""

    key: str
    points: tuple[Point, ...]
    choice: Choice
    development: tuple[str, ...]
    chosen: Path | None


@dataclass(frozen=True)
class _Leg:
    """One run of a sweep: `recipe` is with its value, and judged on development data."""

    value: str
    recipe: Recipe
    folder: Path
    table: Path
    sources: list[Source] | None  # that the table is built of; None where it is there


def run_sweep(
    recipe: Recipe,
    key: str,
    values: Sequence[Value],
    *,
    on: Sequence[str] = (),
    test: bool = True,
    data: Path | None,
    out: Path,
    progress: Progress,
    command: str,
    table: Path | None = None,
    processes: Processes | None = None,
    track: Sequence[str] = (),
) -> Found:
    """Run a recipe with each value of a key on development data, choose one, and run the recipe with it on its test.

    Each value is a run of its own in `out/KEY-VALUE`, with the systems that the key changes, and never meets a test
    collection; `on` are the development collections, the recipe's `selection.development` without any. The value with
    the highest mean of mAP over settings, systems and seeds is chosen. `out/chosen` is then the whole recipe with that
    value on its own test, once: where another value has been measured there before, RecipeError says so. What is done
    is not done again. Then `out` has `sweep.json` and `curve.svg`. With several processes all train, and the first one
    writes.

    Raises RecipeError and DataError before anything is trained: no development collection, one that is tested on, a
    value that the recipe or a plan of its batches refuses, data that are missing.
    """
    processes = processes or Processes()
    development = development_of(recipe, on)
    if key == "size" and table is not None:
        works = "no --table: the rows of each size are built from the recipe"
        raise RecipeError([Fault("--table", "holds the rows of one size", works)])
    systems, changed = affected(recipe, key), with_values(recipe, key, values)
    legs = []
    for value, one in zip(values, changed, strict=True):
        name = label(value)
        rows, sources = table or out / TABLE, None if table else list(recipe.train)
        if key == "size" and value != 1:
            rows, sources = out / f"{TABLE}-{name}", [share_of(source, float(value)) for source in recipe.train]
        only: dict[str, Any] = {"systems": systems, "corrections": [], "development": [], "test": list(development)}
        only |= {"title": f"{recipe.title or recipe.name}, {key} {name}"}
        legs.append(_Leg(name, one.model_copy(update=only), out / f"{key}-{name}", rows, sources))
    chosen_of = dict(zip((leg.value for leg in legs), changed, strict=True))
    options: dict[str, Any] = {"data": data, "command": command, "progress": progress}
    record: dict[str, Any] = {}
    store = Store(out)
    if processes.first:
        record = _begin(store, recipe, key, command)
        _build(recipe, legs, needed=[*development, *(recipe.test if test else ())], **options)
        record |= _check(recipe, legs, out, test=test, **options)
        store.write_sweep(record)
    processes.wait()
    with progress.task(f"sweep {recipe.name} over {key}", len(legs) + test) as advance:
        more: dict[str, Any] = options | {"processes": processes, "track": track}
        for leg in legs:
            run_recipe(leg.recipe, out=leg.folder, table=leg.table, **more)
            processes.wait()  # until its results stand
            advance(1)
        points = tuple(
            read_point(
                leg.folder, leg.value, systems=systems, seeds=recipe.seeds, rows=open_built(leg.table).manifest["rows"]
            )
            for leg in legs
        )
        choice = choose(key, points)
        if processes.first:
            record |= {"values": [one.as_record() for one in points], "choice": choice.as_record()}
            store.write_sweep(record)
            write_curve(out / CURVE, key, points, choice, development=development)
            progress.say(f"chosen: {choice.text}")
        tested = processes.from_first(record.get("tested"))
        if test:
            if tested not in (None, choice.value):
                found = f"the test was measured with {key} {tested} before, and now {choice.value} is chosen"
                works = "--no-test, or another --out where a second measurement is meant"
                raise RecipeError([Fault(str(out / CHOSEN), found, works)])
            if processes.first:
                record["tested"] = choice.value
                store.write_sweep(record)
            note = f"# {key} {choice.value} was chosen on {', '.join(development)} by: {command}\n"
            final = chosen_of[choice.value]
            final = final.model_copy(update={"text": note + final.text})
            rows = next(leg.table for leg in legs if leg.value == choice.value)
            run_recipe(final, out=out / CHOSEN, table=rows, **more)
            processes.wait()
            advance(1)
    if processes.first:
        store.write_sweep(record | {"finished": True, "machine": machine()})
    return Found(key, points, choice, development, out / CHOSEN if test else None)


def development_of(recipe: Recipe, on: Sequence[str]) -> tuple[str, ...]:
    """The collections that values are chosen on: those given, or the recipe's own.

    Raises RecipeError for none, for one twice, and for one that the recipe tests on, whichever its candidates.
    """
    own = [recipe.selection.development] if recipe.selection and recipe.selection.development else []
    names = tuple(on) or tuple(own)
    if not names:
        works = "--on COLLECTION names one, or development = COLLECTION in the recipe's [selection]"
        raise RecipeError([Fault(f"recipe {recipe.name}", "no development collection to choose a value on", works)])
    faults = [Fault("--on", f"{one} twice", "once each") for one in sorted(set(names)) if names.count(one) > 1]
    for name in names:
        if same := shared([collection_of(name)], recipe.test):
            found = f"{name} is a test collection, or has the texts of one ({', '.join(same)})"
            faults.append(Fault("--on", found, "what a value is chosen by cannot test it"))
    if faults:
        raise RecipeError(faults)
    return names


def _begin(store: Store, recipe: Recipe, key: str, command: str) -> dict[str, Any]:
    """The record of the sweep as it begins; what was measured on the test before is kept."""
    out, tested, works = store.folder, None, "name another --out"
    if store.has(SWEEP):
        try:
            before = store.sweep
        except ResultsError as error:
            raise RecipeError(Fault(one.where, one.found, works) for one in error.faults) from None
        if (before.key, before.recipe.name) != (key, recipe.name):
            raise RecipeError([Fault(str(out), f"holds a sweep of {before.recipe.name} over {before.key}", works)])
        tested = before.tested
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RecipeError([Fault(str(out), "is not empty and holds no sweep", works)])
    head = manifest_head("sweep", command) | {"finished": False, "key": key}
    record = head | {
        "recipe": {"name": recipe.name, "title": recipe.title, "text": recipe.text},
        "seeds": recipe.seeds,
        "tested": tested,
    }
    store.write_sweep(record)
    return record


def _build(
    recipe: Recipe,
    legs: Sequence[_Leg],
    *,
    needed: Sequence[str],
    data: Path | None,
    command: str,
    progress: Progress,
) -> None:
    """Build the rows that the values share, or those of each size; collections are `needed` beside the sources."""
    folders = recipe.model_copy(update={"test": list(needed)}).upstreams()
    if folders and data is None:
        raise DataError([missing_data(folders, where=f"recipe {recipe.name}")])
    if folders and data is not None and not data.is_dir():
        raise DataError([Fault(str(data), "no such folder", missing_data(folders, where="").works)])
    faults: list[Fault] = []
    names: dict[str, Any] = {"data": data or Path(), "normalisation": recipe.normalisation}
    for path, sources in {leg.table: leg.sources for leg in legs}.items():
        if sources is not None:
            with gathered(faults):
                build_table(sources, path, **names, command=command, progress=progress)
    if faults:
        raise DataError(dict.fromkeys(faults))


def _check(
    recipe: Recipe,
    legs: Sequence[_Leg],
    out: Path,
    *,
    test: bool,
    data: Path | None,
    command: str,
    progress: Progress,
) -> dict[str, Any]:
    """Load what every run will need, so that nothing is trained where one would be refused; what is known of it."""
    faults: list[Fault] = []
    options: dict[str, Any] = {"data": data, "command": command, "progress": progress}
    developments: tuple[Collection, ...] = ()
    tests: tuple[Collection, ...] = ()
    first: dict[Path, Path] = {}
    for leg in legs:
        known = first.get(leg.table)
        if known and not (leg.folder / CONTAMINATION).exists():  # of the same rows and collections
            leg.folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(known / CONTAMINATION, leg.folder / CONTAMINATION)
        with gathered(faults):
            developments = load_inputs(leg.recipe, folder=leg.folder, table=leg.table, **options).collections
            first.setdefault(leg.table, leg.folder)
    if test:
        with gathered(faults):
            tests = load_collections(recipe.test, data=data, **recipe.test_languages())
    if faults:
        raise DataError(dict.fromkeys(faults))
    record: dict[str, Any] = {"development": [describe_collection(one) for one in developments]}
    if test:
        record["also_in_test"] = _also_in(tests, developments, progress)
    return record


def _also_in(tests: Sequence[Collection], developments: Sequence[Collection], progress: Progress) -> dict[str, int]:
    """How many queries of each development collection stand in a test collection, exactly or nearly; said."""
    texts, found = TestTexts(tests), {}
    for one in developments:
        asked = [query.text for queries in one.queries.values() for query in queries]
        found[one.name] = sum(texts.find(text) is not None for text in asked)
        if found[one.name]:
            progress.say(f"{one.name}: {found[one.name]:,} of {len(asked):,} queries are also in a test collection")
    return found
