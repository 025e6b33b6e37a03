"""Choose the settings of recipes/news-e5.toml on development data, one change at a time. NTREX-128 is never read.

    python benchmarks/choose_news_e5.py --data DIR --model multilingual-e5-small [NAME ...]

Trains on the rows of the recipe without FLORES v1 test, one seed, and evaluates on Global Voices dev by document
(en-sw), FLORES v1 test (en-ne) and Nagarik news (an English headline to the Nepali summary; the first NAGARIK of them).
A document of the first is its first line as query and the others as passages of three lines; of FLORES, ten lines.
Prints a Markdown row per variant: mAP in each setting, rank distance, minutes of training and its processor minutes.
"""

import argparse
import os
import tempfile
import time
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from choose_news import files, pseudo_documents

from polybatch.data.collections.running import running_collection, runs_of
from polybatch.data.collections.table import load_collection
from polybatch.encoders.loading import load_encoder
from polybatch.experiment.inputs import load_inputs
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.judging.judge import rank_collection
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.records import Collection
from polybatch.training.material import Material
from polybatch.training.states import StateStore
from polybatch.training.train import train_system

NAGARIK = 500
VARIANTS: dict[str, dict[str, Any]] = {
    "untuned": {"system": "untuned"},
    "2 layers, 2e-4": {"tuning": {"train_layers": 2}, "training": {"steps": 40, "learning_rate": 2e-4}},
    "4 layers, 1e-4": {"tuning": {"train_layers": 4}, "training": {"steps": 40, "learning_rate": 1e-4}},
    "4 layers, 2e-4": {"tuning": {"train_layers": 4}, "training": {"steps": 40, "learning_rate": 2e-4}},
    "6 layers, 1e-4": {"tuning": {"train_layers": 6}, "training": {"steps": 40, "learning_rate": 1e-4}},
    "12 layers, 5e-5": {"tuning": {"train_layers": 12}, "training": {"steps": 40, "learning_rate": 5e-5}},
    "12 layers, 1e-4": {"tuning": {"train_layers": 12}, "training": {"steps": 40, "learning_rate": 1e-4}},
    "4 layers, 2e-4, 120 steps": {
        "tuning": {"train_layers": 4},
        "training": {"steps": 120, "learning_rate": 2e-4},
    },
    "4 layers, 2e-4, 240 steps": {
        "tuning": {"train_layers": 4},
        "training": {"steps": 240, "learning_rate": 2e-4},
    },
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
    return replace(whole, name="Nagarik", queries={"en": queries}, passages={"ne": passages}, judgements=judgements)


def without_test(recipe: Recipe) -> Recipe:
    """The recipe without the rows of FLORES v1 test."""

    def cut(source: Any) -> Any:
        if source.name != "flores-v1":
            return source
        names = {code: paths[:2] for code, paths in source.files.items()}
        return source.model_copy(update={"files": names, "documents": source.documents[:2]})

    return recipe.model_copy(update={"train": [cut(source) for source in recipe.train]})


def changed(recipe: Recipe, change: dict[str, Any]) -> Recipe:
    tables = {
        part: getattr(recipe, part).model_copy(update=keys) for part, keys in change.items() if isinstance(keys, dict)
    }
    return recipe.model_copy(update=tables)


def row(
    name: str, recipe: Recipe, material: Material, stores: dict[int, StateStore], collections: list[Collection]
) -> list[str]:
    recipe, system, folder = changed(recipe, VARIANTS[name]), VARIANTS[name].get("system", "x-y"), material.folder
    layers = recipe.tuning.train_layers or 0
    if layers not in stores:
        stores[layers] = StateStore(folder)
    material = replace(material, states=stores[layers])
    clock, processor = time.monotonic(), time.process_time()
    train_system(recipe, system, seed=1, material=material, out=folder / "model", progress=Silent())
    took, worked = time.monotonic() - clock, time.process_time() - processor
    encoder = load_encoder(str(folder / "model"), batch_size=64, dtype="auto")
    cells = [name]
    for collection in collections:
        means = {
            (one.setting, one.measure): one.value
            for one in measure(rank_collection(encoder, collection, system=name))
            if one.query_language == "mean"
        }
        cells += [
            f"{means[setting, 'mAP']:.3f}"
            for setting in ("monolingual", "cross-lingual", "multilingual")
            if (setting, "mAP") in means and collection.name != "Nagarik"
        ]
        if collection.name == "Nagarik":
            cells.append(f"{means['cross-lingual', 'mAP']:.3f}")
        else:
            cells.append(f"{means['multilingual', 'rank_distance']:.1f}")
    return [*cells, f"{took / 60:.1f}", f"{worked / 60:.1f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"))
    parser.add_argument("--model", default="multilingual-e5-small")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {'; '.join(VARIANTS)}")
    chosen = parser.parse_args()
    if chosen.data is None or not set(chosen.names) <= set(VARIANTS):
        parser.error(f"--data DIR, and names out of: {'; '.join(VARIANTS)}")
    recipe = without_test(load_recipe(Path(__file__).parent.parent / "recipes/news-e5.toml"))
    recipe = changed(recipe, {"encoder": {"model": chosen.model}})
    data = Path(chosen.data)
    collections = [voices(data), pseudo_documents("FLORES", *files(data, "flores-v1", ["test"])), nagarik(data)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        inputs = load_inputs(recipe, data=data, folder=folder, command="", progress=Silent(), test=False)
        material = Material(inputs.table, inputs.fingerprint(), [], inputs.built.texts, folder)
        beds = " | ".join(f"{bed} {what}" for bed in ("GV", "FLORES") for what in ("Mo", "Cr", "Mul", "distance"))
        print(f"| variant | {beds} | Nagarik en-ne | minutes | processor minutes |\n|---|{'--:|' * 11}", flush=True)
        stores: dict[int, StateStore] = {}
        for name in chosen.names or VARIANTS:
            print(f"| {' | '.join(row(name, recipe, material, stores, collections))} |", flush=True)


if __name__ == "__main__":
    main()
