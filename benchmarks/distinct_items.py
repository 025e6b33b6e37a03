"""How many distinct items a strategy shows over one epoch and three, and how many two seeds have in common.

    python benchmarks/distinct_items.py

Corpora: nine languages with five questions a passage, of many passages and of as few as XQuAD-R has; one like mMARCO,
95 triples a passage in nine languages; and one of single rows. Batches of 100. A draw without replacement shows every
item once in an epoch. `within` is the least share over ten stretches of a tenth of an epoch to one epoch that begin
anywhere in three epochs, beside what draws without replacement (one pass after the other, each in a new order) show
over the same stretches.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from polybatch.sampling import STRATEGIES, CorpusShape, make_plan
from polybatch.sampling.shape import dataset_shape

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
    print("| corpus | strategy | items in 1 epoch | in 3 | least of any stretch | of two seeds |")
    print("|---|---|--:|--:|--:|--:|")
    for corpus, (passages, each) in CORPORA.items():
        shape = parallel(passages, each)
        print(f"| {corpus} | draw without replacement | 100 % | 100 % | 100 % | 100 % |")
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
    first, second = (rows(shape, strategy, composition, seed) for seed in (1, 2))
    epoch = len(first) // 3
    yield f"{distinct(first[:epoch]) / shape.rows:.0%}"
    yield f"{distinct(first) / shape.rows:.0%}"
    yield f"{min(against(first, shape.rows)):.0%}"
    # as chance has it: two seeds that each show a share of the items have the product of the shares in common
    tenth = epoch // 10
    seen = [np.unique(drawn[:tenth]) for drawn in (first, second)]
    common = len(np.intersect1d(*seen))
    by_chance = len(seen[0]) * len(seen[1]) / shape.rows
    yield f"{common / by_chance:.2f}"


def rows(shape: CorpusShape, strategy: str, composition: str, seed: int) -> np.ndarray:
    """The rows of three epochs in the order in which they are drawn."""
    plan = make_plan(shape, strategy, size=SIZE, seed=seed, composition=composition, epochs=3)  # type: ignore[arg-type]
    return np.concatenate([batch.rows for batch in plan.batches(0, 3 * plan.length)])


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
