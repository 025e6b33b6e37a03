"""Rows a second through the data loader, beside the loader of sentence-transformers over a plain pair dataset.

    python benchmarks/loader_speed.py --data DIR

One million rows of Global Voices (en, sw), repeated, in memory-mapped Arrow files. Beside each other: the trainer of
sentence-transformers over a dataset of two columns (its default sampler, random rows), and HybridTrainer over one
aligned table (hybrid batches). Batches of 512, no workers; once with the collator alone left out, which is what the
two differ in, and once with the tokenizer of a small transformer, which both need. Median of 5 rounds, taken in turns.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

ROWS, SIZE, ROUNDS = 1_000_000, 512, 5


class Untokenized:
    """A collator of sentence-transformers that leaves the rows as they are."""

    def __init__(self, collator: Any) -> None:
        self._collator = collator

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_collator"], name)

    def __call__(self, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=os.environ.get("POLYBATCH_DATA"), required=False)
    folder = Path(parser.parse_args().data) / "lafand-mt/data/text_files/en-swa"
    with tempfile.TemporaryDirectory() as scratch:
        measure(folder, Path(scratch))


def measure(folder: Path, scratch: Path) -> None:
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
    from sentence_transformers import SentenceTransformerTrainingArguments as Arguments

    from polybatch.encoders.static import static_encoder, train_tokenizer
    from polybatch.sampling import HybridTrainer
    from polybatch.table.aligned import AlignedTable

    english, swahili = ((folder / f"train.{code}").read_text(encoding="utf-8").splitlines() for code in ("en", "swa"))
    times = -(-ROWS // len(english))
    columns = {"en": (english * times)[:ROWS], "sw": (swahili * times)[:ROWS]}
    sides = {f"{side}.{code}": texts for side in ("query", "passage") for code, texts in columns.items()}
    AlignedTable.from_arrow(
        pa.table({name: pa.array(texts, pa.large_string()) for name, texts in sides.items()})
    ).write(scratch / "table")
    Dataset.from_dict({"query": columns["en"], "passage": columns["sw"]}).save_to_disk(scratch / "pairs")
    model: SentenceTransformer = static_encoder(
        train_tokenizer(english[:5000] + swahili[:5000], vocabulary=8000), dimension=8, deviation=0.1, seed=1
    )
    arguments = Arguments(
        output_dir=str(scratch / "out"), per_device_train_batch_size=SIZE, use_cpu=True, report_to="none", seed=1
    )
    stock: Any = SentenceTransformerTrainer(model, arguments, Dataset.load_from_disk(str(scratch / "pairs")))
    ours: Any = HybridTrainer(model, arguments, AlignedTable.open(scratch / "table"))
    trainers = {"sentence-transformers, one pair": stock, "polybatch, hybrid batches": ours}
    print(f"| loader, {ROWS:,} rows, batches of {SIZE} | rows a second | tokenized, rows a second |")
    print("|---|--:|--:|")
    rates: dict[tuple[str, bool], list[float]] = {
        (name, tokenized): [] for name in trainers for tokenized in (False, True)
    }
    collators = {name: trainer.data_collator for name, trainer in trainers.items()}
    for _ in range(ROUNDS):
        for tokenized, batches in ((False, 200), (True, 40)):
            for name, trainer in trainers.items():
                trainer.data_collator = collators[name] if tokenized else Untokenized(collators[name])
                rates[name, tokenized].append(rate(trainer.get_train_dataloader, batches))
    for name in trainers:
        plain, whole = (statistics.median(rates[name, tokenized]) for tokenized in (False, True))
        print(f"| {name} | {plain:,.0f} | {whole:,.0f} |")


def rate(loader: Callable[[], Any], batches: int) -> float:
    found = iter(loader())
    next(found)
    clock = time.perf_counter()
    count = sum(1 for _ in islice(found, batches))
    return count * SIZE / (time.perf_counter() - clock)


if __name__ == "__main__":
    main()
