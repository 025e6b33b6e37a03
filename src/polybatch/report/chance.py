"""What a random ranker would score on the pools of a run, by the quantities of a report. The computing is elsewhere."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow.compute as pc

from polybatch.errors import Fault, ResultsError
from polybatch.evaluation.measures import parse_measure, reference
from polybatch.evaluation.results import RANKS, Result, read_ranks
from polybatch.report.summary import Quantity


def chance_of(folder: Path, results: Iterable[Result]) -> dict[Quantity, float]:
    """A random ranker's score for what `results` measure, from the pools in `ranks.parquet`.

    Empty where the folder has no ranks; what cannot be said, or is no measure that this version knows, is left out. The
    pools are those of each collection's first system and seed: they are the same for all. Raises ResultsError where
    the file cannot be read.
    """
    if not (folder / RANKS).exists():
        return {}
    first: dict[str, Result] = {}
    measures: dict[str, dict[str, None]] = {}
    for result in results:
        first.setdefault(result.collection, result)
        if parse_measure(result.measure):
            measures.setdefault(result.collection, {})[result.measure] = None
    found: dict[Quantity, float] = {}
    try:
        for name, result in first.items():
            seed = pc.field("seed").is_null() if result.seed is None else pc.field("seed") == result.seed
            rows = (pc.field("collection") == name) & (pc.field("system") == result.system) & seed
            ranks = read_ranks(folder, filters=rows)
            random = reference(ranks, list(measures.get(name, ())), ranker="random")
            found |= {Quantity.of(row): row.value for row in random}
    except ResultsError as error:
        works = "evaluate again, or remove it to go without a random ranker"
        raise ResultsError(Fault(fault.where, fault.found, works) for fault in error.faults) from None
    return found
