"""Hybrid batches over one aligned table, an item a row and a column per language, for corpora of any size.

    python examples/one_table.py [MODEL] [OUT]

MODEL is any sentence-transformers or transformers model; news.jsonl beside this file holds made-up news in three
languages, `query.en`, `passage.sw` and so on.
"""

import sys
from pathlib import Path

from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from polybatch import AlignedTable, HybridTrainer

name, out = (*sys.argv[1:], *("FacebookAI/xlm-roberta-base", "models/one_table")[len(sys.argv) - 1 :])
news = Dataset.from_json(str(Path(__file__).parent / "news.jsonl"))
table = AlignedTable.from_arrow(news.data.table)  # memory-mapped: the texts are not copied

model = SentenceTransformer(name)
arguments = SentenceTransformerTrainingArguments(output_dir=out, per_device_train_batch_size=16, num_train_epochs=3)
loss = MultipleNegativesRankingLoss(model, gather_across_devices=True)
trainer = HybridTrainer(model, arguments, table, strategy="hybrid", alpha=0.5, loss=loss)
trainer.train()
trainer.save_model(out)  # and mix.json beside it: what the batches really held
