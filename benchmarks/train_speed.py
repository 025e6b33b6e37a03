"""Rows trained a second: polybatch against sentence-transformers' own training script, the same work in one run.

    python benchmarks/train_speed.py [--data DIR] [--rounds 3]
    python benchmarks/train_speed.py --data DIR --model multilingual-e5-small --case pretrained

Both train the same untrained encoder on the same rows with the same batch size, loss, lengths and precision (float32),
in turns. The script is that of sentence-transformers' documentation: a dataset of pairs, MultipleNegativesRankingLoss,
SentenceTransformerTrainer with its default settings. What polybatch does once for all trainings, tokenizing, is timed
apart. A last line has polybatch as recipes run it, in bfloat16 where the processor computes in it.

A pretrained encoder is trained twice more: the last four layers alone, when frozen layers run for the first time, and
when what they give is kept already, as by a run for its second system. The script trains all of it, as it does by
default; its texts are cut beforehand to the lengths that polybatch reads.
"""

import argparse
import copy
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
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
from polybatch.table.aligned import AlignedTable
from polybatch.training.checkpoints import Checkpoints
from polybatch.training.fitting import fit
from polybatch.training.states import StateStore
from polybatch.training.tokens import Tokenization, TokenTable, write_tokens
from polybatch.training.tuning import apply_tuning

SCRIPT = "sentence-transformers"
TEXTS = "lafand-mt/data/text_files/en-swa"


@dataclass(frozen=True)
class Case:
    """What is trained, and for how long."""

    encoder: dict[str, Any]
    batch_size: int
    steps: int
    train_layers: int = 0


CASES = {
    "static": Case({"kind": "static", "vocabulary": 16_000, "dimension": 512}, batch_size=512, steps=40),
    "transformer": Case(
        {"kind": "transformer", "vocabulary": 8_000, "layers": 4, "hidden_size": 256, "max_tokens": 128},
        batch_size=64,
        steps=12,
    ),
    "pretrained": Case(
        {"kind": "pretrained", "model": "multilingual-e5-small", "query_tokens": 48, "passage_tokens": 96},
        batch_size=96,
        steps=6,
        train_layers=4,
    ),
}


def corpus_of(data: Path | None) -> Any:
    """Global Voices in English and Swahili, or the built-in newswire."""
    if data is None:
        return newswire_corpus(stories=2400)
    files = {"en": [f"{TEXTS}/train.en"], "sw": [f"{TEXTS}/train.swa"]}
    return load_corpus(LinesSource(source="lines", name="global-voices", files=files), data)


def recipe_of(case: Case, precision: str, *, upper: bool = False) -> Recipe:
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
            "tuning": {"train_layers": case.train_layers} if upper else {},
        }
    )


def by_script(model: SentenceTransformer, corpus: Any, case: Case) -> float:
    """Seconds of their trainer."""
    pairs = [(item.queries["en"], item.passages["en"]) for item in corpus.items]
    rows = Dataset.from_dict(
        {
            "query": [_cut(model, "query: ", query, case.encoder.get("query_tokens")) for query, _ in pairs],
            "passage": [_cut(model, "passage: ", passage, case.encoder.get("passage_tokens")) for _, passage in pairs],
        }
    )
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


def _cut(model: SentenceTransformer, prompt: str, text: str, tokens: int | None) -> str:
    """A text with a pretrained encoder's prompt, cut so that it has so many tokens at most; else as it is."""
    if tokens is None:
        return text
    places = model.tokenizer(prompt + text, truncation=True, max_length=tokens, return_offsets_mapping=True)
    return (prompt + text)[: max(end for _, end in places["offset_mapping"])]


def by_recipe(
    model: SentenceTransformer, table: AlignedTable, tokens: TokenTable, recipe: Recipe, states: StateStore | None
) -> float:
    """Seconds of ours, setting up included."""
    apply_tuning(model, recipe.tuning)
    with tempfile.TemporaryDirectory() as scratch:
        clock = time.perf_counter()
        checkpoints = Checkpoints(Path(scratch) / "checkpoints", "")
        names: dict[str, Any] = {"strategy": "en-en", "seed": 1, "title": "speed", "states": states}
        fit(model, recipe, tokens, table, checkpoints=checkpoints, progress=Silent(), **names)
        return time.perf_counter() - clock


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", help="folder or name of the pretrained encoder")
    parser.add_argument("--case", choices=CASES, action="append")
    options = parser.parse_args()
    corpus = corpus_of(options.data)
    table = AlignedTable.from_corpora([corpus])
    print("| encoder, batch | way | rows a second (median) | times the script | tokenized before, s |")
    print("|---|---|--:|--:|--:|", flush=True)
    for name in options.case or [name for name in CASES if name != "pretrained" or options.model]:
        case = CASES[name]
        if name == "pretrained" and options.model:
            case = replace(case, encoder=case.encoder | {"model": options.model})
        compare(name, case, corpus, table, rounds=options.rounds)


def compare(name: str, case: Case, corpus: Any, table: AlignedTable, *, rounds: int) -> None:
    """Print a row for each way to train, with the median of the rounds."""
    recipe = recipe_of(case, "float32")
    texts = [text for item in corpus.items for side in (item.queries, item.passages) for text in side.values()]
    untrained = build_encoder(recipe.encoder, texts=lambda: texts[:20_000], seed=1)
    with tempfile.TemporaryDirectory() as folder:
        clock = time.perf_counter()
        write_tokens(table, Tokenization.of(untrained, recipe.encoder), Path(folder), of="", progress=Silent())
        before = time.perf_counter() - clock
        tokens = TokenTable.open(Path(folder), table.shape)
        seconds: dict[str, list[float]] = {}

        def ours(way: str, recipe: Recipe, states: StateStore | None = None) -> None:
            seconds.setdefault(way, []).append(by_recipe(copy.deepcopy(untrained), table, tokens, recipe, states))

        for _ in range(rounds):
            seconds.setdefault(SCRIPT, []).append(by_script(copy.deepcopy(untrained), corpus, case))
            ours("polybatch", recipe)
            if name != "static":
                ours("polybatch, auto", recipe_of(case, "auto"))
            if case.train_layers:
                states = StateStore(Path(folder))
                for way in ("", ", kept states"):
                    way = f"polybatch, auto, last {case.train_layers} layers{way}"
                    ours(way, recipe_of(case, "auto", upper=True), states)
    rows = case.steps * case.batch_size
    script = statistics.median(seconds[SCRIPT])
    for way, found in seconds.items():
        median = statistics.median(found)
        once = f"{before:.1f}" if way == "polybatch" else ""
        place = f"| {name}, {case.batch_size} | {way} | {rows / median:,.1f} | {script / median:.2f} | {once} |"
        print(place, flush=True)


if __name__ == "__main__":
    main()
