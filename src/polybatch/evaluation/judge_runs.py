"""Judge rankings that came from elsewhere, as run files: the ranks of relevant passages in them. No files here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from polybatch.errors import DataError, Fault
from polybatch.evaluation.checks import SHOWN, collection_faults
from polybatch.evaluation.layout import Layout
from polybatch.evaluation.ranks import count_ranks
from polybatch.evaluation.record import Names, ranks_table
from polybatch.evaluation.results import ALL, RANKS_SCHEMA
from polybatch.evaluation.trec_runs import Run
from polybatch.progress import Silent
from polybatch.records import Collection

if TYPE_CHECKING:
    from torch import Tensor


class JudgedRun(NamedTuple):
    """Ranks (RANKS_SCHEMA), and notes on what the runs do not name."""

    ranks: pa.Table
    notes: tuple[str, ...]


def judge_runs(
    runs: Mapping[tuple[str, str], Run],
    collection: Collection,
    *,
    system: str,
    strategy: str | None = None,
    seed: int | None = None,
) -> JudgedRun:
    """Ranks of the relevant passages in runs, as `judge_collection` gives them for a model.

    `runs` has a run for each pair of query language and pool: a passage language (monolingual, cross-lingual), or
    `all`, the union of more than one (multilingual). Settings without a run have no row. What a run does not name ties
    after all that it names: each such passage has the expected rank there, and the score NaN in the table, so that
    score_offset has no value. A measure with a cut-off no deeper than the run is then trec_eval's, where what is not
    retrieved gains nothing; one without gains the little that chance would give, and rank distances are expected ones.
    A query that a run lacks is one whose run is empty: it is judged, not left out, at chance. Notes count both and name
    the first.

    Raises DataError with every fault of the collection and of the runs: a language or pool that is not there, a query
    not in that language, a passage not in that pool.
    """
    faults = collection_faults(collection)
    for (asked, pool), run in runs.items():
        faults += _faults(run, collection, asked, pool)
    if faults:
        raise DataError(faults)
    tables = [RANKS_SCHEMA.empty_table()]
    notes: list[str] = []
    for (asked, pool), run in runs.items():
        part = _part(collection, asked, pool)
        layout = Layout(part)
        if not len(layout.relevant.queries):
            continue
        scores = _RunScores.of(run, layout)
        every = np.arange(len(layout.passages))
        counts = count_ranks(
            scores,
            layout.pool(every),
            np.arange(len(layout.queries)),
            layout.relevant,
            top=None,
            progress=Silent(),
            name=collection.name,
        )
        lost = np.isneginf(counts.scores)
        counts = replace(counts, scores=np.where(lost, np.float32(np.nan), counts.scores))
        table = ranks_table(Names(system, strategy, seed), layout, counts)
        if pool == ALL:
            table = table.filter(pc.equal(table.column("setting"), "multilingual"))
        tables.append(table)
        notes += _notes(run, layout, lost, f"{collection.name}: run {asked}-{pool}")
    return JudgedRun(pa.concat_tables(tables).unify_dictionaries(), tuple(notes))


@dataclass(frozen=True)
class _RunScores:
    """The scores of a run, by the numbers of queries and passages; what it does not name has minus infinity."""

    passages: int
    found: Sequence[tuple[np.ndarray, np.ndarray]]
    width: None = None

    @classmethod
    def of(cls, run: Run, layout: Layout) -> "_RunScores":
        place = {passage.id: number for number, passage in enumerate(layout.passages)}
        found = [run.get(query.id, {}) for query in layout.queries]
        numbers = [np.array([place[one] for one in each], dtype=np.int64) for each in found]
        scores = [np.array(list(each.values()), dtype=np.float32) for each in found]
        return cls(len(place), list(zip(numbers, scores, strict=True)))

    @property
    def columns(self) -> np.ndarray:
        """Every passage has its own: equal texts may have different scores in a run."""
        return np.arange(self.passages)

    def over(self, columns: np.ndarray) -> "Callable[[np.ndarray], Tensor]":
        import torch

        def block(queries: np.ndarray) -> "Tensor":
            scores = np.full((len(queries), self.passages), -np.inf, dtype=np.float32)
            for row, query in enumerate(queries):
                places, values = self.found[query]
                scores[row, places] = values
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
            shown = ", ".join(map(repr, unknown[:SHOWN])) + ", …" * (len(unknown) > SHOWN)
            faults.append(Fault(where, f"{len(unknown)} unknown ids of a {what}: {shown}"))
    return faults


def _notes(run: Run, layout: Layout, lost: np.ndarray, where: str) -> list[str]:
    notes = []
    judged = [layout.queries[query].id for query in np.unique(layout.relevant.queries)]
    if absent := [query for query in judged if query not in run]:
        shown = ", ".join(absent[:SHOWN]) + ", …" * (len(absent) > SHOWN)
        notes.append(f"{where}: {len(absent)} of {len(judged)} queries are not in it: {shown}")
    if lost.any():
        pairs = [
            f"{layout.passages[passage].id} ({layout.queries[query].id})"
            for query, passage in zip(
                layout.relevant.queries[lost][:SHOWN], layout.relevant.passages[lost][:SHOWN], strict=True
            )
        ]
        shown = ", ".join(pairs) + ", …" * (int(lost.sum()) > SHOWN)
        found = f"{lost.sum()} of {len(lost)} relevant passages are not in it and rank after all that it names"
        notes.append(f"{where}: {found}: {shown}")
    return notes
