"""What a random ranker would score, exactly: every order of the pool equally likely. No simulation, no seeds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from math import fsum
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from polybatch.errors import Fault, ResultsError
from polybatch.evaluation.results import ALL, RANKS, Result, Setting
from polybatch.report.summary import MAP, RANK_DISTANCE, Quantity

_KEYS = ["setting", "query_language", "query_id", "passage_language", "pool_size"]


@cache
def rank_distance(per_language: tuple[int, ...], pool: int) -> float:
    """Expected worst minus best rank over languages, where a language's best rank stands for it.

    `per_language` counts the relevant passages of each language among a pool of `pool`. With m languages of one
    passage each it is (m-1)(pool+1)/(m+1). In general the best rank of a set of k passages is (pool+1)/(k+1) on
    average, and the worst of the languages' best ranks follows by inclusion and exclusion over sets of languages;
    those sums are the integral of prod(1 - x^k) over [0, 1]. One language alone gives 0.
    """
    coefficients = [1]
    for count in per_language:
        shifted = [0] * count + coefficients
        padded = coefficients + [0] * count
        coefficients = [a - b for a, b in zip(padded, shifted, strict=True)]
    integral = sum((Fraction(c, power + 1) for power, c in enumerate(coefficients)), Fraction())
    return float((pool + 1) * (1 - integral - Fraction(1, sum(per_language) + 1)))


@cache
def average_precision(relevant: int, pool: int) -> float:
    """Expected average precision of `relevant` passages among a pool of `pool`."""
    if pool == 1:
        return 1.0
    together = (relevant - 1) / (pool - 1)  # the chance that another given rank holds a relevant passage too
    return together + (1 - together) * _harmonic(pool) / pool


def recall(cut: int, pool: int) -> float:
    """Expected recall in the top `cut`, whatever the count of relevant passages."""
    return min(cut, pool) / pool


@cache
def _harmonic(n: int) -> float:
    return fsum(1 / i for i in range(1, n + 1))


def chance_of(folder: Path, results: Iterable[Result]) -> dict[Quantity, float]:
    """A random ranker's score for what `results` measure, from the pools in `ranks.parquet`.

    Empty where the folder has no ranks. The pools are those of each collection's first system and seed: they are
    the same for all. Raises ResultsError where the file cannot be read.
    """
    path = folder / RANKS
    if not path.exists():
        return {}
    first: dict[str, Result] = {}
    measures: dict[str, dict[str, None]] = {}
    for result in results:
        first.setdefault(result.collection, result)
        measures.setdefault(result.collection, {})[result.measure] = None
    try:
        return {
            quantity: value
            for name, result in first.items()
            for quantity, value in _scores(name, tuple(measures[name]), _pools(path, result)).items()
        }
    except (OSError, pa.ArrowException) as error:
        works = "evaluate again, or remove it to go without a random ranker"
        raise ResultsError([Fault(str(path), str(error).splitlines()[0], works)]) from None


def _pools(path: Path, result: Result) -> pa.Table:
    """Counts of relevant passages by query, pool and language, of one system and seed."""
    seed = pc.field("seed").is_null() if result.seed is None else pc.field("seed") == result.seed
    rows = (pc.field("collection") == result.collection) & (pc.field("system") == result.system) & seed
    return pq.read_table(path, columns=_KEYS, filters=rows).group_by(_KEYS).aggregate([([], "count_all")])


def _scores(name: str, measures: tuple[str, ...], pools: pa.Table) -> dict[Quantity, float]:
    per_language: dict[tuple[Setting, str, str, str, int], list[int]] = {}
    columns = (pools.column(key).to_pylist() for key in (*_KEYS, "count_all"))
    for setting, query, identity, passage, pool, count in zip(*columns, strict=True):
        direction = (setting, query, ALL if setting == "multilingual" else passage)
        per_language.setdefault((*direction, identity, pool), []).append(count)
    shapes: dict[tuple[Setting, str, str], Counter[tuple[tuple[int, ...], int]]] = {}
    for (setting, query, passage, _, pool), counts in per_language.items():
        shapes.setdefault((setting, query, passage), Counter())[tuple(sorted(counts)), pool] += 1
    found: dict[Quantity, float] = {}
    for (setting, query, passage), shape in sorted(shapes.items()):
        for measure in measures:
            if (value := _mean(measure, setting, shape)) is not None:
                found[Quantity(name, setting, query, passage, measure)] = value
    return found | _macro_means(found)


def _mean(measure: str, setting: Setting, shape: Mapping[tuple[tuple[int, ...], int], int]) -> float | None:
    """The mean over queries of one direction; None for a measure that chance is not worked out for."""
    total, queries = 0.0, 0
    for (counts, pool), times in sorted(shape.items()):
        if measure == MAP:
            value = average_precision(sum(counts), pool)
        elif measure == RANK_DISTANCE and setting == "multilingual":
            value = rank_distance(counts, pool)
        elif measure.startswith("R@") and measure[2:].isdecimal():
            value = recall(int(measure[2:]), pool)
        else:
            return None
        total, queries = total + times * value, queries + times
    return total / queries


def _macro_means(found: Mapping[Quantity, float]) -> dict[Quantity, float]:
    values: dict[Quantity, list[float]] = {}
    for quantity, value in found.items():
        macro = Quantity.macro(quantity.collection, quantity.setting, quantity.measure)
        values.setdefault(macro, []).append(value)
    return {macro: fsum(of) / len(of) for macro, of in values.items()}
