"""Measures, from the ranks of relevant passages alone: all of `results.json` comes out of `ranks.parquet` here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

import numpy as np
import pyarrow as pa

from polybatch.evaluation.results import ALL, MEAN, SETTINGS, Result, Setting


@dataclass(frozen=True, slots=True)
class RelevantRanks:
    """One query in one pool: the ranks of all its relevant passages from 1, and each one's language (an index)."""

    ranks: np.ndarray
    languages: np.ndarray


def average_precision(found: RelevantRanks) -> float:
    """Mean over the relevant passages of (hits so far / rank), over the full ranking, divided by all relevant."""
    ranks = np.sort(found.ranks)
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def recall(k: int) -> Callable[[RelevantRanks], float]:
    """Share of all relevant passages that stand at rank k or better."""
    return lambda found: float(np.mean(found.ranks <= k))


def rank_distance(found: RelevantRanks) -> float:
    """Worst rank minus best rank over the languages, each language standing with its best-ranked relevant passage.

    arXiv 2408.10536, section 3. With one language the distance is 0. Lower is better; it grows with the pool.
    """
    best = [found.ranks[found.languages == language].min() for language in np.unique(found.languages)]
    return float(max(best) - min(best))


@dataclass(frozen=True)
class _Measure:
    compute: Callable[[RelevantRanks], float]
    settings: tuple[Setting, ...]


MEASURES: dict[str, _Measure] = {
    "mAP": _Measure(average_precision, SETTINGS),
    "R@1": _Measure(recall(1), SETTINGS),
    "R@10": _Measure(recall(10), SETTINGS),
    "rank_distance": _Measure(rank_distance, ("multilingual",)),
}


def measure(ranks: pa.Table) -> list[Result]:
    """Every measure of every system, collection, setting and direction in a table of RANKS_SCHEMA, and macro means.

    A direction's value is the mean over its queries that have a relevant passage in the pool. The macro mean is the
    mean over directions (in the multilingual setting: over query languages), each counting the same.
    """
    rows: list[Result] = []
    for (system, strategy, seed, collection), directions in groupby(_by_direction(ranks), key=lambda entry: entry[0]):
        found = {key: queries for _, key, queries in directions}
        for setting in SETTINGS:
            inside = {key: queries for key, queries in found.items() if key[0] == setting}
            if not inside:
                continue
            for name, one in MEASURES.items():
                if setting not in one.settings:
                    continue
                values = {key: fmean(map(one.compute, queries)) for key, queries in inside.items()}
                head = (system, strategy, seed, collection, setting)
                rows.extend(
                    Result(*head, key[1], key[2], name, value, len(inside[key])) for key, value in values.items()
                )
                total = sum(map(len, inside.values()))
                pool = ALL if setting == "multilingual" else MEAN
                rows.append(Result(*head, MEAN, pool, name, fmean(values.values()), total))
    return rows


_Head = tuple[str, str | None, int | None, str]
_Key = tuple[str, str, str]


def _by_direction(ranks: pa.Table) -> Iterable[tuple[_Head, _Key, list[RelevantRanks]]]:
    """Queries of each direction, system by system in order of appearance, directions in sorted order."""
    columns = {name: ranks.column(name).to_pylist() for name in ranks.column_names if name not in ("rank", "pool_size")}
    values = ranks.column("rank").to_numpy()
    codes = {code: number for number, code in enumerate(sorted(set(columns["passage_language"])))}
    languages = np.array([codes[code] for code in columns["passage_language"]])
    heads: dict[_Head, dict[_Key, dict[str, list[int]]]] = {}
    for index, (system, strategy, seed, collection, query, asked, passage, setting) in enumerate(
        zip(
            *(columns[name] for name in ("system", "strategy", "seed", "collection", "query_id")),
            *(columns[name] for name in ("query_language", "passage_language", "setting")),
            strict=True,
        )
    ):
        key = (setting, asked, ALL if setting == "multilingual" else passage)
        queries = heads.setdefault((system, strategy, seed, collection), {}).setdefault(key, {})
        queries.setdefault(query, []).append(index)
    for head, directions in heads.items():
        for key in sorted(directions):
            picked = [np.array(indices) for indices in directions[key].values()]
            yield head, key, [RelevantRanks(values[indices], languages[indices]) for indices in picked]
