"""Exact ranks in one large pool: 1,000,000 passages, 1,000 queries, 384 dimensions; the bare product beside them.

    python benchmarks/judge_pool.py [--passages N] [--queries N]

Every query has three relevant passages among random ones. Prints seconds, peak memory (the vectors counted in), how
often each passage was scored for each block of queries, and how many ranks differ from those by float64 products.
"""

import argparse
import resource
import time
from collections import Counter

import numpy as np

from polybatch.judging import scorers
from polybatch.judging.judge import judge_vectors
from polybatch.provenance import machine, versions
from polybatch.records import Collection, Passage, Query

DIMENSIONS, RELEVANT, CHECKED = 384, 3, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1_000)
    chosen = parser.parse_args()
    rng = np.random.default_rng(0)
    passages = rng.standard_normal((chosen.passages, DIMENSIONS), dtype=np.float32)
    answers = rng.permutation(chosen.passages)[: chosen.queries * RELEVANT].reshape(-1, RELEVANT)
    queries = passages[answers].mean(axis=1) + 0.9 * rng.standard_normal((chosen.queries, DIMENSIONS), dtype=np.float32)
    collection = Collection(
        "large",
        {"en": tuple(Query(str(number), str(number), "") for number in range(chosen.queries))},
        {"en": tuple(Passage(str(number), "") for number in range(chosen.passages))},
        {str(number): frozenset(map(str, found)) for number, found in enumerate(answers.tolist())},
    )
    bare = product_seconds(queries, passages)
    visits: Counter[int] = Counter()
    over = scorers.VectorScores.over

    def counted(self: scorers.VectorScores, columns: np.ndarray) -> scorers.Block:
        visits.update(columns.tolist())
        return over(self, columns)

    scorers.VectorScores.over = counted  # type: ignore[method-assign]
    clock = time.perf_counter()
    ranks = judge_vectors({"en": queries}, {"en": passages}, collection, system="x").ranks
    seconds = time.perf_counter() - clock
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found = dict(
        zip(
            zip(*(ranks.column(n).to_pylist() for n in ("query_id", "passage_id")), strict=True),
            ranks.column("rank").to_pylist(),
            strict=True,
        )
    )
    wrong = sum(found[str(q), str(p)] != rank for q, p, rank in exact(queries[:CHECKED], passages, answers))
    print(f"{chosen.passages:,} passages, {chosen.queries:,} queries, {DIMENSIONS} dimensions")
    print("| way | seconds | peak memory |\n|---|--:|--:|")
    print(f"| matrix product alone, in blocks | {bare:.1f} | |")
    print(f"| polybatch: exact ranks | {seconds:.1f} | {memory:.2f} GiB |")
    times = sorted(set(visits.values()))
    print(f"\nPassages scored: {len(visits):,}, each {times} times. Ranks from 1 to {max(found.values()):,.0f};")
    print(f"{wrong} of {CHECKED * RELEVANT} differ from float64. {machine()} {versions()}")


def product_seconds(queries: np.ndarray, passages: np.ndarray) -> float:
    import torch

    clock = time.perf_counter()
    for start in range(0, len(passages), scorers.WIDTH):
        torch.from_numpy(queries) @ torch.from_numpy(passages[start : start + scorers.WIDTH]).T
    return time.perf_counter() - clock


def exact(queries: np.ndarray, passages: np.ndarray, answers: np.ndarray) -> list[tuple[int, int, int]]:
    """Query, relevant passage and rank, by cosines in float64."""
    scores = np.empty((len(queries), len(passages)))
    for start in range(0, len(passages), scorers.WIDTH):
        block = passages[start : start + scorers.WIDTH].astype(np.float64)
        scores[:, start : start + len(block)] = queries @ (block / np.linalg.norm(block, axis=1, keepdims=True)).T
    return [
        (query, one, 1 + int(np.count_nonzero(scores[query] > scores[query, one])))
        for query in range(len(queries))
        for one in answers[query].tolist()
    ]


if __name__ == "__main__":
    main()
