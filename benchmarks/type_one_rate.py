"""How often each test finds a difference where there is none, at .05: ours beside others, rows beside clusters.

    python benchmarks/type_one_rate.py [--simulations 1000] [--clusters 62 15] [--languages 11]

Two systems score questions in several languages. What a question is worth, and what a system makes of it, is shared by
its languages, so that rows of one question are alike. No system is better in the mean, in two ways:
alike: the systems are drawn alike, so differences are symmetric; skewed: one system loses much on few questions and
gains little on many, so the means are equal and the medians are not. Prints the share of simulations with p at most
.05, which must be near .05. Ours is `polybatch compare` whole, from the table of per-query values on.

A second table is of strategies that are equal, trained with several seeds whose luck moves a model's whole score: how
often the sign-flip test of clusters, which knows only these models, finds the one better, how often p does, and how
often the verdict.
"""

import argparse
import time
from collections.abc import Callable
from itertools import product

import numpy as np
import pyarrow as pa

from polybatch.statistics import Comparison, Method, compare
from polybatch.statistics.permutation import sign_flip

LEVEL = 0.05
PERMUTATIONS = 999
LUCK = (0.0, 0.05, 0.1, 0.3)  # beside .1, the standard error of a difference over 62 clusters
LANGUAGES_WITH_SEEDS = 3  # fewer, for time: with seeds only the clusters' means matter
SHAPES = ("alike", "skewed")
Test = Callable[[np.ndarray, int], float]  # scores and a seed to p


def simulate(rng: np.random.Generator, shape: str, *, clusters: int, languages: int) -> np.ndarray:
    """Scores of two systems in truth equal in the mean, shape (2, clusters, languages), around 0."""
    question = rng.normal(0, 1, (1, clusters, 1))
    system = rng.normal(0, 0.5, (2, clusters, 1))
    row = rng.normal(0, 0.7, (2, clusters, languages))
    if shape == "skewed":
        system[1] += 1.5 * (1 - rng.exponential(1, (clusters, 1)))
    return question + system + row


def with_seeds(rng: np.random.Generator, luck: float, *, seeds: int, clusters: int, languages: int) -> np.ndarray:
    """Scores of two strategies equal in truth, shape (2, seeds, clusters, languages); `luck`: deviation of a seed."""
    systems = simulate(rng, "alike", clusters=clusters, languages=languages)[:, None]
    return systems + rng.normal(0, 0.3, (2, seeds, clusters, languages)) + rng.normal(0, luck, (2, seeds, 1, 1))


def table(scores: np.ndarray) -> pa.Table:
    """Scores, shape (2, seeds, clusters, languages), as the per-query values of the multilingual setting."""
    system, seed, cluster, language = (index.ravel().astype(np.int32) for index in np.indices(scores.shape))
    questions = [f"q{number}" for number in range(scores.shape[2])]
    codes = [f"l{number}" for number in range(scores.shape[3])]
    same = {"collection": "simulated", "setting": "multilingual", "measure": "mAP", "passage_language": "all"}
    return pa.table(
        {name: pa.repeat(value, scores.size) for name, value in same.items()}
        | {
            "system": pa.DictionaryArray.from_arrays(system, ["a", "b"]),
            "seed": pa.array(seed + 1, pa.int64()),
            "cluster": pa.DictionaryArray.from_arrays(cluster, questions),
            "query_id": pa.DictionaryArray.from_arrays(cluster, questions),
            "query_language": pa.DictionaryArray.from_arrays(language, codes),
            "value": scores.ravel(),
        }
    )


def compared(scores: np.ndarray, number: int) -> Comparison:
    method = Method(permutations=PERMUTATIONS, resamples=PERMUTATIONS, seed=number)
    return compare(table(scores), method=method)[0]


def ours(scores: np.ndarray, number: int) -> float:
    return compared(scores[:, None], number).p


def by_rows(scores: np.ndarray, number: int) -> float:
    rows = (scores[1] - scores[0]).ravel()
    return sign_flip(rows, permutations=PERMUTATIONS, rng=np.random.default_rng(number))


def bootstrap_shift(scores: np.ndarray, number: int) -> float:
    """Bootstrap of the clusters' differences, shifted to mean 0, as a test."""
    differences = (scores[1] - scores[0]).mean(axis=1)
    rng = np.random.default_rng(number)
    drawn = rng.choice(differences - differences.mean(), size=(PERMUTATIONS, len(differences)))
    return float((1 + np.count_nonzero(abs(drawn.mean(axis=1)) >= abs(differences.mean()))) / (1 + PERMUTATIONS))


def wilcoxon(scores: np.ndarray, number: int) -> float:
    from scipy import stats

    return float(stats.wilcoxon((scores[1] - scores[0]).mean(axis=1)).pvalue)


def sign(scores: np.ndarray, number: int) -> float:
    from scipy import stats

    differences = (scores[1] - scores[0]).mean(axis=1)
    return float(stats.binomtest(int((differences > 0).sum()), len(differences)).pvalue)


TESTS: dict[str, Test] = {
    "polybatch compare (sign-flip of clusters)": ours,
    "the same, rows as units": by_rows,
    "bootstrap-shift of clusters": bootstrap_shift,
    "Wilcoxon of clusters (scipy)": wilcoxon,
    "sign test of clusters (scipy)": sign,
}


def rate(test: Test, shape: str, *, simulations: int, clusters: int, languages: int) -> float:
    """The share of simulations in which a test finds what is not there."""
    found = 0
    for number in range(simulations):
        rng = np.random.default_rng([SHAPES.index(shape), number])
        found += test(simulate(rng, shape, clusters=clusters, languages=languages), number) <= LEVEL
    return found / simulations


def seed_rates(
    seeds: int, luck: float, *, simulations: int, clusters: int, languages: int
) -> tuple[float, float, float]:
    """The shares of simulations in which clusters alone, p, and the verdict find one strategy better."""
    alone = both = verdicts = 0
    for number in range(simulations):
        rng = np.random.default_rng([seeds, number])
        one = compared(with_seeds(rng, luck, seeds=seeds, clusters=clusters, languages=languages), number)
        alone += one.p_models <= LEVEL
        both += one.p <= LEVEL
        verdicts += one.verdict in ("better", "worse")
    return alone / simulations, both / simulations, verdicts / simulations


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--clusters", type=int, nargs="+", default=[62, 15])
    parser.add_argument("--languages", type=int, default=11)
    chosen = parser.parse_args()
    cases = [(shape, clusters) for clusters in chosen.clusters for shape in SHAPES]
    heads = [f"{shape}, {clusters} clusters" for shape, clusters in cases]
    print(f"| test | {' | '.join(heads)} | seconds |\n|---|{'--:|' * (len(cases) + 1)}")
    for name, test in TESTS.items():
        clock = time.monotonic()
        rates = [
            rate(test, shape, simulations=chosen.simulations, clusters=clusters, languages=chosen.languages)
            for shape, clusters in cases
        ]
        print(f"| {name} | {' | '.join(f'{one:.3f}' for one in rates)} | {time.monotonic() - clock:.0f} |", flush=True)
    print("\n| seeds | luck of a seed | clusters alone | p | verdict |\n|--:|--:|--:|--:|--:|")
    size = {"simulations": chosen.simulations, "clusters": chosen.clusters[0], "languages": LANGUAGES_WITH_SEEDS}
    for seeds, luck in product((3, 5), LUCK):
        alone, both, verdict = seed_rates(seeds, luck, **size)
        print(f"| {seeds} | {luck} | {alone:.3f} | {both:.3f} | {verdict:.3f} |", flush=True)


if __name__ == "__main__":
    main()
