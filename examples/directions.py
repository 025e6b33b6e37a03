"""Hybrid batches in a plain sentence-transformers script: a DatasetDict with one dataset a direction.

    python examples/directions.py [MODEL] [OUT]

MODEL is any sentence-transformers or transformers model; news.jsonl beside this file holds made-up news in three
languages, `query.en`, `passage.sw` and so on.
"""

import sys
from pathlib import Path

from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from polybatch import direction_sampler

name, out = (*sys.argv[1:], *("FacebookAI/xlm-roberta-base", "models/directions")[len(sys.argv) - 1 :])
news = Dataset.from_json(str(Path(__file__).parent / "news.jsonl"))

languages = ("en", "sw", "ne")
directions = DatasetDict(
    {
        f"{query}-{passage}": Dataset.from_dict(
            {"query": news[f"query.{query}"], "passage": news[f"passage.{passage}"]}
        )
        for query in languages
        for passage in languages
    }
)

model = SentenceTransformer(name)
arguments = SentenceTransformerTrainingArguments(
    output_dir=out,
    per_device_train_batch_size=16,
    num_train_epochs=3,
    multi_dataset_batch_sampler=direction_sampler([*directions], "hybrid", alpha=0.5, epochs=3),
)
loss = MultipleNegativesRankingLoss(model, gather_across_devices=True)
SentenceTransformerTrainer(model, arguments, directions, loss=loss).train()
model.save(out)
