"""Judge rankings that came from elsewhere, as run files: the ranks of relevant passages in them. No files here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from polybatch.errors import DataError, Fault
from polybatch.judging.candidates import rank_candidates
from polybatch.judging.checks import collection_faults
from polybatch.judging.layout import Layout
from polybatch.judging.mteb_tasks.pools import Pool, pools_of
from polybatch.judging.record import Names, ranks_table, top_table
from polybatch.judging.run_notes import run_depths, run_notes, shown, unjudged
from polybatch.measures.families import TOP_SIZE
from polybatch.progress import Silent
from polybatch.records import Collection
from polybatch.results.store import ALL
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA
from polybatch.results.trec_runs import Run

if TYPE_CHECKING:
    from torch import Tensor


class JudgedRun(NamedTuple):
    """Ranks (RANKS_SCHEMA), the best passages (TOP_SCHEMA) as far as runs name them, and notes on what they do not.

    `depth`: the fewest passages that a run names for a query it has; None where all runs name whole pools.
    """

    ranks: pa.Table
    top: pa.Table
    notes: tuple[str, ...]
    depth: int | None


def judge_runs(
    runs: Mapping[tuple[str, str], Run],
    collection: Collection,
    *,
    system: str,
    strategy: str | None = None,
    seed: int | None = None,
    top: int = TOP_SIZE,
) -> JudgedRun:
    """Ranks of the relevant passages in runs, and the best `top`, as `judge_collection` gives them for a model.

    `runs` has a run for each pair of query language and pool: a passage language (monolingual, cross-lingual), or
    `all`, the union of more than one (multilingual). Settings without a run have no row. Where queries are passages
    themselves, what a run says of the query's own is passed over. What a run does not name ties
    after all that it names: each such passage has the expected rank there, and the score NaN in the table, so that
    score_offset has no value. A measure with a cut-off no deeper than the run is then trec_eval's, where what is not
    retrieved gains nothing; one without gains the little that chance would give, and a rank distance between
    two answers that are not named is 0, however far apart they were. A query that a run lacks is one whose run is
    empty: it is judged, not left out, at chance. Notes count both and name the first, and say how deep a run is whose
    pool is deeper.

    A run of the union that names every passage for every query is one of each language too; where it does not, its
    depth tells nothing of those pools, and notes name them.

    Raises DataError with every fault of the collection and of the runs: a language or pool that is not there, a setting
    that the collection leaves out, a query not in that language, a passage not in that pool.
    """
    faults = collection_faults(collection)
    for (asked, pool), run in runs.items():
        faults += _faults(run, collection, asked, pool)
    if faults:
        raise DataError(faults)
    runs = {**runs, **_views(runs, collection)}
    tables, best = [RANKS_SCHEMA.empty_table()], [TOP_SCHEMA.empty_table()]
    notes: list[str] = []
    depths: list[int] = []
    for (asked, pool), run in runs.items():
        part = _part(collection, asked, pool)
        layout = Layout(part)
        if not len(layout.relevant.queries):
            continue
        scores = _RunScores.of(run, layout)
        numbers = np.arange(len(layout.queries))
        counts, found = rank_candidates(scores, layout, scores.columns, numbers, top=top, progress=Silent())
        lost = np.isneginf(counts.scores)
        counts = replace(counts, scores=scores.recorded(layout.relevant.queries, layout.relevant.passages))
        names = Names(system, strategy, seed)
        table = ranks_table(names, layout, counts)
        if pool == ALL:
            table = table.filter(pc.equal(table.column("setting"), "multilingual"))
        tables.append(table)
        if found and (pool == ALL or len(collection.languages) == 1):
            passages = np.where(np.isneginf(found.scores), -1, found.passages)
            shown = scores.recorded(np.arange(len(passages))[:, None], passages)
            best.append(top_table(names, layout, replace(found, scores=shown, passages=passages)))
        notes += run_notes(run, layout, lost, f"{collection.name}: run {asked}-{pool}")
        depths += run_depths(run, layout)[:1]
    notes += unjudged(runs, collection)
    return JudgedRun(
        pa.concat_tables(tables).unify_dictionaries(),
        pa.concat_tables(best).unify_dictionaries(),
        tuple(notes),
        min(depths, default=None),
    )


@dataclass(frozen=True)
class _RunScores:
    """The scores of a run, by the numbers of queries and passages.

    `found` has for each query the passages that the run names and their float64 scores. What is ranked by is the order
    of these, which no float32 blurs: the how manyth from below a score is, minus infinity for what is not named.
    """

    passages: int
    found: Sequence[tuple[np.ndarray, np.ndarray]]
    width: None = None

    @classmethod
    def of(cls, run: Run, layout: Layout) -> "_RunScores":
        place = {passage.id: number for number, passage in enumerate(layout.passages)}
        found = [run.get(query.id, {}) for query in layout.queries]
        numbers = [np.array([place[one] for one in each], dtype=np.int64) for each in found]
        scores = [np.array(list(each.values()), dtype=np.float64) for each in found]
        return cls(len(place), list(zip(numbers, scores, strict=True)))

    @property
    def columns(self) -> np.ndarray:
        """Every passage has its own: equal texts may have different scores in a run."""
        return np.arange(self.passages)

    def recorded(self, queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """The scores of some passages for some queries as a record holds them, float32; NaN for what is not named."""
        widest = np.finfo(np.float32)
        known = [dict(zip(places.tolist(), values.tolist(), strict=True)) for places, values in self.found]
        pairs = np.broadcast_arrays(queries, passages)
        flat = zip(pairs[0].ravel().tolist(), pairs[1].ravel().tolist(), strict=True)
        scores = np.array([known[query].get(passage, np.nan) for query, passage in flat], dtype=np.float64)
        return np.clip(scores, widest.min, widest.max).astype(np.float32).reshape(pairs[0].shape)

    def over(self, columns: np.ndarray) -> "Callable[[np.ndarray], Tensor]":
        import torch

        def block(queries: np.ndarray) -> "Tensor":
            scores = np.full((len(queries), self.passages), -np.inf, dtype=np.float32)
            for row, query in enumerate(queries):
                places, values = self.found[query]
                scores[row, places] = np.unique(values, return_inverse=True)[1]
            return torch.from_numpy(scores[:, columns])

        return block


def _part(collection: Collection, asked: str, pool: str) -> Collection:
    """The queries of one language and the passages of one pool."""
    passages = collection.passages if pool == ALL else {pool: collection.passages[pool]}
    inside = {passage.id for found in passages.values() for passage in found}
    judgements = {query: found & inside for query, found in collection.judgements.items()}
    return replace(collection, queries={asked: collection.queries[asked]}, passages=passages, judgements=judgements)


def _faults(run: Run, collection: Collection, asked: str, pool: str) -> list[Fault]:
    where = f"run {asked}-{pool}"
    pools = [*collection.languages, *([ALL] if len(collection.languages) > 1 else [])]
    faults = [
        Fault(where, f"no {what} {code!r}", f"{', '.join(known)} work")
        for what, code, known in (("queries in", asked, sorted(collection.queries)), ("pool", pool, pools))
        if code not in known
    ]
    if not faults and (setting := Pool(asked, pool).setting) not in collection.settings:
        works = f"{', '.join(collection.settings)} work"
        faults.append(Fault(where, f"{collection.name} has no {setting} setting", works))
    if faults:
        return faults
    part = _part(collection, asked, pool)
    queries = {query.id for query in part.queries[asked]}
    passages = {passage.id for found in part.passages.values() for passage in found}
    for what, given, known in (
        ("query", list(run), queries),
        ("passage", [one for found in run.values() for one in found], passages),
    ):
        unknown = [one for one in dict.fromkeys(given) if one not in known]
        if unknown:
            faults.append(Fault(where, f"{len(unknown)} unknown ids of a {what}: {shown(list(map(repr, unknown)))}"))
    return faults


def _views(runs: Mapping[tuple[str, str], Run], collection: Collection) -> dict[tuple[str, str], Run]:
    """Runs of one language each, out of those of the union that name all passages for all judged queries."""
    found: dict[tuple[str, str], Run] = {}
    every = collection.homes.keys()
    for pool in pools_of(collection).values():
        union = runs.get((pool.query, ALL))
        if union is None or pool.passage == ALL or (pool.query, pool.passage) in runs:
            continue
        asked = [query.id for query in collection.queries[pool.query]]
        own = {one: collection.itself(one, pool.query) for one in asked}
        judged = [one for one in asked if collection.judgements.get(one, frozenset()) - own[one]]
        if all(every - union.get(query, {}).keys() <= own[query] for query in judged):
            inside = [passage.id for passage in collection.passages[pool.passage]]
            found[pool.query, pool.passage] = {
                query: {one: union[query][one] for one in inside if one in union[query]} for query in judged
            }
    return found
