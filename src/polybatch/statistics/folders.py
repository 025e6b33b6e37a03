"""Out folders into comparisons: ranks read, measured query by query, tested. Not here: the tests, and their wording."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from polybatch.errors import Fault, ResultsError, gathered
from polybatch.judging.mteb_tasks.reading import holds_mteb_results
from polybatch.measures.measures import parse_measures, per_query
from polybatch.progress import Progress, Silent
from polybatch.results.labels import Judgement, folder_labels, names_apart, repeated
from polybatch.results.store import MANIFEST, RANKS, Store
from polybatch.statistics import Comparison, Method, compare
from polybatch.statistics.clusters import units_of

MEASURES = ("mAP", "rank_distance")
"""What is compared where nothing is asked: the fewer comparisons a family has, the more it can find."""

POOL = ("collection", "setting", "query_language", "passage_language")


def compare_runs(
    folders: Sequence[Path],
    *,
    baseline: str | None = None,
    measures: Sequence[str] | None = None,
    settings: Sequence[str] | None = None,
    method: Method | None = None,
    progress: Progress | None = None,
) -> tuple[Comparison, ...]:
    """Compare the systems of out folders of `polybatch run` and `polybatch evaluate`, one folder or several.

    Without a baseline each system is held against all before it; without measures, MEASURES, where they are defined.
    A system that two folders judged is named `name (folder)` in each. Scores of MTEB's tasks have no value for each
    query: they are left out, and a folder of nothing else is refused. Raises ResultsError with the faults of all
    folders at once, for folders whose texts, pools or judgements of a collection differ, and those of `compare`.
    """
    stores = [Store(folder) for folder in folders]
    return compare(
        read_values(stores, measures=measures or MEASURES, progress=progress),
        baseline=baseline,
        measures=measures,
        settings=settings,
        method=method,
        units=_units(stores),
        progress=progress or Silent(),
    )


def read_values(stores: Sequence[Store], *, measures: Sequence[str], progress: Progress | None = None) -> pa.Table:
    """Every query's value of these measures in out folders, as `compare` takes them; systems are named apart.

    Raises ResultsError as `compare_runs` does, but for the faults of `compare`.
    """
    progress = progress or Silent()
    folders = [store.folder for store in stores]
    faults = repeated(folders)
    needs_top = False
    with gathered(faults):
        needs_top = any(one.family.needs_top for one in parse_measures(measures))
    ranks: dict[str, pa.Table] = {}
    top: dict[str, pa.Table] = {}
    labels = folder_labels(folders)
    for store, label in zip(stores, labels, strict=True):
        with gathered(faults):
            ranks[label] = _ranks(store)
            if needs_top:
                top[label] = store.top
    with gathered(faults):
        faults += _unlike_texts(dict(zip(labels, stores, strict=True))) or _unlike_pools(ranks)
    if faults:
        raise ResultsError(faults)
    names = names_apart(judgement for label, table in ranks.items() for judgement in _judgements(label, table))
    values = []
    with progress.task("measuring", len(ranks)) as advance:
        for label, table in ranks.items():
            values.append(_renamed(per_query(table, measures, top=top.get(label)), label, names))
            advance(1)
    return pa.concat_tables(values, promote_options="permissive").unify_dictionaries()


def _units(stores: Sequence[Store]) -> dict[str, str]:
    """What a cluster is in each collection of the folders."""
    return {
        name: unit for store in stores if store.has(MANIFEST) for name, unit in units_of(store.stored_manifest).items()
    }


def _ranks(store: Store) -> pa.Table:
    ranks = store.ranks if store.has(RANKS) or not holds_mteb_results(store.folder) else None
    if ranks is None or (not ranks.num_rows and holds_mteb_results(store.folder)):
        found = "holds only MTEB's scores, which have no value per query"
        raise ResultsError([Fault(str(store.folder), found, "evaluate the models on a collection to compare them")])
    return ranks


def _judgements(label: str, ranks: pa.Table) -> list[Judgement]:
    return [
        Judgement(label, row["system"], row["seed"], row["collection"])
        for row in ranks.group_by(["system", "seed", "collection"]).aggregate([]).to_pylist()
    ]


def _renamed(values: pa.Table, label: str, names: Mapping[tuple[str, str], str]) -> pa.Table:
    place = values.schema.get_field_index("system")
    systems = values.column(place).cast(pa.string()).combine_chunks().dictionary_encode()
    called = pa.array([names[label, name] for name in systems.dictionary.to_pylist()], pa.string())
    return values.set_column(place, "system", pa.DictionaryArray.from_arrays(systems.indices, called).cast(pa.string()))


def _unlike_texts(stores: Mapping[str, Store]) -> list[Fault]:
    """Faults of collections whose manifests tell of other texts, or of other candidates: with paragraph or without."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    faults: dict[str, Fault] = {}
    for label, store in stores.items():
        for one in store.manifest.collections if store.has(MANIFEST) else ():
            notes = {"candidate": one.notes.get("candidate"), "texts, by their hash": one.texts}
            told = {what: str(ours) for what, ours in notes.items() if ours}
            for what, ours in told.items():
                other, known = first.setdefault((one.name, what), (label, ours))
                if ours != known:
                    found = f"{what}: {ours} in {label}, {known} in {other}"
                    works = "evaluate both on the same collection with the same --languages"
                    faults.setdefault(one.name, Fault(one.name, f"cannot be compared: {found}", works))
    return list(faults.values())


def _unlike_pools(ranks: Mapping[str, pa.Table]) -> list[Fault]:
    """Faults of collections that share a name and not their passages or judgements: the ranks would not compare."""
    first: dict[tuple[str, ...], tuple[str, tuple[int, ...]]] = {}
    faults: dict[tuple[str, ...], Fault] = {}
    for label, table in ranks.items():
        counted = table.group_by([*POOL, "system", "seed"]).aggregate(
            [("pool_size", "min"), ("pool_size", "max"), ("rank", "count")]
        )
        for row in counted.to_pylist():
            key = tuple(row[name] for name in POOL)
            pool = (row["rank_count"], row["pool_size_min"], row["pool_size_max"])
            other, known = first.setdefault(key, (label, pool))
            if pool != known:
                found = f"{row['system']} of {label} has {_pool(pool)}, {other} has {_pool(known)}"
                works = "evaluate both on the same passages and relevance judgements"
                faults.setdefault(key[:2], Fault(", ".join(key), f"pools differ: {found}", works))
    return list(faults.values())


def _pool(pool: tuple[int, ...]) -> str:
    count, least, most = pool
    sizes = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{count:,} relevant passages in a pool of {sizes}"
