"""How often `polybatch compare` errs, and how often it finds what is there: simulated truth, and seeds of a real run.

    python benchmarks/error_rates.py [errors|families|power|seeds|rivals] [--simulations 2000]
    python benchmarks/error_rates.py run FOLDER [--measure mAP]

Two systems' scores of clusters are drawn: a deviation of .2 over clusters of the difference, .08 of seed by cluster,
and `luck` of a seed's mean. What is measured is the project's own code, `choose_test` and `holm`, but for `rivals`.

errors: nothing differs; share of p at most .05, which is also what the 95 % interval leaves out. One seed each speaks
of the models, so that luck is left out there. Three shapes of the clusters' differences: normal, gamma with a skewness
of 1, exponential (skewness 2).
families: five equal systems, all ten pairs; how often Holm lets any through.
power: one real difference of just the minimum detectable effect that is printed on average, in a family of comparisons
of which the others differ in nothing; how often its verdict is "significant". The promise is .8.
seeds: a real difference of .05 and a luck of .03: how often more seeds find it.
rivals: the quantiles chosen, Satterthwaite's degrees of freedom, and twice the seed deviation, on normal draws.
run: two groups of seeds of one system of a stored run differ by chance alone: how often are they found to differ. And
labels of two systems swapped at random by cluster: how often p by question, and by cluster, finds a difference.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import combinations, product
from pathlib import Path

import numpy as np
from scipy.special import stdtr

from polybatch.statistics.clusters import Scores, by_cluster
from polybatch.statistics.crossed import Crossed, Part, seed_deviation
from polybatch.statistics.family import Method, SignificanceTest, choose_test
from polybatch.statistics.holm import LEVEL, holm, levels
from polybatch.statistics.permutation import SignFlips

OF_CLUSTERS, OF_RESIDUAL = 0.2, 0.08  # deviations of the difference of two systems
PERMUTATIONS = 999
SHAPES: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": lambda rng, size: rng.normal(size=size),
    "skewness 1": lambda rng, size: (rng.gamma(4, size=size) - 4) / 2,
    "skewness 2": lambda rng, size: rng.exponential(size=size) - 1,
}
CLUSTERS, SEEDS, LUCK = (15, 48, 240, 1190), (1, 2, 3, 5, 10), (0.0, 0.003, 0.01, 0.03)


def scores(rng: np.random.Generator, systems: int, seeds: int, clusters: int, luck: float, shape: str) -> np.ndarray:
    """Values of systems that are equal in truth, shape (systems, seeds, clusters)."""
    own = SHAPES[shape](rng, (systems, 1, clusters)) * OF_CLUSTERS / 2**0.5
    own[1::2] *= -1  # so that the difference of two neighbours is as skewed as each of them
    by_seed = rng.normal(0, 1, (systems, seeds, 1)) * luck / 2**0.5
    return own + by_seed + rng.normal(0, OF_RESIDUAL / 2**0.5, (systems, seeds, clusters))


def tested(ours: np.ndarray, theirs: np.ndarray, number: int) -> SignificanceTest:
    """The test of two systems with the same seeds."""
    names = tuple(range(len(ours)))
    return choose_test(Scores(names, ours), Scores(names, theirs), Method(PERMUTATIONS, number))


def rate(shape: str, seeds: int, clusters: int, luck: float, simulations: int) -> float:
    """How often a difference that is not there is significant at .05."""
    wrong = 0
    for number in range(simulations):
        rng = np.random.default_rng([number, seeds, clusters])
        ours, theirs = scores(rng, 2, seeds, clusters, luck, shape)
        wrong += tested(ours, theirs, number).p <= LEVEL
    return wrong / simulations


def errors(simulations: int) -> Iterator[str]:
    for shape in SHAPES:
        heads = [f"{clusters:,} clusters, luck {luck:g}" for clusters, luck in product(CLUSTERS, LUCK)]
        yield f"\n{shape}\n\n| seeds | {' | '.join(heads)} |\n|--:|{'--:|' * len(heads)}"
        for seeds in SEEDS:
            cells = [
                "" if seeds == 1 and luck else f"{rate(shape, seeds, clusters, luck, simulations):.3f}"
                for clusters, luck in product(CLUSTERS, LUCK)
            ]
            yield f"| {seeds} | {' | '.join(cells)} |"


def families(simulations: int) -> Iterator[str]:
    heads = [f"{clusters:,} clusters, luck {luck:g}" for clusters, luck in product(CLUSTERS, LUCK)]
    yield f"| seeds | {' | '.join(heads)} |\n|--:|{'--:|' * len(heads)}"
    for seeds in SEEDS:
        cells = []
        for clusters, luck in product(CLUSTERS, LUCK):
            if seeds == 1 and luck:
                cells.append("")
                continue
            wrong = 0
            for number in range(simulations):
                rng = np.random.default_rng([number, seeds, clusters])
                drawn = scores(rng, 5, seeds, clusters, luck, "normal")
                ps = [tested(drawn[one], drawn[other], number).p for one, other in combinations(range(5), 2)]
                wrong += min(holm(ps)) <= LEVEL
            cells.append(f"{wrong / simulations:.3f}")
        yield f"| {seeds} | {' | '.join(cells)} |"


def power(simulations: int) -> Iterator[str]:
    yield "| seeds | clusters | luck | family | effect printed | found |\n|--:|--:|--:|--:|--:|--:|"
    for seeds, clusters, luck, family in product((1, 3, 5, 10), (15, 48, 240), (0.003, 0.03), (1, 10)):
        if seeds == 1 and luck > 0.003:
            continue
        luck = 0.0 if seeds == 1 else luck
        printed = [made[1] for made in _planted(seeds, clusters, luck, family, 0.0, min(500, simulations), True)]
        effect = float(np.mean(printed))
        verdicts = [made[0] for made in _planted(seeds, clusters, luck, family, effect, simulations, False)]
        yield f"| {seeds} | {clusters} | {luck:g} | {family} | {effect:.3f} | {np.mean(verdicts):.3f} |"


def _planted(
    seeds: int, clusters: int, luck: float, family: int, effect: float, simulations: int, printing: bool
) -> Iterator[tuple[bool, float]]:
    """Whether the first comparison of a family is significant, and its minimum detectable effect where asked for."""
    for number in range(simulations):
        rng = np.random.default_rng([number, seeds, clusters, family, printing])
        tests = []
        for place in range(family):
            ours, theirs = scores(rng, 2, seeds, clusters, luck, "normal")
            tests.append(tested(ours + effect * (place == 0), theirs, number))
        ps = [test.p for test in tests]
        yield holm(ps)[0] <= LEVEL, tests[0].detectable(levels(ps)[0]) if printing else 0.0


def seeds_find(simulations: int) -> Iterator[str]:
    yield "| seeds | found, of 62 clusters | by p and twice the seed deviation, as before |\n|--:|--:|--:|"
    for seeds in (2, 3, 5, 10, 20):
        found = before = 0
        for number in range(simulations):
            rng = np.random.default_rng([number, seeds])
            ours, theirs = scores(rng, 2, seeds, 62, 0.03, "normal")
            significant = tested(ours + 0.05, theirs, number).p <= LEVEL
            gain = float((ours + 0.05 - theirs).mean())
            found += significant
            before += significant and abs(gain) >= 2 * (seed_deviation(ours, theirs, paired=True) or 0)
        yield f"| {seeds} | {found / simulations:.3f} | {before / simulations:.3f} |"


def rivals(simulations: int) -> Iterator[str]:
    """On the mean squares alone, which are chi-squared: many more draws."""
    draws = 50 * simulations
    yield "| seeds | clusters | luck | ours, .05 | Satterthwaite, .05 | ours, .0025 | Satterthwaite, .0025 |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for seeds, clusters, luck in product((2, 3, 5, 10), (15, 240, 1190), (0.0, 0.01, 0.03)):
        rng = np.random.default_rng([seeds, clusters])
        noise = OF_RESIDUAL**2 / (seeds * clusters)
        of_seeds, of_clusters = luck**2 / seeds, OF_CLUSTERS**2 / clusters
        degrees = (seeds - 1, clusters - 1, (seeds - 1) * (clusters - 1))
        mean = np.abs(rng.normal(0, (of_seeds + of_clusters + noise) ** 0.5, draws))
        squares = [
            variance * rng.chisquare(free, draws) / free
            for variance, free in zip((of_seeds + noise, of_clusters + noise, noise), degrees, strict=True)
        ]
        seed = np.maximum(squares[0] - squares[2], squares[2] / degrees[0])
        whole = np.maximum(squares[0] - squares[2], 0) + squares[1]
        free = whole**2 / sum(square**2 / n for square, n in zip(squares, degrees, strict=True))
        satterthwaite = 2 * stdtr(free, -mean / np.sqrt(whole))
        cells = []
        for level in (LEVEL, LEVEL / 20):
            limits = [Crossed(0, (Part(1.0, n),)).quantile(level / 2) for n in degrees[:2]]
            critical = (limits[0] * seed + limits[1] * squares[1]) / np.sqrt(seed + squares[1])
            cells += [f"{np.mean(mean >= critical):.4f}", f"{np.mean(satterthwaite <= level):.4f}"]
        yield f"| {seeds} | {clusters:,} | {luck:g} | {' | '.join(cells)} |"


def of_run(folder: Path, measure: str, simulations: int) -> Iterator[str]:
    import pyarrow.compute as pc

    from polybatch.results.store import Store
    from polybatch.statistics.folders import read_values

    values = read_values([Store(folder)], measures=[measure])
    questions = values.set_column(values.schema.get_field_index("cluster"), "cluster", values.column("query_id"))
    rng = np.random.default_rng(0)
    yield "| setting | system | seeds | groups of seeds found to differ |\n|---|---|--:|--:|"
    stored = by_cluster(values)
    for each in stored:
        for system, found in each.systems.items():
            for size in (3, 5):
                if len(found.seeds) >= 2 * size:
                    wrong = sum(_split(found.values, size, rng) for _ in range(simulations))
                    yield f"| {each.quantity.setting} | {system} | {size} | {wrong / simulations:.3f} |"
    yield "\n| setting | systems | unit | labels swapped by the largest unit: found to differ |\n|---|---|---|--:|"
    largest = dict(zip(values.column("query_id").to_pylist(), values.column("cluster").to_pylist(), strict=True))
    names = {unit: np.unique(ids) for unit, ids in (("question", list(largest)), ("cluster", list(largest.values())))}
    home = np.searchsorted(names["cluster"], [largest[question] for question in names["question"]])
    for setting in pc.unique(values.column("setting")).to_pylist():
        tables = {"question": questions, "cluster": values}
        by = {unit: by_cluster(table, settings=[setting])[0] for unit, table in tables.items()}
        for one, other in combinations(by["cluster"].systems, 2):
            rates = dict.fromkeys(by, 0)
            differences = {
                unit: each.systems[one].values[0] - each.systems[other].values[0] for unit, each in by.items()
            }
            for number in range(simulations):
                signs = rng.choice((-1.0, 1.0), len(names["cluster"]))
                for unit, difference in differences.items():
                    centred = difference - difference.mean()
                    swapped = centred * (signs if unit == "cluster" else signs[home])
                    flips = SignFlips(swapped, Crossed(float(swapped.mean()), ()), PERMUTATIONS, number)
                    rates[unit] += flips.p <= LEVEL
            for unit, wrong in rates.items():
                count = len(differences[unit])
                yield f"| {setting} | {one}, {other} | {count:,} {unit}s | {wrong / simulations:.3f} |"


def _split(values: np.ndarray, size: int, rng: np.random.Generator) -> bool:
    """Whether two groups of seeds, drawn from one system's, are found to differ."""
    drawn = rng.permutation(len(values))
    ours, theirs = values[drawn[:size]], values[drawn[size : 2 * size]]
    names = tuple(range(size))
    return choose_test(Scores(names, ours), Scores(names, theirs), Method(PERMUTATIONS)).p <= LEVEL


PARTS: dict[str, Callable[[int], Iterator[str]]] = {
    "errors": errors,
    "families": families,
    "power": power,
    "seeds": seeds_find,
    "rivals": rivals,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=[*PARTS, "run"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--measure", default="mAP")
    parser.add_argument("--simulations", type=int, default=2000)
    chosen = parser.parse_args()
    clock = time.monotonic()
    if chosen.part == "run":
        lines = of_run(chosen.folder, chosen.measure, chosen.simulations)
    else:
        lines = PARTS[chosen.part](chosen.simulations)
    for line in lines:
        print(line, flush=True)
    print(f"\n{chosen.simulations:,} simulations a cell; {time.monotonic() - clock:.0f} s")


if __name__ == "__main__":
    main()
