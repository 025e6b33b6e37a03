"""What a random and an ideal ranker would score on the pools of a run. The computing is elsewhere."""

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow.compute as pc

from polybatch.errors import Fault, ResultsError
from polybatch.measures.measures import parse_measure, reference
from polybatch.report.summary import Quantity
from polybatch.results.store import RANKS, Result, Store


class References(NamedTuple):
    """The scores of a random and of an ideal ranker, by the quantities of a report."""

    random: dict[Quantity, float]
    ideal: dict[Quantity, float]


def references_of(store: Store, results: Iterable[Result]) -> References:
    """A random and an ideal ranker's score for what `results` measure, from the pools in `ranks.parquet`.

    Empty where the folder has no ranks; what cannot be said, or is no measure that this version knows, is left out. The
    pools are those of each collection's first system and seed: they are the same for all. Raises ResultsError where
    the file cannot be read.
    """
    found = References({}, {})
    if not store.has(RANKS):
        return found
    first: dict[str, Result] = {}
    measures: dict[str, dict[str, None]] = {}
    for result in results:
        first.setdefault(result.collection, result)
        if parse_measure(result.measure):
            measures.setdefault(result.collection, {})[result.measure] = None
    try:
        for name, result in first.items():
            seed = pc.field("seed").is_null() if result.seed is None else pc.field("seed") == result.seed
            rows = (pc.field("collection") == name) & (pc.field("system") == result.system) & seed
            ranks = store.ranks.filter(rows)
            chosen = list(measures.get(name, ()))
            found.random.update((Quantity.of(row), row.value) for row in reference(ranks, chosen, ranker="random"))
            found.ideal.update((Quantity.of(row), row.value) for row in reference(ranks, chosen, ranker="ideal"))
    except ResultsError as error:
        works = "evaluate again, or remove it to go without a random and an ideal ranker"
        raise ResultsError(Fault(fault.where, fault.found, works) for fault in error.faults) from None
    return found
