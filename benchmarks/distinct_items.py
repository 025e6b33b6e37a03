"""How many distinct items each strategy shows over one epoch and three, and how many different seeds share.

    python benchmarks/distinct_items.py

Corpora: nine languages with five questions a passage, of many passages and of as few as XQuAD-R has; one like mMARCO,
95 triples a passage; and single rows. Batches of 100. A draw without replacement shows every item once an epoch.
"Least of any stretch": ten stretches of a tenth of an epoch to one epoch that begin anywhere in three epochs; the
distinct items as a share of those that draws without replacement (one pass after the other, each in a new order) show
over the same stretch, the least of ten. "Shared by seeds": the items that two seeds both show in the first quarter of
an epoch, as a multiple of what chance has; the mean over the pairs of eight seeds. It may be run on other versions of
polybatch by PYTHONPATH.
"""

import argparse
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from polybatch.sampling import STRATEGIES, make_plan
from polybatch.table.shape import CorpusShape, dataset_shape

SIZE = 100
LANGUAGES = ("ar", "de", "en", "es", "hi", "ne", "ru", "sw", "zh")
CORPORA = {
    "4,000 passages, 5 questions each": (4000, 5),
    "240 passages, 5 questions each": (240, 5),
    "1,000 passages, 95 triples each": (1000, 95),
    "20,000 rows, each its own passage": (20_000, 1),
}


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print("| corpus | strategy | items in 1 epoch | in 3 | least of any stretch | shared by seeds |")
    print("|---|---|--:|--:|--:|--:|")
    for corpus, (passages, each) in CORPORA.items():
        shape = parallel(passages, each)
        print(f"| {corpus} | draw without replacement | 100% | 100% | 100% | 1.00 |")
        for strategy in STRATEGIES:
            for composition in ("mixed", "pair") if strategy in ("x-y", "hybrid") else ("mixed",):
                name = f"{STRATEGIES[strategy].title}{', pair' * (composition == 'pair')}"
                print(f"| {corpus} | {name} | {' | '.join(shares(shape, strategy, composition))} |", flush=True)


def parallel(passages: int, each: int) -> CorpusShape:
    """Every item in every language."""
    groups = np.repeat(np.arange(passages), each)
    present = np.ones((1, 2, len(LANGUAGES)), dtype=bool)
    pattern_of = np.zeros(len(groups), dtype=np.int64)
    return CorpusShape(LANGUAGES, (dataset_shape("items", present, groups, pattern_of=pattern_of),))


def shares(shape: CorpusShape, strategy: str, composition: str) -> Iterator[str]:
    epoch = shape.rows // SIZE
    drawn = rows(shape, strategy, composition, seed=1, batches=3 * epoch)
    yield f"{distinct(drawn[: epoch * SIZE]) / shape.rows:.0%}"
    yield f"{distinct(drawn) / shape.rows:.0%}"
    yield f"{min(against(drawn, shape.rows)):.0%}"
    seen = [np.unique(rows(shape, strategy, composition, seed, batches=max(1, epoch // 4))) for seed in range(8)]
    multiples = [
        len(np.intersect1d(one, other)) * shape.rows / len(one) / len(other) for one, other in combinations(seen, 2)
    ]
    yield f"{np.mean(multiples):.2f}"


def rows(shape: CorpusShape, strategy: str, composition: str, seed: int, *, batches: int) -> np.ndarray:
    """The rows of the first batches in the order in which they are drawn."""
    plan = make_plan(shape, strategy, size=SIZE, seed=seed, composition=composition, epochs=3)  # type: ignore[arg-type]
    return np.concatenate([batch.rows for batch in plan.batches(0, batches)])


def against(drawn: np.ndarray, count: int) -> Iterator[float]:
    """Distinct items of stretches as a share of those of draws without replacement over the same stretches."""
    rng = np.random.default_rng(1)
    ideal = np.concatenate([rng.permutation(count) for _ in range(3)])
    for part in np.linspace(0.1, 1, 10):
        length = int(part * count)
        start = int(rng.integers(0, len(drawn) - length + 1))
        yield distinct(drawn[start : start + length]) / distinct(ideal[start : start + length])


def distinct(drawn: np.ndarray) -> int:
    return len(np.unique(drawn))


if __name__ == "__main__":
    main()
