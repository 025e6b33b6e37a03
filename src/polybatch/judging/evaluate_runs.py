"""Judge run files that another system wrote and write the out folder. Not here: how a run is read, or judged."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError, Fault, gathered
from polybatch.judging.evaluate import check_out, describe_collection, write_judged
from polybatch.judging.judge_runs import judge_runs
from polybatch.measures.families import DEFAULT, TOP_SIZE
from polybatch.measures.measures import parse_measures
from polybatch.progress import Progress
from polybatch.provenance import manifest_head
from polybatch.records import Collection
from polybatch.results.store import ALL, Store
from polybatch.results.trec_runs import Run, read_run

FORM = "SYSTEM.QUERY.run for all languages' passages, SYSTEM.QUERY-PASSAGE.run for those of one, such as mine.en-sw.run"


class RunName(NamedTuple):
    """What the name of a run file says: whose it is, and which queries in which pool it ranks."""

    system: str
    seed: int | None
    asked: str
    pool: str


def evaluate_runs(
    path: Path,
    on: str,
    *,
    data: Path | None,
    languages: Sequence[str] | None,
    out: Path,
    command: str,
    progress: Progress,
    measures: Sequence[str] = DEFAULT,
    top: int = TOP_SIZE,
) -> None:
    """Judge a TREC run file, or all `*.run` and `*.run.gz` of a folder, on a collection; write results and manifest.

    A file's name says the system, perhaps its seed, the language of the queries and the pool, as `run_name` reads it
    and `export_runs` writes it. Queries and passages go by their ids in the collection. Notes say what the runs do not
    name and which pools they do not judge, as in `judge_runs`. Raises DataError with the faults of the collection and
    of all files, FaultyInputError for a text that is no measure, and ResultsError where `out` holds a run of a recipe.
    """
    parse_measures(measures)
    check_out(out)
    collection = load_collection(on, data=data, languages=languages)
    judged = []
    faults: list[Fault] = []
    systems = _read(path, collection)
    for (system, seed), runs in systems.items():
        with gathered(faults):
            judged.append(judge_runs(runs, collection, system=system, seed=seed, top=top))
    if faults:
        raise DataError(faults)
    notes = list(dict.fromkeys(note for one in judged for note in one.notes))
    if (depth := min((one.depth for one in judged if one.depth is not None), default=None)) is not None:
        beyond = [str(one) for one in parse_measures(measures) if one.cut is None or one.cut > depth]
        why = "answers that a run does not name tie, so that distances between them come out too small"
        notes += [f"at a depth of {depth:,}, not those of whole rankings: {', '.join(beyond)}; {why}"] if beyond else []
    for note in notes:
        progress.say(note)
    tables = [one.ranks for one in judged], [one.top for one in judged]
    found = write_judged(out, *tables, measures, notes=notes, beside=[], progress=progress)
    manifest = manifest_head("evaluate", command) | {
        "finished": True,
        "model": str(path),
        "systems": [{"system": system, "strategy": None} for system in dict.fromkeys(name for name, _ in systems)],
        "seeds": sorted({seed for _, seed in systems if seed is not None}),
        "measures": list(measures),
        "collections": [describe_collection(collection)],
        "notes": found.notes,
        "mix": [],
    }
    Store(out).write_manifest(manifest)


def run_name(path: Path, collection: Collection) -> RunName | None:
    """What a run file's name says: `SYSTEM[.seedN].QUERY[-PASSAGE].run`, perhaps `.gz`; None where it says too little.

    Without a language for passages the pool is all of them. The languages may be left out where the collection has
    queries in one language only. `%20` and the like in a system's name are what export wrote for other characters.
    """
    name = re.sub(r"(\.(run|txt|trec))?(\.gz)?$", "", path.name)
    stem, _, languages = name.rpartition(".")
    asked, _, pool = languages.partition("-")
    if not stem or asked not in collection.queries or pool not in ("", ALL, *collection.languages):
        if len(collection.queries) > 1:
            return None
        stem, asked, pool = name, next(iter(collection.queries)), ""
    if pool in ("", ALL):
        pool = ALL if len(collection.languages) > 1 else collection.languages[0]
    seed = re.search(r"\.seed(\d+)$", stem)
    system = stem.removesuffix(seed[0]) if seed else stem
    return RunName(unquote(system), int(seed[1]) if seed else None, asked, pool)


def _read(path: Path, collection: Collection) -> Mapping[tuple[str, int | None], dict[tuple[str, str], Run]]:
    """The runs of each system and seed; raises DataError with the faults of all files."""
    files = sorted([*path.glob("*.run"), *path.glob("*.run.gz")]) if path.is_dir() else [path]
    faults: list[Fault] = []
    if not files:
        faults.append(Fault(str(path), "no run file here", "files whose names end in .run or .run.gz"))
    systems: dict[tuple[str, int | None], dict[tuple[str, str], Run]] = {}
    for file in files:
        name = run_name(file, collection)
        if name is None:
            known = f"queries in {', '.join(sorted(collection.queries))}; passages in {', '.join(collection.languages)}"
            faults.append(Fault(str(file), f"its name does not say which languages it ranks ({known})", FORM))
            continue
        runs = systems.setdefault((name.system, name.seed), {})
        if (name.asked, name.pool) in runs:
            faults.append(Fault(str(file), "another file ranks the same queries in the same pool", "one file for each"))
        with gathered(faults):
            runs[name.asked, name.pool] = read_run(file)
    if faults:
        raise DataError(faults)
    return systems
