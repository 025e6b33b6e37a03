"""What 10,000 planned batches hold, on the shapes of real corpora: every claim of the sampler, counted.

    python benchmarks/sampler_exactness.py --data DIR

Corpora: those of recipes/news-sw-ne.toml (two datasets, each with two of three languages, grouped passages), and
XQuAD-R as if it were training data (1,190 questions on 240 paragraphs in 11 languages), batches of 100. Beside it, what
the default sampler of sentence-transformers does with the same rows, a dataset a direction.
"""

import argparse
import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from scipy.stats import chisquare

from polybatch.data.sources.source import load_corpus
from polybatch.experiment.recipe import load_recipe
from polybatch.sampling import Plan, count_mix, make_plan
from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.table.aligned import AlignedTable
from polybatch.table.shape import CorpusShape, dataset_shape

BATCHES, SIZE = 10_000, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"), required=False)
    data = Path(parser.parse_args().data)
    recipe = load_recipe(Path(__file__).parent.parent / "recipes/news-sw-ne.toml")
    news = AlignedTable.from_corpora([load_corpus(source, data) for source in recipe.train])
    shapes = {"news": news.shape, "XQuAD-R": xquad(data)}
    print(
        "| corpus, composition | largest stray of a block's kinds | chi-square p, languages | chi-square p, pairs |",
        end="",
    )
    print(" groups repeated in a batch | drawn before their turn | items out of turn |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, shape in shapes.items():
        for composition in ("mixed", "pair"):
            plan = make_plan(shape, "hybrid", size=SIZE, length=BATCHES, composition=composition)
            print(f"| {name}, {composition} | {' | '.join(claims(plan))} |", flush=True)
    for name, shape in shapes.items():
        print(f"\n{name}: {stock(shape):.0%} of random batches of {SIZE} rows in all directions repeat a group.")


def xquad(data: Path) -> CorpusShape:
    """Questions as rows and their paragraphs as groups; the paragraphs are the same in all languages."""
    paragraphs = []
    for article in json.loads((data / "lareqa/xquad-r/en.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            paragraphs.append(len(paragraph["qas"]))
    groups = np.repeat(np.arange(len(paragraphs)), paragraphs)
    codes = ("ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh")
    return CorpusShape(codes, (dataset_shape("xquad-r", np.ones((len(groups), 2, len(codes)), bool), groups),))


def claims(plan: Plan) -> tuple[str, ...]:
    shape = plan.shape
    groups = shape.groups
    mix = count_mix(shape, plan.epoch(0))
    stray = max(abs(counts - KIND_BLOCK / 2).max() for counts in mix.kinds.values())
    mono = [counts.sum() for name, counts in mix.directions.items() if len(set(name.split("-"))) == 1]
    cross = [counts.sum() for name, counts in mix.directions.items() if len(set(name.split("-"))) == 2]
    repeats = 0
    drawn: dict[int, list[int]] = defaultdict(list)
    for batch in plan.epoch(0):
        repeats += len(batch) - len(set(groups[batch.rows].tolist()))
        datasets = np.searchsorted(shape.firsts, batch.rows, side="right") - 1
        for row, dataset in zip(batch.rows.tolist(), datasets.tolist(), strict=True):
            drawn[dataset].append(row)
    early = turns = 0
    for dataset, rows in drawn.items():
        early += out_of_turn(groups[rows].tolist(), shape.datasets[dataset].groups)
        by_group = defaultdict(list)
        for row in rows:
            by_group[int(groups[row])].append(row)
        items = Counter(groups[shape.firsts[dataset] : shape.firsts[dataset + 1]].tolist())
        turns += sum(out_of_turn(of_group, items[group]) for group, of_group in by_group.items())
    p_values = (f"{chisquare(counts).pvalue:.2f}" for counts in (mono, cross))
    return f"{stray:.0f} batches", *p_values, f"{repeats:,}", f"{early:,}", f"{turns:,}"


def out_of_turn(drawn: list[int], count: int) -> int:
    """How many draws came while another of the `count` things had been drawn less often than the thing itself.

    Within a batch of several directions the order is not told, so draws of one batch are taken in the best order: a
    thing is early only if it is two draws ahead of the one that is last.
    """
    times: Counter[int] = Counter()
    of_times: Counter[int] = Counter({0: count})
    least = early = 0
    for thing in drawn:
        of_times[times[thing]] -= 1
        times[thing] += 1
        of_times[times[thing]] += 1
        while not of_times[least]:
            least += 1
        early += times[thing] - least > 1
    return early


def stock(shape: CorpusShape) -> float:
    """The share of batches of rows drawn at random, whatever their language, that hold two rows of one group."""
    rng = np.random.default_rng(1)
    groups = shape.groups
    found = [groups[rng.integers(0, shape.rows, SIZE)] for _ in range(1000)]
    return float(np.mean([len(set(batch.tolist())) < SIZE for batch in found]))


if __name__ == "__main__":
    main()
