"""Rows trained a second: polybatch against sentence-transformers' own training script, the same work in one run.

    python benchmarks/train_speed.py [--data DIR] [--rounds 3]

Both train the same untrained encoder on the same rows with the same batch size, loss, lengths and precision (float32),
in turns. The script is that of sentence-transformers' documentation: a dataset of pairs, MultipleNegativesRankingLoss,
SentenceTransformerTrainer with its default settings. What polybatch does once for all trainings, tokenizing, is timed
apart. A last line has polybatch as recipes run it, in bfloat16 where the processor computes in it.
"""

import argparse
import copy
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from polybatch.data.newswire import newswire_corpus
from polybatch.data.sources.lines import LinesSource
from polybatch.data.sources.source import load_corpus
from polybatch.encoders.building import build_encoder
from polybatch.experiment.recipe import Recipe
from polybatch.progress import Silent
from polybatch.sampling.table import AlignedTable
from polybatch.training.checkpoints import Checkpoints
from polybatch.training.fitting import fit
from polybatch.training.tokens import Tokenization, TokenTable, write_tokens

TEXTS = "lafand-mt/data/text_files/en-swa"


@dataclass(frozen=True)
class Case:
    """What is trained, and for how long."""

    encoder: dict[str, Any]
    batch_size: int
    steps: int


CASES = {
    "static": Case({"kind": "static", "vocabulary": 16_000, "dimension": 512}, batch_size=512, steps=40),
    "transformer": Case(
        {"kind": "transformer", "vocabulary": 8_000, "layers": 4, "hidden_size": 256, "max_tokens": 128},
        batch_size=64,
        steps=12,
    ),
}


def corpus_of(data: Path | None) -> Any:
    """Global Voices in English and Swahili, or the built-in newswire."""
    if data is None:
        return newswire_corpus(stories=2400)
    files = {"en": [f"{TEXTS}/train.en"], "sw": [f"{TEXTS}/train.swa"]}
    return load_corpus(LinesSource(source="lines", name="global-voices", files=files), data)


def recipe_of(case: Case, precision: str) -> Recipe:
    training = {"steps": case.steps, "batch_size": case.batch_size, "token_dropout": 0.0, "checkpoint_every": 0}
    source = {"source": "newswire"}
    return Recipe.model_validate(
        {
            "name": "speed",
            "languages": ["en"],
            "test": ["newswire"],
            "train": [source],
            "encoder": case.encoder,
            "training": training | {"precision": precision},
            "loss": {"symmetric": False},
        }
    )


def by_script(model: SentenceTransformer, corpus: Any, case: Case) -> float:
    """Seconds of their trainer."""
    pairs = [(item.queries["en"], item.passages["en"]) for item in corpus.items]
    rows = Dataset.from_dict({"query": [one for one, _ in pairs], "passage": [other for _, other in pairs]})
    with tempfile.TemporaryDirectory() as scratch:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            max_steps=case.steps,
            per_device_train_batch_size=case.batch_size,
            use_cpu=True,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
        )
        loss = MultipleNegativesRankingLoss(model)
        trainer = SentenceTransformerTrainer(model=model, args=arguments, train_dataset=rows, loss=loss)
        clock = time.perf_counter()
        trainer.train()
        return time.perf_counter() - clock


def by_recipe(model: SentenceTransformer, table: AlignedTable, tokens: TokenTable, recipe: Recipe) -> float:
    """Seconds of ours, setting up included."""
    with tempfile.TemporaryDirectory() as scratch:
        clock = time.perf_counter()
        checkpoints = Checkpoints(Path(scratch) / "checkpoints", "")
        names = {"strategy": "en-en", "seed": 1, "title": "speed"}
        fit(model, recipe, tokens, table, checkpoints=checkpoints, progress=Silent(), **names)  # type: ignore[arg-type]
        return time.perf_counter() - clock


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", choices=CASES, action="append")
    options = parser.parse_args()
    corpus = corpus_of(options.data)
    table = AlignedTable.from_corpora([corpus])
    print("| encoder, batch | way | rows a second (median) | times the script | tokenized before, s |")
    print("|---|---|--:|--:|--:|", flush=True)
    for name in options.case or CASES:
        case = CASES[name]
        recipe = recipe_of(case, "float32")
        texts = [text for item in corpus.items for side in (item.queries, item.passages) for text in side.values()]
        untrained = build_encoder(recipe.encoder, texts=lambda texts=texts: texts[:20_000], seed=1)  # type: ignore[misc]
        with tempfile.TemporaryDirectory() as folder:
            clock = time.perf_counter()
            write_tokens(table, Tokenization.of(untrained), Path(folder), of="", progress=Silent())
            before = time.perf_counter() - clock
            tokens = TokenTable.open(Path(folder), table.shape)
            seconds: dict[str, list[float]] = {"sentence-transformers": [], "polybatch": [], "polybatch, auto": []}
            for _ in range(options.rounds):
                seconds["sentence-transformers"].append(by_script(copy.deepcopy(untrained), corpus, case))
                seconds["polybatch"].append(by_recipe(copy.deepcopy(untrained), table, tokens, recipe))
                if name != "static":
                    auto = recipe_of(case, "auto")
                    seconds["polybatch, auto"].append(by_recipe(copy.deepcopy(untrained), table, tokens, auto))
        rows = case.steps * case.batch_size
        script = statistics.median(seconds["sentence-transformers"])
        for way, found in seconds.items():
            if found:
                median = statistics.median(found)
                once = f"{before:.1f}" if way == "polybatch" else ""
                place = f"| {name}, {case.batch_size} | {way} | {rows / median:,.0f} | {script / median:.2f} | {once} |"
                print(place, flush=True)


if __name__ == "__main__":
    main()
