"""Per-query values into one value per cluster, system and seed, checked: the unit of every test. Not here: tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from polybatch.errors import Fault, ResultsError
from polybatch.records import SETTINGS
from polybatch.statistics.cells import COLUMNS, Cell, Quantity, Rows

SHOWN = 3  # ids named in a fault
SAME = "evaluate both on the same queries, and compare by a measure that each of them has"


@dataclass(frozen=True)
class Scores:
    """A system's values, shape (seeds, clusters); the mean over a seed's clusters is its macro mean."""

    seeds: tuple[int | None, ...]
    values: np.ndarray


@dataclass(frozen=True)
class Judged:
    """All systems that one quantity was measured of, on the same queries; `queries` counts all directions."""

    quantity: Quantity
    clusters: int
    queries: int
    systems: Mapping[str, Scores]


def by_cluster(
    values: pa.Table, *, measures: Sequence[str] | None = None, settings: Sequence[str] | None = None
) -> tuple[Judged, ...]:
    """Values of queries, a table of `cells.COLUMNS`, as values of clusters, for every collection, setting and measure.

    The macro mean gives each direction the same weight, so a query weighs 1 / (directions * queries of its direction),
    and a cluster's value is the weighted sum over its queries, in all their languages, times the number of clusters:
    **the mean over clusters is the macro mean**, to rounding. Where every cluster has one query in every direction,
    a cluster's value is the plain mean over its queries; a cluster that lacks directions counts for less.

    In the order in which collections and systems appear; settings and measures as asked, else as they stand. Raises
    ResultsError with all of: columns that lack, measures and settings that lack, values that are not finite, a query
    twice, systems that were not judged on the same queries or clusters, and a single cluster.
    """
    if missing := [name for name in COLUMNS if name not in values.column_names]:
        raise ResultsError([Fault("per-query values", f"no column {name}", _listed(COLUMNS)) for name in missing])
    faults = _absent(values, "measure", measures) + _absent(values, "setting", settings)
    rows = Rows.of(values)
    found: dict[Quantity, dict[tuple[str, int | None], Cell]] = {}
    for cell in rows.cells():
        quantity = cell.quantity
        if (measures is None or quantity.measure in measures) and (settings is None or quantity.setting in settings):
            found.setdefault(quantity, {})[cell.system, cell.seed] = cell
    if not found and not faults:
        asked = f"{', '.join(measures or ['any measure'])} in the setting {' or '.join(settings or SETTINGS)}"
        faults.append(Fault("per-query values", f"no value of {asked}"))
    told: dict[tuple[str, ...], Fault] = {}  # one fault of each place, not one for every measure
    for quantity, cells in found.items():
        told |= {key: fault for key, fault in _faults(quantity, list(cells.values()), rows).items() if key not in told}
    if faults := [*faults, *told.values()]:
        raise ResultsError(faults)
    order = {name: place for place, name in enumerate((*(settings or SETTINGS), *(measures or ())))}
    collections = rows.labels["collection"]
    return tuple(
        _judged(quantity, found[quantity], rows.labels["system"])
        for quantity in sorted(
            found,
            key=lambda q: (collections.index(q.collection), order.get(q.setting, len(order)), order.get(q.measure, 0)),
        )
    )


def _judged(quantity: Quantity, cells: Mapping[tuple[str, int | None], Cell], systems: Sequence[str]) -> Judged:
    first = next(iter(cells.values()))
    _, direction, in_direction = np.unique(first.directions, return_inverse=True, return_counts=True)
    names, cluster = np.unique(first.clusters, return_inverse=True)
    weights = len(names) / (len(in_direction) * in_direction[direction])
    scores = {}
    for system in systems:
        seeds = sorted((seed for name, seed in cells if name == system), key=lambda seed: (seed is not None, seed))
        if seeds:
            values = [np.bincount(cluster, weights * cells[system, seed].values) for seed in seeds]
            scores[system] = Scores(tuple(seeds), np.stack(values))
    return Judged(quantity, len(names), len(first.values), scores)


def _faults(quantity: Quantity, cells: Sequence[Cell], rows: Rows) -> dict[tuple[str, ...], Fault]:
    where = f"{quantity.collection}, {quantity.setting}"
    faults: dict[tuple[str, ...], Fault] = {}
    first = cells[0]
    for cell in cells:
        place = (*quantity[:2], str(cell))
        if len(bad := np.flatnonzero(~np.isfinite(cell.values))):
            found = f"{cell}: {quantity.measure} is no number for {_counted(cell.queries[bad], rows)}"
            faults[*place, quantity.measure] = Fault(where, found)
        if len(twice := cell.queries[1:][np.diff(cell.queries) == 0]):
            works = "one value a query, direction and measure works"
            faults[*place, "twice"] = Fault(where, f"{cell} has more than one value for {_counted(twice, rows)}", works)
        if len(np.setxor1d(cell.queries, first.queries)):
            faults[*place, "queries"] = Fault(where, _unlike(first, cell, rows), SAME)
        elif len(cell.queries) == len(first.queries) and len(other := np.flatnonzero(cell.clusters != first.clusters)):
            found = f"{cell} and {first} have different clusters for {_counted(cell.queries[other], rows)}"
            faults[*place, "clusters"] = Fault(where, found)
    if len(np.unique(first.clusters)) == 1:
        only = f"all queries are of one cluster, {rows.labels['cluster'][first.clusters[0]]}"
        faults[*quantity[:2], "one cluster"] = Fault(where, only, "a test needs two, and some dozens to find anything")
    return faults


def _unlike(first: Cell, cell: Cell, rows: Rows) -> str:
    counts = f"{first} has {first.quantity.measure} of {len(first.queries):,} queries, {cell} of {len(cell.queries):,}"
    sides = [(first, np.setdiff1d(first.queries, cell.queries)), (cell, np.setdiff1d(cell.queries, first.queries))]
    return "; ".join([counts, *(f"{side} alone of {_counted(only, rows)}" for side, only in sides if len(only))])


def _counted(queries: np.ndarray, rows: Rows) -> str:
    """`1 query: q7 (en-sw)`, `40 queries: q1 (en-sw), q2 (en-sw), q3 (en-sw), ...`."""
    shown = ", ".join(rows.query(number) for number in queries[:SHOWN])
    more = ", ..." if len(queries) > SHOWN else ""
    return f"{len(queries):,} {'query' if len(queries) == 1 else 'queries'}: {shown}{more}"


def _absent(values: pa.Table, column: str, asked: Sequence[str] | None) -> list[Fault]:
    known = pc.unique(values.column(column)).to_pylist()
    return [Fault(f"{column} {name}", "not in the values", _listed(known)) for name in asked or () if name not in known]


def _listed(known: Sequence[str]) -> str:
    return f"known: {', '.join(known)}" if known else "the table is empty"


def units_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What a cluster is, by collection of a run's manifest, such as `article`; lacks what was not stored."""
    notes = {stored["name"]: stored.get("notes") or {} for stored in manifest.get("collections") or ()}
    return {name: str(note["cluster"]) for name, note in notes.items() if note.get("cluster")}
