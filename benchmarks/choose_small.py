"""Choose the settings of recipes/small-news.toml on development data, one change at a time. NTREX-128 is never read.

    python benchmarks/choose_small.py --data DIR --model multilingual-e5-small --cache DIR [NAME ...]

Trains on the rows of the recipe without FLORES v1 test, one seed, with fewer steps and rows a batch than the recipe.
Evaluates on the development collections of `choose_news_e5.py`. Prints a Markdown row per variant, the seconds of its
training in the last cell, without those of the teacher: its vectors are kept in the folder of `--cache`.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from choose_news import files, pseudo_documents
from choose_news_e5 import changed, nagarik, voices, without_test

from polybatch.encoders.loading import load_encoder
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import train_tokenizer
from polybatch.experiment.inputs import load_inputs
from polybatch.experiment.recipe import load_recipe
from polybatch.judging.judge import rank_collection
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.training.losses import LossSettings
from polybatch.training.material import Material
from polybatch.training.train import train_system

SETTINGS = ("monolingual", "cross-lingual", "multilingual")
ALONE = LossSettings(temperature=0.1)
VARIANTS: dict[str, dict[str, Any]] = {
    "from nothing": {"encoder": {"start": ""}, "loss": None},
    "a start": {"loss": None},
    "a start, not whitened": {"encoder": {"start_whitening": 0.0}, "loss": None},
    "a start, weights by rank": {"encoder": {"start_weights": "rank"}, "loss": None},
    "a teacher": {"encoder": {"start": ""}},
    "a start and a teacher": {},
    "the teacher's weight .5, its temperature .05": {"loss": {"weight": 0.5, "teacher_temperature": 0.05}},
    "the teacher's temperature .2": {"loss": {"teacher_temperature": 0.2}},
    "a teacher that reads passages too": {"loss": {"teacher_reads": "both"}},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"))
    parser.add_argument("--model", default="multilingual-e5-small")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch-size", type=int, default=500)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {'; '.join(VARIANTS)}")
    chosen = parser.parse_args()
    if chosen.data is None or not set(chosen.names) <= set(VARIANTS):
        parser.error(f"--data DIR, and names out of: {'; '.join(VARIANTS)}")
    recipe = without_test(load_recipe(Path(__file__).parent.parent / "recipes/small-news.toml"))
    training = {"steps": chosen.steps, "batch_size": chosen.batch_size}
    models = {"encoder": {"start": chosen.model}, "loss": {"teacher": chosen.model}}
    recipe = changed(recipe, {"training": training} | models)
    data = Path(chosen.data)
    collections = [voices(data), pseudo_documents("FLORES", *files(data, "flores-v1", ["test"])), nagarik(data)]
    beds = " | ".join(f"{bed} {what}" for bed in ("GV", "FLORES") for what in ("Mo", "Cr", "Mul"))
    print(f"| variant | {beds} | Nagarik en-ne | s |\n|---|{'--:|' * 8}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        inputs = load_inputs(recipe, data=data, folder=folder, command="", progress=Silent(), test=False)
        assert isinstance(recipe.encoder, StaticEncoder)
        tokenizer = train_tokenizer(inputs.built.texts(), vocabulary=recipe.encoder.vocabulary)
        kept: dict[str, Any] = {"tokenizer": tokenizer, "vectors": chosen.cache}
        material = Material(inputs.table, inputs.fingerprint(), [], inputs.built.texts, folder, **kept)
        for name in chosen.names or VARIANTS:
            variant = changed(recipe, VARIANTS[name])
            if VARIANTS[name].get("loss", {}) is None:
                variant = variant.model_copy(update={"loss": ALONE})
            clock = time.monotonic()
            train_system(variant, "x-y", seed=1, material=material, out=folder / "model", progress=Silent())
            took = time.monotonic() - clock
            encoder, cells = load_encoder(str(folder / "model"), batch_size=1024), [name]
            for collection in collections:
                means: dict[tuple[str, str], str] = {
                    (one.setting, one.measure): f"{one.value:.3f}"
                    for one in measure(rank_collection(encoder, collection, system=name))
                    if one.query_language == "mean"
                }
                shown = SETTINGS[1:2] if collection.name == "Nagarik" else SETTINGS
                cells += [means[setting, "mAP"] for setting in shown]
            print(f"| {' | '.join(cells)} | {took:.0f} |", flush=True)


if __name__ == "__main__":
    main()
