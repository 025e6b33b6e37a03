"""How fast batches are planned, beside the samplers of sentence-transformers at the sizes they can do.

    python benchmarks/sampler_speed.py

Floor: a batch of 100 rows is 800 bytes of row numbers and 400 of languages; at 20,000 batches a second that is 24 MB/s
written, so neither memory nor its bandwidth bounds a plan, but the arithmetic of its permutations does. Each line is a
process of its own; memory is what it adds to a process that has imported the library.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice

SIZE = 100
LANGUAGES = ("ar", "de", "en", "es", "hi", "ru", "zh")


def memory() -> float:
    """The most memory that the process has held so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(batches: Callable[[], Iterator[object]], count: int, last: Callable[[], object] | None) -> dict[str, float]:
    before, clock = memory(), time.perf_counter()
    found = batches()
    next(found)
    first = time.perf_counter() - clock
    clock = time.perf_counter()
    drawn = sum(1 for _ in islice(found, count))
    rate = drawn / (time.perf_counter() - clock)
    clock = time.perf_counter()
    if last is not None:
        last()
    far = time.perf_counter() - clock if last is not None else float("nan")
    return {"first": first, "rate": rate, "far": far, "memory": memory() - before}


def planned(rows: int, composition: str, count: int) -> dict[str, float]:
    from polybatch.sampling.plan import Plan, make_plan
    from polybatch.table.shape import CorpusShape, parallel_dataset

    def make() -> Plan:
        shape = CorpusShape(LANGUAGES, (parallel_dataset("m", rows, languages=len(LANGUAGES)),))
        return make_plan(shape, "hybrid", size=SIZE, seed=1, composition=composition)  # type: ignore[arg-type]

    fresh = make()
    return measure(lambda: make().batches(0), count, lambda: fresh[rows // SIZE - 1])


def stock(rows: int, name: str, count: int) -> dict[str, float]:
    import torch
    from datasets import Dataset
    from sentence_transformers.base.sampler import DefaultBatchSampler, NoDuplicatesBatchSampler
    from torch.utils.data import RandomSampler

    texts = [f"a question about {row}" for row in range(rows)]
    dataset = Dataset.from_dict({"query": texts, "passage": [f"an answer on {row}" for row in range(rows)]})
    generator = torch.Generator()

    def make() -> Iterator[object]:
        if name == "no_duplicates":
            return iter(NoDuplicatesBatchSampler(dataset, SIZE, drop_last=True, generator=generator, seed=1))
        return iter(DefaultBatchSampler(RandomSampler(dataset, generator=generator), SIZE, drop_last=True))

    return measure(make, count, None)


CASES: tuple[tuple[str, str, int, str, int], ...] = (
    ("polybatch, mixed", "planned", 40_000_000, "mixed", 40_000),
    ("polybatch, pair", "planned", 40_000_000, "pair", 40_000),
    ("polybatch, mixed", "planned", 1_000_000, "mixed", 9_000),
    ("polybatch, mixed", "planned", 2_000, "mixed", 9_000),
    ("sentence-transformers, default", "stock", 1_000_000, "default", 9_000),
    ("sentence-transformers, no_duplicates", "stock", 100_000, "no_duplicates", 900),
    ("sentence-transformers, no_duplicates", "stock", 1_000_000, "no_duplicates", 900),
)


def main() -> None:
    print("| sampler | items | first batch, ms | batches a second | last batch of an epoch, ms | memory, MB |")
    print("|---|--:|--:|--:|--:|--:|")
    for case in CASES:
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        command = [sys.executable, __file__, json.dumps(case)]
        output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        found = json.loads(output.splitlines()[-1])
        far = "reads all before it" if found["far"] != found["far"] else f"{1000 * found['far']:.1f}"
        print(
            f"| {case[0]} | {case[2]:,} | {1000 * found['first']:,.1f} | {found['rate']:,.0f} | {far} "
            f"| {found['memory']:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        title, maker, item_count, how, batch_count = json.loads(sys.argv[1])
        print(json.dumps({"planned": planned, "stock": stock}[maker](item_count, how, batch_count)))
    else:
        main()
