"""One process of a distributed run: does some trainings, and writes what it saw and learned to `seen-<rank>.json`."""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from polybatch.sampling import HybridTrainer, direction_sampler
from tests.sampling.trained import Gradients, Seen, arguments, dataset_dict, first_weights, make_table

folder, out, jobs = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])


def train(name: str, how: str, resume: str | None = None, **settings: Any) -> dict[str, Any]:
    model = SentenceTransformer(folder, device="cpu")
    loss = MultipleNegativesRankingLoss(model, gather_across_devices=True)
    trainer: Any
    if how == "table":
        options = arguments(out / name, ddp_backend="gloo", **settings)
        trainer = HybridTrainer(model, options, make_table(), loss=loss)
    else:
        datasets = dataset_dict()
        sampler = direction_sampler([*datasets], ranks=1 if how == "split" else None)
        options = arguments(out / name, ddp_backend="gloo", multi_dataset_batch_sampler=sampler, **settings)
        trainer = SentenceTransformerTrainer(model, options, datasets, loss=loss)
    trainer.data_collator = seen = Seen(trainer.data_collator)
    trainer.add_callback(gradients := Gradients())
    trainer.train(resume_from_checkpoint=resume)
    return {
        "batches": seen.batches,
        "weights": first_weights(model),
        "gradients": gradients.first,
        "world": options.world_size,
    }


found = {name: train(name, **job) for name, job in jobs.items()}
rank = torch.distributed.get_rank()
(out / f"seen-{rank}.json").write_text(json.dumps(found), encoding="utf-8")
torch.distributed.barrier()  # a process that ends while another still speaks to it takes that one down
torch.distributed.destroy_process_group()
