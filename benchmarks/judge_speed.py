"""The judge beside MTEB's retrieval path and the bare matrix products, on XQuAD-R in all three settings.

    python benchmarks/judge_speed.py DATA [--whole]

DATA is the folder of collections. All three get the same vectors: 384 dimensions, length 1, made of a part that the
versions of a question and its answer share, one that a language shares, and noise. Every one of the 132 pools is
judged; MTEB runs some pools of each setting, and its time is scaled to all, unless --whole lets it run them all (about
five minutes on two cores). Prints a Markdown table and how far the two judges' figures lie apart.

"The bare matrix products" are two things, and both stand in the table. Pool by pool: the product of each of the 132
pools, which is what any judge does that takes the pools one after the other; it multiplies everything twice, since the
multilingual pools are the others together. At once: all queries with all passages, in blocks, each product made once,
which is the least that any way must do, and what ours does. Every way is timed in turns with the others, so that what
else the machine does hits all alike; processor seconds say what it does to them.
"""

import argparse
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from polybatch.data.collections.table import load_collection
from polybatch.judging.judge import judge_vectors
from polybatch.judging.ranks import ROWS
from polybatch.measures.measures import measure
from polybatch.provenance import machine, versions
from polybatch.records import Collection, Passage, Query

DIMENSIONS = 384
REPEATS = 3
NAMES = {"ndcg_at_10": "nDCG@10", "recall_at_1": "R@1", "recall_at_10": "R@10"}  # MTEB's and ours
Vectors = dict[str, np.ndarray]


def vectors_of(collection: Collection) -> tuple[Vectors, Vectors]:
    rng = np.random.default_rng(0)
    meaning = {query: rng.standard_normal(DIMENSIONS) for query in sorted(collection.judgements)}
    answers = {one: meaning[query] for query, found in sorted(collection.judgements.items()) for one in found}

    def side(texts: dict[str, list[np.ndarray | None]]) -> Vectors:
        found = {}
        for code, shared in texts.items():
            language = rng.standard_normal(DIMENSIONS)
            own = rng.standard_normal((len(shared), DIMENSIONS))
            parts = [own[i] if one is None else one for i, one in enumerate(shared)]
            vectors = np.stack(parts) + 0.7 * language + 2.5 * rng.standard_normal((len(shared), DIMENSIONS))
            found[code] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return found

    queries = {code: [meaning[one.id] for one in found] for code, found in collection.queries.items()}
    passages = {code: [answers.get(one.id) for one in found] for code, found in collection.passages.items()}
    return side(queries), side(passages)  # type: ignore[arg-type]


class Times(NamedTuple):
    """Seconds by the clock, and of all processors together."""

    clock: float
    processor: float


def in_turns(*works: Callable[[], Any]) -> tuple[list[Times], list[Any]]:
    """The shortest times of each, one after the other in every round, and what the last round gave."""
    times: list[list[Times]] = [[] for _ in works]
    found: list[Any] = [None] * len(works)
    for _ in range(REPEATS):
        for number, work in enumerate(works):
            start = time.perf_counter(), time.process_time()
            found[number] = work()
            times[number].append(Times(time.perf_counter() - start[0], time.process_time() - start[1]))
    return [Times(*map(min, zip(*each, strict=True))) for each in times], found


def products(queries: Vectors, passages: Vectors) -> None:
    """The matrix product of every pool, by the library that the judge multiplies with."""
    import torch

    union = torch.from_numpy(np.concatenate(list(passages.values())))
    for asked in map(torch.from_numpy, queries.values()):
        for target in map(torch.from_numpy, passages.values()):
            asked @ target.T
        asked @ union.T


def one_product(queries: Vectors, passages: Vectors) -> None:
    """All queries with all passages once, in blocks like the judge's: the least that any way must do."""
    import torch

    union = torch.from_numpy(np.concatenate(list(passages.values())))
    asked = torch.from_numpy(np.concatenate(list(queries.values())))
    for start in range(0, len(asked), ROWS):
        asked[start : start + ROWS] @ union.T


def judge(collection: Collection, queries: Vectors, passages: Vectors) -> dict[tuple[str, ...], float]:
    found = judge_vectors(queries, passages, collection, system="x")
    rows = measure(found.ranks, ["mAP", "R@1", "R@10", "nDCG@10", "rank_distance"])
    return {(row.setting, row.query_language, row.passage_language, row.measure): row.value for row in rows}


def peer(
    collection: Collection, queries: Vectors, passages: Vectors, ours: dict[tuple[str, ...], float], whole: bool
) -> tuple[float, int, float]:
    """Seconds of MTEB for all pools, the pools that ran, and the largest difference from our figures."""
    from mteb_pools import Given, Pool, pools_of, run, task_of

    places: dict[str, int] = {}
    sides: tuple[Mapping[str, Sequence[Query | Passage]], ...] = (collection.queries, collection.passages)
    for side in sides:
        for code, found in side.items():
            places |= {f"{type(one).__name__} {code} {one.id}": len(places) + i for i, one in enumerate(found)}
    model = Given(np.concatenate([*queries.values(), *passages.values()]), places)

    def seconds(pool: Pool) -> tuple[float, float]:
        task = task_of(collection, [pool], lambda code, one: f"{type(one).__name__} {code} {one.id}")
        task.load_data()
        clock = time.perf_counter()
        scores = run(model, task).scores["test"][0]
        spent = time.perf_counter() - clock
        key = (pool.setting, pool.asked, pool.target or "all")
        apart = [abs(scores[theirs] - ours[*key, name]) for theirs, name in NAMES.items() if (*key, name) in ours]
        return spent, max(apart)

    pools = pools_of(collection)
    seconds(pools[0])  # what is imported and warmed up is not counted
    total, ran, apart = 0.0, 0, 0.0
    for setting in ("monolingual", "cross-lingual", "multilingual"):
        inside = [pool for pool in pools if pool.setting == setting]
        chosen = inside if whole else inside[:: max(1, len(inside) // 6)]
        times, differences = zip(*map(seconds, chosen), strict=True)
        total += sum(times) / len(chosen) * len(inside)
        ran, apart = ran + len(chosen), max(apart, *differences)
    return total, ran, apart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--whole", action="store_true", help="let MTEB run every pool")
    chosen = parser.parse_args()
    collection = load_collection("xquad-r", data=chosen.data)
    queries, passages = vectors_of(collection)
    (bare, least, ours), (_, _, values) = in_turns(
        lambda: products(queries, passages),
        lambda: one_product(queries, passages),
        lambda: judge(collection, queries, passages),
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    theirs, ran, apart = peer(collection, queries, passages, values, chosen.whole)
    languages = len(collection.languages)
    print(f"XQuAD-R, {languages} + {languages * (languages - 1)} + {languages} pools")
    print("| way | seconds | processor seconds | times the products, pool by pool | times them at once |")
    print("|---|--:|--:|--:|--:|")
    scaled = "" if chosen.whole else f" (scaled from {ran} pools)"
    for way, spent in (
        ("the products alone, pool by pool", bare),
        ("the products alone, at once", least),
        ("polybatch: exact ranks, top 20, five measures", ours),
    ):
        row = f"{spent.clock:.2f} | {spent.processor:.2f} | {spent.clock / bare.clock:.1f}"
        print(f"| {way} | {row} | {spent.clock / least.clock:.1f} |")
    row = f"{theirs:.1f} | | {theirs / bare.clock:.0f} | {theirs / least.clock:.0f}"
    print(f"| MTEB: top 1000, its measures{scaled} | {row} |")
    print(f"\nMTEB over polybatch: {theirs / ours.clock:.0f}. Peak memory of ours: {memory:.2f} GiB.")
    print(f"Largest difference of nDCG@10, R@1, R@10: {apart:.1e}.")
    print(f"mAP multilingual: {values['multilingual', 'mean', 'all', 'mAP']:.3f}. {machine()} {versions()}")


if __name__ == "__main__":
    main()
