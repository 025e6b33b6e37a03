"""Retrieval by instruction: poisoned twins as hard negatives, and p-MRR (arXiv 2505.21439). No model, no files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from polybatch.errors import DataError, Fault


class Instructed(NamedTuple):
    """A query with the instruction that says which passages are wanted, and a passage that both ask for."""

    instruction: str
    query: str
    passage: str

    @property
    def text(self) -> str:
        """Instruction and query as the one text that is encoded."""
        return f"{self.instruction} {self.query}".strip()


@dataclass(frozen=True)
class Poisoned:
    """A triple with its two poisoned twins, which ask for something else: one of instruction and query is another's."""

    triple: Instructed
    wrong_instruction: Instructed
    wrong_query: Instructed

    def row(self) -> tuple[str, str, tuple[str, str]]:
        """What is looked up, what is to be found, and its hard negatives: a passage among instructed queries.

        The two sides of a training row change places, for the twins are other queries of one passage. Trained with a
        symmetric loss, an instructed query also looks for its passage among those of the batch. Prompts for queries and
        passages would go to the wrong sides: an encoder without prompts is to be trained so.
        """
        return self.triple.passage, self.triple.text, (self.wrong_instruction.text, self.wrong_query.text)


def poison(triples: Sequence[Instructed], *, seed: int) -> list[Poisoned]:
    """Give every triple its two twins, in their order, out of the other triples; the same for a seed.

    A wrong instruction is, where there is one, another instruction that is given with the same query, for that is the
    hardest to tell; else any other. A wrong query is likewise first sought among those with the same instruction. No
    twin asks for its passage in `triples`. Raises DataError for triples that no twin can be found for, all at once.
    """
    random, wanted = Random(seed), set(triples)
    parts = {"instruction": "query", "query": "instruction"}  # and the part that a near twin shares
    near = {part: _grouped(triples, shared, part) for part, shared in parts.items()}
    far = {part: list(dict.fromkeys(getattr(one, part) for one in triples)) for part in parts}

    def twin(one: Instructed, part: str) -> Instructed | None:
        for values in (near[part][getattr(one, parts[part])], far[part]):
            start = random.randrange(len(values))
            for value in (*values[start:], *values[:start]):
                found = one._replace(**{part: value})
                if found not in wanted:  # as the triple itself is
                    return found
        return None

    poisoned: list[Poisoned] = []
    faults: list[Fault] = []
    for number, one in enumerate(triples, start=1):
        wrong_instruction, wrong_query = twin(one, "instruction"), twin(one, "query")
        if wrong_instruction is None or wrong_query is None:
            part = "instruction" if wrong_instruction is None else "query"
            works = "triples with several instructions and queries, whose passages differ"
            faults.append(Fault(f"triple {number}", f"no other {part} that does not ask for its passage", works))
        else:
            poisoned.append(Poisoned(one, wrong_instruction, wrong_query))
    if faults:
        raise DataError(faults)
    return poisoned


def p_mrr(ranks: Mapping[str, Iterable[tuple[float, float]]]) -> float:
    """p-MRR in [-100, 100]: whether ranks follow an instruction that is changed; 0 for a ranker that ignores it.

    `ranks` holds for every query the ranks, from 1, under the old and the new instruction, of each passage that the new
    one makes irrelevant. One that falls from r to s scores 1 - r/s, one that rises s/r - 1; mean over the passages of
    a query, then over queries, times 100 (FollowIR, arXiv 2403.15246). Queries without passages are left out. Raises
    DataError for ranks under 1, and where no query has a passage.
    """
    faults: list[Fault] = []
    means: list[float] = []
    for query, pairs in ranks.items():
        scores = []
        for old, new in pairs:
            if old < 1 or new < 1:
                faults.append(Fault(f"query {query}", f"ranks {old} and {new}", "ranks count from 1"))
                continue
            scores.append(new / old - 1 if new < old else 1 - old / new)
        if scores:
            means.append(sum(scores) / len(scores))
    if not means and not faults:
        faults.append(Fault("p-MRR", "no passage whose relevance the instruction changes", "one or more"))
    if faults:
        raise DataError(faults)
    return 100 * sum(means) / len(means)


def _grouped(triples: Sequence[Instructed], by: str, part: str) -> dict[str, list[str]]:
    """The distinct values of one part of the triples for each value of another, in their order."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for one in triples:
        found[getattr(one, by)][getattr(one, part)] = None
    return {key: list(values) for key, values in found.items()}
