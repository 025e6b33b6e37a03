"""What must be said of runs that are judged: what they do not name, how deep they are, which pools have none."""

from collections.abc import Mapping, Sequence

import numpy as np

from polybatch.judging.checks import SHOWN
from polybatch.judging.layout import Layout
from polybatch.judging.mteb_tasks.pools import pools_of
from polybatch.records import Collection
from polybatch.results.trec_runs import Run


def run_notes(run: Run, layout: Layout, lost: np.ndarray, where: str) -> list[str]:
    """Queries and relevant passages that a run lacks, and its depth. `lost`: whether it lacks each pair's passage."""
    notes = []
    answers = ~layout.itself
    judged = [layout.queries[query].id for query in np.unique(layout.relevant.queries[answers])]
    if absent := [query for query in judged if query not in run]:
        notes.append(f"{where}: {len(absent)} of {len(judged)} queries are not in it: {shown(absent)}")
    if depths := run_depths(run, layout):
        depth = f"{depths[0]:,}" if depths[0] == depths[-1] else f"{depths[0]:,} to {depths[-1]:,}"
        told = f"cut-offs up to {depths[0]:,} are exact; beyond, and without one, what it does not name counts as tied"
        notes.append(f"{where}: names {depth} of {len(layout.passages):,} passages a query: {told}")
    lost = lost & answers
    if lost.any():
        pairs = [
            f"{layout.passages[passage].id} ({layout.queries[query].id})"
            for query, passage in zip(layout.relevant.queries[lost], layout.relevant.passages[lost], strict=True)
        ]
        found = f"{lost.sum()} of {answers.sum()} relevant passages are not in it and rank after all that it names"
        notes.append(f"{where}: {found}: {shown(pairs)}")
    return notes


def run_depths(run: Run, layout: Layout) -> list[int]:
    """How many passages a run names for each query that it has, ascending; none where it names every candidate."""
    judged = np.unique(layout.relevant.queries[~layout.itself])
    there = [
        (len(run[one.id]), layout.candidates[query]) for query in judged if (one := layout.queries[query]).id in run
    ]
    return sorted(named for named, _ in there) if any(named < candidates for named, candidates in there) else []


def unjudged(runs: Mapping[tuple[str, str], Run], collection: Collection) -> list[str]:
    """A sentence for each setting of a collection of which a pool has no run."""
    notes = []
    for setting in collection.settings:
        pools = [f"{pool.query}-{pool.passage}" for pool in pools_of(collection).values() if pool.setting == setting]
        lacking = [pool for pool in pools if tuple(pool.split("-")) not in runs]
        if lacking:
            share = "no" if len(lacking) == len(pools) else f"{len(pools) - len(lacking)} of {len(pools)}"
            works = "a run of the union counts for them only if it names every passage"
            why = "" if setting == "multilingual" else f"; {works}"
            found = f"{share} pools of the {setting} setting have rankings: no run of {shown(lacking)}{why}"
            notes.append(f"{collection.name}: {found}")
    return notes


def shown(words: Sequence[str]) -> str:
    """The first few words, and a sign that there are more."""
    return ", ".join(words[:SHOWN]) + ", …" * (len(words) > SHOWN)
