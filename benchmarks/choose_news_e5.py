"""Choose the settings of recipes/news-e5.toml on development data, one change at a time. NTREX-128 is never read.

    python benchmarks/choose_news_e5.py --data DIR --model multilingual-e5-small [--recipe RECIPE] [NAME ...]

Trains on the rows of a recipe without FLORES v1 test, one seed, and evaluates on Global Voices dev by document
(en-sw), FLORES v1 test (en-ne) and Nagarik news (an English headline to the Nepali summary; the last NAGARIK of them).
A document of the first is its first line as query and the others as passages of three lines; of FLORES, ten lines.
Prints a Markdown row per variant: mAP in each setting, rank distance, minutes of training and its processor minutes;
then each variant's difference to the first one named, with its 95 % interval over documents, or over questions. An
interval of one seed says nothing of other seeds.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
from choose_news import files, pseudo_documents

from polybatch.data.collections.running import running_collection, runs_of
from polybatch.data.collections.table import load_collection
from polybatch.encoders.loading import load_encoder
from polybatch.experiment.inputs import load_inputs
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.judging.judge import rank_collection
from polybatch.measures.measures import measure, per_query
from polybatch.progress import Silent
from polybatch.records import SETTINGS, Collection, Setting
from polybatch.statistics.compare import compare
from polybatch.training.material import Material
from polybatch.training.states import StateStore
from polybatch.training.train import train_system

NAGARIK = 500
NAGARIK_NAME = "Nagarik"
MEASURES = ("mAP", "rank_distance")
KNOB = {"training": {"steps": 60}}  # steps of a variant that changes one thing of Hybrid
VARIANTS: dict[str, dict[str, Any]] = {
    "untuned": {"system": "untuned"},
    "2 layers, 2e-4": {"tuning": {"train_layers": 2}, "training": {"steps": 40, "learning_rate": 2e-4}},
    "4 layers, 1e-4": {"tuning": {"train_layers": 4}, "training": {"steps": 40, "learning_rate": 1e-4}},
    "4 layers, 2e-4": {"tuning": {"train_layers": 4}, "training": {"steps": 40, "learning_rate": 2e-4}},
    "6 layers, 1e-4": {"training": {"steps": 40}},
    "12 layers, 5e-5": {"tuning": {"train_layers": 12}, "training": {"steps": 40, "learning_rate": 5e-5}},
    "6 layers, 1e-4, 120 steps": {"training": {"steps": 120}},
    "6 layers, 1e-4, 240 steps": {"training": {"steps": 240}},
    "6 layers, 2e-4, 120 steps": {"training": {"steps": 120, "learning_rate": 2e-4}},
    "6 layers, 1e-4, 120 steps, temperature .01": {"training": {"steps": 120}, "loss": {"temperature": 0.01}},
    "6 layers, 1e-4, 120 steps, temperature .05": {"training": {"steps": 120}, "loss": {"temperature": 0.05}},
    "untuned, 192 tokens": {"system": "untuned", "encoder": {"passage_tokens": 192}},
    "6 layers, 1e-4, 120 steps, 192 tokens": {"training": {"steps": 120}, "encoder": {"passage_tokens": 192}},
    "6 layers, 2e-4, 120 steps, 192 tokens, averaged .7": {
        "training": {"steps": 120, "learning_rate": 2e-4},
        "encoder": {"passage_tokens": 192},
        "tuning": {"average": 0.7},
    },
    "Hybrid, 120 steps": {"system": "hybrid", "training": {"steps": 120}},
    "Hybrid, 240 steps": {"system": "hybrid", "training": {"steps": 240}},
    "X-Y, 120 steps": {"system": "x-y", "training": {"steps": 120}},
    "Hybrid": {"system": "hybrid", **KNOB},
    "Hybrid, alpha 0 (X-Y)": {"system": "x-y", **KNOB},
    "Hybrid, alpha .25": {"system": "hybrid", **KNOB, "batches": {"alpha": 0.25}},
    "Hybrid, alpha .75": {"system": "hybrid", **KNOB, "batches": {"alpha": 0.75}},
    "Hybrid, alpha 1 (X-X-mono)": {"system": "x-x-mono", **KNOB},
    "Hybrid, mixed": {"system": "hybrid", **KNOB, "batches": {"composition": "mixed"}},
    "Hybrid, temperature .01": {"system": "hybrid", **KNOB, "loss": {"temperature": 0.01}},
    "Hybrid, temperature .05": {"system": "hybrid", **KNOB, "loss": {"temperature": 0.05}},
    "Hybrid, one way": {"system": "hybrid", **KNOB, "loss": {"symmetric": False}},
    "Hybrid, batches of 32": {"system": "hybrid", "training": {"steps": 180, "batch_size": 32}},
    "Hybrid, averaged .5": {"system": "hybrid", "tuning": {"average": 0.5}, **KNOB},
    "Hybrid, CLEAR": {"system": "hybrid", **KNOB, "loss": {"name": "clear"}},
    "Hybrid, LaKDA": {"system": "hybrid", **KNOB, "loss": {"name": "lakda"}},
    "Hybrid, erasure": {"system": "hybrid", **KNOB, "loss": {"name": "erasure"}},
    "Hybrid, distillation": {"system": "hybrid", **KNOB, "loss": {"name": "distillation", "teacher": ""}},
    "Hybrid, LoRA": {"system": "hybrid", "tuning": {"train_layers": None, "method": "lora"}, **KNOB},
}


def voices(data: Path) -> Collection:
    """Global Voices dev by document: an empty line ends one."""
    path = data / "lafand-mt/data/doc_level_tsv/eng-swa/dev.tsv"
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    documents: dict[str, list[int]] = {}
    texts: dict[str, list[str]] = {"en": [], "sw": []}
    for there, part in groupby(lines, lambda line: len(line) == 2 and all(one.strip() for one in line)):
        if there:
            rows = list(part)
            documents[str(len(documents))] = [*range(len(texts["en"]), len(texts["en"]) + len(rows))]
            for side, code in enumerate(texts):
                texts[code] += [row[side].strip() for row in rows]
    long = {name: numbers for name, numbers in documents.items() if len(numbers) > 3}
    queries = {name: numbers[:1] for name, numbers in long.items()}
    runs = {name: runs_of(numbers[1:]) for name, numbers in long.items()}
    return running_collection("Global Voices", texts, queries, runs, licence="CC BY-NC 4.0", notes={})


def nagarik(data: Path) -> Collection:
    """The latest of Nagarik's articles, as the collection has them."""
    whole = load_collection("nagarik-news", data=data)
    queries = whole.queries["en"][-NAGARIK:]
    judgements = {query.id: whole.judgements[query.id] for query in queries}
    wanted = frozenset().union(*judgements.values())
    passages = tuple(passage for passage in whole.passages["ne"] if passage.id in wanted)
    return replace(whole, name=NAGARIK_NAME, queries={"en": queries}, passages={"ne": passages}, judgements=judgements)


def without_test(recipe: Recipe) -> Recipe:
    """The recipe without the rows of FLORES v1 test."""

    def cut(source: Any) -> Any:
        if source.name != "flores-v1":
            return source
        names = {code: paths[:2] for code, paths in source.files.items()}
        return source.model_copy(update={"files": names, "documents": source.documents[:2]})

    return recipe.model_copy(update={"train": [cut(source) for source in recipe.train]})


def changed(recipe: Recipe, change: dict[str, Any]) -> Recipe:
    tables = {}
    for part, keys in change.items():
        if isinstance(keys, dict):
            before = getattr(recipe, part)
            tables[part] = type(before)(**(before.model_dump(exclude_unset=True) | keys))
    return recipe.model_copy(update=tables)


def row(
    name: str, recipe: Recipe, material: Material, stores: dict[int, StateStore], collections: list[Collection]
) -> tuple[list[str], pa.Table]:
    """A variant's cells, and its value of every query."""
    system, folder = VARIANTS[name].get("system", "x-y"), material.folder
    layers = recipe.tuning.train_layers or 0
    if layers not in stores:
        stores[layers] = StateStore(folder)
    material = replace(material, states=stores[layers])
    clock, processor = time.monotonic(), time.process_time()
    train_system(recipe, system, seed=1, material=material, out=folder / "model", progress=Silent())
    took, worked = time.monotonic() - clock, time.process_time() - processor
    encoder = load_encoder(str(folder / "model"), batch_size=64, dtype="auto")
    cells, values = [name], []
    for collection in collections:
        ranking = rank_collection(encoder, collection, system=name)
        values.append(per_query(ranking, MEASURES))
        means = {(mean.setting, mean.measure): mean.value for mean in measure(ranking) if mean.query_language == "mean"}
        settings: Sequence[Setting] = ("cross-lingual",) if collection.name == NAGARIK_NAME else SETTINGS
        cells += [f"{means[setting, 'mAP']:.3f}" for setting in settings]
        if collection.name != NAGARIK_NAME:
            cells.append(f"{means['multilingual', 'rank_distance']:.1f}")
    return [*cells, f"{took / 60:.1f}", f"{worked / 60:.1f}"], pa.concat_tables(values)


def differences(tables: list[pa.Table], first: str) -> str:
    """Every variant against the first: a Markdown table of differences with their intervals."""
    rows: dict[str, list[str]] = {}
    heads: dict[str, None] = {}
    for each in compare(pa.concat_tables(tables), baseline=first, measures=MEASURES):
        quantity = each.quantity
        if (quantity.measure == "mAP") == (quantity.setting != "multilingual" or quantity.collection == NAGARIK_NAME):
            heads[f"{quantity.collection} {quantity.setting} {quantity.measure}"] = None
            digits = 3 if quantity.measure == "mAP" else 1
            cell = f"{each.difference:+.{digits}f} ({each.low:+.{digits}f} to {each.high:+.{digits}f})"
            rows.setdefault(each.system, []).append(cell)
    lines = [f"| against {first} | {' | '.join(heads)} |", f"|---|{'--:|' * len(heads)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"))
    parser.add_argument("--model", default="multilingual-e5-small")
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parent.parent / "recipes/news-e5.toml")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {'; '.join(VARIANTS)}")
    chosen = parser.parse_args()
    if chosen.data is None or not set(chosen.names) <= set(VARIANTS):
        parser.error(f"--data DIR, and names out of: {'; '.join(VARIANTS)}")
    recipe = without_test(load_recipe(chosen.recipe))
    recipe = changed(recipe, {"encoder": {"model": chosen.model}})
    VARIANTS["Hybrid, distillation"]["loss"]["teacher"] = chosen.model
    data = Path(chosen.data)
    collections = [voices(data), pseudo_documents("FLORES", *files(data, "flores-v1", ["test"])), nagarik(data)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        inputs = load_inputs(recipe, data=data, folder=folder, command="", progress=Silent(), test=False)
        material = Material(inputs.table, inputs.fingerprint(), [], inputs.built.texts, folder)
        beds = " | ".join(f"{bed} {what}" for bed in ("GV", "FLORES") for what in ("Mo", "Cr", "Mul", "distance"))
        print(f"| variant | {beds} | Nagarik en-ne | minutes | processor minutes |\n|---|{'--:|' * 11}", flush=True)
        stores: dict[int, StateStore] = {}
        tables, names = [], chosen.names or list(VARIANTS)
        for name in names:
            cells, values = row(name, changed(recipe, VARIANTS[name]), material, stores, collections)
            tables.append(values)
            print(f"| {' | '.join(cells)} |", flush=True)
        if len(tables) > 1:
            print("", differences(tables, names[0]), sep="\n")


if __name__ == "__main__":
    main()
