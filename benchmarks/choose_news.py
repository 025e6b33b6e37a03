"""Choose the settings of recipes/news-sw-ne.toml on development data, one change at a time. NTREX-128 is never read.

    python benchmarks/choose_news.py --data DIR [--seeds N] [NAME ...]

Trains X-Y or Hybrid on Global Voices train and on FLORES v1 dev and devtest, and evaluates on Global Voices dev
(en-sw) and FLORES v1 test (en-ne), cut into pseudo-documents of ten lines: the first line is the query, the other nine
are three passages of three lines. Prints a Markdown row per variant, means over the seeds (1 to N, one by default);
without names, all of them.
"""

import argparse
import os
import tempfile
import time
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

from polybatch.data.sources.lines import load_lines
from polybatch.data.text import read_lines
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import train_tokenizer
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.judging.judge import rank_collection
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.provenance import content_hash
from polybatch.records import SETTINGS, Collection, Passage, Query
from polybatch.table.aligned import AlignedTable
from polybatch.training.material import Material
from polybatch.training.train import train_system

LINES = 10
BASE: dict[str, Any] = {
    "system": "x-y",
    "run": 3,
    "flores_run": 1,
    "pairings": ["with-sentence"],
    "encoder": {"vocabulary": 32_000, "dimension": 512},
    "training": {"steps": 300},
    "batches": {},
    "loss": {},
}
RECIPE: dict[str, Any] = {
    "system": "hybrid",
    "encoder": {"vocabulary": 16_000, "dimension": 768},
    "training": {"steps": 800},
}
"""The sizes of recipes/news-sw-ne.toml, for the settings that Hybrid gets of its own."""
VARIANTS: dict[str, dict[str, Any]] = {
    "base": {},
    "temperature .07": {"loss": {"temperature": 0.07}},
    "temperature .1": {"loss": {"temperature": 0.1}},
    "deviation .05": {"encoder": {"deviation": 0.05}},
    "deviation .2": {"encoder": {"deviation": 0.2}},
    "deviation 1": {"encoder": {"deviation": 1.0}},
    "token dropout .3": {"training": {"token_dropout": 0.3}},
    "token dropout .6": {"training": {"token_dropout": 0.6}},
    "runs of 2": {"run": 2},
    "runs of 4": {"run": 4},
    "FLORES runs of 2, batch 384": {"flores_run": 2, "training": {"batch_size": 384}},
    "batch 384": {"training": {"batch_size": 384}},
    "composition mixed": {"batches": {"composition": "mixed"}},
    "hybrid": {"system": "hybrid"},
    "hybrid, alpha .33": {"system": "hybrid", "batches": {"alpha": 0.33}},
    "hybrid, adaptive alpha": {"system": "hybrid", "batches": {"alpha": "adaptive"}},
    "hybrid, what follows alone": {"system": "hybrid", "pairings": ["what-follows"]},
    "recipe, X-Y": RECIPE | {"system": "x-y"},
    "recipe, X-Y, temperature .07": RECIPE | {"system": "x-y", "loss": {"temperature": 0.07}},
    "recipe, X-Y, what follows too": RECIPE | {"system": "x-y", "pairings": ["with-sentence", "what-follows"]},
    "recipe, Hybrid": RECIPE,
    "recipe, Hybrid, alpha .1": RECIPE | {"batches": {"alpha": 0.1}},
    "recipe, Hybrid, alpha .25": RECIPE | {"batches": {"alpha": 0.25}},
    "recipe, Hybrid, alpha .75": RECIPE | {"batches": {"alpha": 0.75}},
    "recipe, Hybrid, mixed": RECIPE | {"batches": {"composition": "mixed"}},
    "recipe, Hybrid, what follows alone": RECIPE | {"pairings": ["what-follows"]},
    "recipe, Hybrid, what follows too": RECIPE | {"pairings": ["with-sentence", "what-follows"]},
    "recipe, Hybrid, temperature .07": RECIPE | {"loss": {"temperature": 0.07}},
    "recipe, Hybrid, learning rate .03": RECIPE | {"training": {"steps": 800, "learning_rate": 0.03}},
    "recipe, Hybrid, one way": RECIPE | {"loss": {"symmetric": False}},
    "600 steps": {"training": {"steps": 600}},
    "600 steps, temperature .07": {"training": {"steps": 600}, "loss": {"temperature": 0.07}},
    "600 steps, dimension 256": {"training": {"steps": 600}, "encoder": {"dimension": 256}},
    "600 steps, vocabulary 16,000": {"training": {"steps": 600}, "encoder": {"vocabulary": 16_000}},
    "1,000 steps, 16,000 x 768": {"training": {"steps": 1000}, "encoder": {"vocabulary": 16_000, "dimension": 768}},
    "800 steps, 16,000 x 768": {"training": {"steps": 800}, "encoder": {"vocabulary": 16_000, "dimension": 768}},
    "600 steps of 1,024, 16,000 x 768": {
        "training": {"steps": 600, "batch_size": 1024},
        "encoder": {"vocabulary": 16_000, "dimension": 768},
    },
}


def files(data: Path, name: str, splits: list[str]) -> tuple[dict[str, list[Path]], list[Path]]:
    if name == "global-voices":
        folder = data / "lafand-mt/data/text_files/en-swa"
        return {
            "en": [folder / f"{split}.en" for split in splits],
            "sw": [folder / f"{split}.swa" for split in splits],
        }, []
    start = data / "floresv1/wikipedia."
    return (
        {code: [Path(f"{start}{split}.ne-en.{code}") for split in splits] for code in ("en", "ne")},
        [Path(f"{start}{split}.ne-en.doc_id") for split in splits],
    )


def pseudo_documents(name: str, texts: dict[str, list[Path]], marks: list[Path]) -> Collection:
    lines = {code: read_lines(paths[0], []) for code, paths in texts.items()}
    count = len(next(iter(lines.values())))
    owners = read_lines(marks[0], []) if marks else [""] * count
    starts = [
        start
        for _, run in groupby(range(count), key=owners.__getitem__)
        for run_lines in [list(run)]
        for start in range(run_lines[0], run_lines[-1] + 2 - LINES, LINES)
    ]
    return Collection(
        name,
        {code: tuple(Query(str(start), str(start), text[start]) for start in starts) for code, text in lines.items()},
        {
            code: tuple(
                Passage(f"{code}:{start}:{part}", " ".join(text[start + 1 + 3 * part : start + 4 + 3 * part]))
                for start in starts
                for part in range(3)
            )
            for code, text in lines.items()
        },
        {str(start): frozenset(f"{code}:{start}:{part}" for code in lines for part in range(3)) for start in starts},
    )


def revised(part: Any, keys: dict[str, Any]) -> Any:
    """A table of the recipe with other values, checked as a recipe is: a key that it does not have is refused."""
    return type(part)(**(part.model_dump(exclude_unset=True) | keys))


def row(
    data: Path, recipe: Recipe, name: str, change: dict[str, Any], tokenizers: dict[int, Any], seeds: int
) -> list[str]:
    """A variant's cells: means over the seeds."""
    chosen = BASE | {key: value for key, value in change.items() if not isinstance(value, dict)}
    parts = {
        part: revised(getattr(recipe, part), BASE[part] | change.get(part, {}))
        for part in ("encoder", "training", "batches", "loss")
    }
    recipe = recipe.model_copy(update=parts)
    voices, _ = files(data, "global-voices", ["train"])
    flores, marks = files(data, "flores-v1", ["dev", "devtest"])
    corpora = (
        load_lines("global-voices", voices, run=chosen["run"], pairings=chosen["pairings"]),
        load_lines("flores-v1", flores, documents=marks, run=chosen["flores_run"]),
    )
    collections = (
        pseudo_documents("Global Voices", *files(data, "global-voices", ["dev"])),
        pseudo_documents("FLORES", *files(data, "flores-v1", ["test"])),
    )
    sides = (side for corpus in corpora for item in corpus.items for side in (item.queries, item.passages))
    texts = sorted({text for side in sides for text in side.values()})
    assert isinstance(recipe.encoder, StaticEncoder)
    vocabulary = recipe.encoder.vocabulary
    if vocabulary not in tokenizers:
        tokenizers[vocabulary] = train_tokenizer(texts, vocabulary=vocabulary)
    found: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        table = AlignedTable.from_corpora(corpora)
        material = Material(table, content_hash(texts), [], lambda: texts, Path(folder), tokenizers[vocabulary])
        for seed in range(1, seeds + 1):
            out, clock = Path(folder) / f"model{seed}", time.monotonic()
            train_system(recipe, chosen["system"], seed=seed, material=material, out=out, progress=Silent())
            found["seconds"].append(time.monotonic() - clock)
            encoder = load_encoder(str(out), batch_size=1024)
            for collection in collections:
                for mean in measure(rank_collection(encoder, collection, system=name)):
                    if mean.query_language == "mean":
                        found[f"{collection.name} {mean.setting} {mean.measure}"].append(mean.value)
    cells = [name]
    for collection in collections:
        cells += [f"{fmean(found[f'{collection.name} {setting} mAP']):.3f}" for setting in SETTINGS]
        cells.append(f"{fmean(found[f'{collection.name} multilingual rank_distance']):.0f}")
    return [*cells, f"{fmean(found['seconds']):.0f} s"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"), required=False)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {'; '.join(VARIANTS)}")
    chosen = parser.parse_args()
    if chosen.data is None or not set(chosen.names) <= set(VARIANTS):
        parser.error(f"--data DIR, and names out of: {'; '.join(VARIANTS)}")
    recipe = load_recipe(Path(__file__).parent.parent / "recipes/news-sw-ne.toml")
    recipe = recipe.model_copy(update={"batches": recipe.batches.model_copy(update={"composition": "pair"})})
    tokenizers: dict[int, Any] = {}
    beds = " | ".join(f"{bed} {what}" for bed in ("GV", "FLORES") for what in ("Mo", "Cr", "Mul", "distance"))
    print(f"| variant | {beds} | training |\n|---|{'--:|' * 9}")
    for name in chosen.names or VARIANTS:
        print(f"| {' | '.join(row(chosen.data, recipe, name, VARIANTS[name], tokenizers, chosen.seeds))} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    main()
