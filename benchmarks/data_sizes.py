"""How far parallel sentences and minutes go: a recipe on 1/16, 1/8, ... of its data, and on all of it in fewer steps.

    python benchmarks/data_sizes.py RECIPE --data DIR --out DIR [--shares 1/16,1/8,1/4,1/2,1] [--share-steps 500]
        [--steps 125,500] [--seeds 1,2,3] [--report]

Shares are by whole passage groups, a smaller one a part of a larger one. Each share, and each number of steps on all of
the data, is a run of its own in the out folder; what is whole there is not done again. A batch holds each group once:
where the data are too few for the recipe's batch, it shrinks to LEAST of it at most, and a direction that cannot fill
that is left out. Prints a Markdown table, means and deviations over seeds, and writes it to `data_sizes.md`, all
numbers to `data_sizes.json`.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from polybatch.cli.progress import make_progress
from polybatch.data.building import Built, build_table, open_built
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.experiment.run import run_recipe
from polybatch.experiment.sweeping.share import share_of
from polybatch.files import write_json, write_text
from polybatch.progress import Progress
from polybatch.records import Direction
from polybatch.results.store import Store
from polybatch.sampling.faults import largest_batch
from polybatch.sampling.strategies import BatchKind
from polybatch.table.shape import CorpusShape

COLUMNS = {
    "Mo mAP": ("mAP", "monolingual", "mean", "mean"),
    "Cr mAP": ("mAP", "cross-lingual", "mean", "mean"),
    "Mul mAP": ("mAP", "multilingual", "mean", "all"),
    "rank distance": ("rank_distance", "multilingual", "mean", "all"),
}
LEAST = 0.3  # of the recipe's batch; a direction that cannot fill it is left out


@dataclass(frozen=True)
class Leg:
    """One row of the table: a share of the data, and steps."""

    share: Fraction
    steps: int

    @property
    def folder(self) -> str:
        return f"{self.share.numerator}-of-{self.share.denominator}-{self.steps}-steps"

    @property
    def table(self) -> str:
        return f"table-{self.share.numerator}-of-{self.share.denominator}"


def batch_of(shape: CorpusShape, wanted: int) -> tuple[int, list[Direction]]:
    """The rows of a batch of one pair of languages, and the directions that cannot fill it."""
    across = [one for one in shape.directions if not one.is_monolingual]
    largest = {one: largest_batch(shape, BatchKind("cross-lingual", (one,))) for one in across}
    enough = [size for size in largest.values() if size >= wanted * LEAST] or [max(largest.values())]
    size = min(wanted, *enough)
    return size, [one for one, most in largest.items() if most < size]


def recipe_of(recipe: Recipe, leg: Leg, built: Built, seeds: Sequence[int]) -> Recipe:
    size, left_out = batch_of(built.table.shape, recipe.training.batch_size)
    weights = recipe.batches.weights | {f"{one.query}-{one.passage}": 0.0 for one in left_out}
    return recipe.model_copy(
        update={
            "name": leg.folder,
            "seeds": list(seeds),
            "training": recipe.training.model_copy(update={"steps": leg.steps, "batch_size": size}),
            "batches": recipe.batches.model_copy(update={"weights": weights}),
            "text": f"# benchmarks/data_sizes.py: {leg.share} of the data, {leg.steps} steps\n{recipe.text}",
        }
    )


def run(recipe: Recipe, leg: Leg, *, data: Path, out: Path, seeds: Sequence[int], progress: Progress) -> None:
    command, table = f"benchmarks/data_sizes.py, {leg.share} of the data, {leg.steps} steps", out / leg.table
    sources = [one if leg.share == 1 else share_of(one, float(leg.share)) for one in recipe.train]
    options: dict[str, Any] = {"data": data, "command": command, "progress": progress}
    built = build_table(sources, table, normalisation=recipe.normalisation, **options)
    progress.say(f"== {leg.share} of the data, {leg.steps} steps")
    run_recipe(recipe_of(recipe, leg, built, seeds), out=out / leg.folder, table=table, **options)


def pairs(shape: CorpusShape) -> dict[str, int]:
    """Parallel rows of each pair of languages."""
    counts = {}
    for one in shape.directions:
        if one.query < one.passage:
            rows = sum(dataset.rows_in(*shape.numbers(one)) for dataset in shape.datasets)
            counts[f"{one.query}-{one.passage}"] = rows
    return counts


def record_of(recipe: Recipe, leg: Leg, out: Path) -> dict[str, Any] | None:
    """What a finished run found; None where it is not finished."""
    folder = out / leg.folder
    if not folder.is_dir() or not Store(folder).stored_manifest.get("finished"):
        return None
    manifest, results, shape = (
        Store(folder).stored_manifest,
        Store(folder).results,
        open_built(out / leg.table).table.shape,
    )
    size, left_out = batch_of(shape, recipe.training.batch_size)
    systems: dict[str, dict[str, list[float]]] = {}
    for one in results:
        key = (one.measure, one.setting, one.query_language, one.passage_language)
        name = next((name for name, wanted in COLUMNS.items() if wanted == key), None)
        if name is None and one.measure == "mAP" and one.setting == "cross-lingual" and one.query_language != "mean":
            name = f"{one.query_language} to {one.passage_language}"
        if name is not None:
            systems.setdefault(one.system, {}).setdefault(name, []).append(one.value)
    return {
        "share": str(leg.share),
        "steps": leg.steps,
        "pairs": pairs(shape),
        "batch": size,
        "left_out": [str(one) for one in left_out],
        "systems": systems,
        "seconds": manifest["seconds"],
        "machine": manifest.get("machine"),
        "seeds": manifest["seeds"],
    }


def table_of(records: Sequence[dict[str, Any]], directions: Sequence[str]) -> str:
    names = [*records[0]["pairs"]]
    heads = ["data", *(f"{name} rows" for name in names), "steps x batch", "system", *COLUMNS, *directions, "s"]
    lines = [f"| {' | '.join(heads)} |", f"|---|{'--:|' * (len(heads) - 1)}"]
    for one in records:
        for system, columns in one["systems"].items():
            cells = [one["share"], *(f"{one['pairs'].get(name, 0):,}" for name in names)]
            cells += [f"{one['steps']:,} x {one['batch']}", system]
            cells += [mean(columns.get(name, [])) for name in (*COLUMNS, *directions)]
            took = [one["seconds"].get(f"{system}-seed{seed}", np.nan) for seed in one["seeds"]]
            lines.append(f"| {' | '.join([*cells, f'{np.mean(took):.0f}'])} |")
    left_out = {one["share"]: ", ".join(one["left_out"]) for one in records if one["left_out"]}
    told = "; ".join(f"at {share}: {names}" for share, names in left_out.items())
    lines += [
        "",
        f"Means ± deviation over {len(records[0]['seeds'])} seeds. Seconds are of one training with its judging; the "
        f"tokenizer is trained once a run, {max(one['seconds'].get('tokenizer', 0) for one in records):.0f} s at most."
        + (f" Directions left out, as they have too few rows to fill a batch: {told}." if told else ""),
    ]
    return "\n".join(lines)


def mean(values: Sequence[float]) -> str:
    if not values:
        return ""
    digits = 1 if max(values) > 1 else 3
    spread = f" ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else ""
    return (
        f"{np.mean(values):.{digits}f}{spread}".replace("0.", ".") if digits == 3 else f"{np.mean(values):.1f}{spread}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shares", default="1/16,1/8,1/4,1/2,1")
    parser.add_argument("--share-steps", type=int, help="of each share, instead of the recipe's")
    parser.add_argument("--steps", default="", help="fewer steps, on all of the data: 125,500")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--directions", default="en-sw,en-ne", help="shown apart; of the languages of the recipe")
    parser.add_argument("--report", action="store_true", help="train nothing: the table of what is finished")
    chosen = parser.parse_args()
    if chosen.data is None:
        parser.error("--data DIR")
    recipe, progress = load_recipe(chosen.recipe), make_progress()
    if recipe.batches.composition != "pair":
        parser.error(f"{chosen.recipe}: composition = {recipe.batches.composition!r}; 'pair' works")
    share_steps = chosen.share_steps or recipe.training.steps
    legs = [Leg(Fraction(one), share_steps) for one in chosen.shares.split(",")]
    legs += [Leg(Fraction(1), int(one)) for one in chosen.steps.split(",") if one]
    seeds = [int(one) for one in chosen.seeds.split(",")]
    for leg in () if chosen.report else legs:
        run(recipe, leg, data=chosen.data, out=chosen.out, seeds=seeds, progress=progress)
    found = [record_of(recipe, leg, chosen.out) for leg in legs]
    for leg in [leg for leg, one in zip(legs, found, strict=True) if one is None]:
        progress.say(f"not finished, left out: {leg.folder}")
    records = [one for one in found if one is not None]
    if not records:
        raise SystemExit(f"{chosen.out}: no finished run")
    text = table_of(records, [one.replace("-", " to ") for one in chosen.directions.split(",")])
    write_text(chosen.out / "data_sizes.md", text + "\n")
    write_json(chosen.out / "data_sizes.json", records)
    print(text)


if __name__ == "__main__":
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    main()
