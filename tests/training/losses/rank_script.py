"""One process of two: the losses of its half of a batch, and the mean gradients of both, to `losses-<rank>.json`."""

import json
import sys
from pathlib import Path
from typing import Any

import torch
import torch.distributed
from sentence_transformers import SentenceTransformer

from polybatch.sampling import make_plan
from polybatch.sampling.strategies import COMPOSITIONS
from polybatch.training.losses import LossSettings, make_loss
from polybatch.training.losses.inputs import loss_inputs
from tests.sampling.trained import make_table
from tests.training.losses.batches import collected, drawn_teacher, value_and_gradient

SETTINGS: dict[str, dict[str, Any]] = {
    "info-nce": {},
    "equation-1": {},
    "clear": {},
    "lakda": {},
    "distillation": {"teacher": "drawn"},
    "listwise-distillation": {"teacher": "drawn"},
    "erasure": {},
}


def losses_of(model: SentenceTransformer, rank: int, ranks: int) -> dict[str, Any]:
    """Value and gradient of every loss on this rank's part of a batch of 8 rows, by `loss, composition`."""
    table, found = make_table(), {}
    teacher = drawn_teacher(len(table), model.get_embedding_dimension() or 0)
    for composition in COMPOSITIONS:
        plan = make_plan(table.shape, "x-y", size=8, seed=3, negatives=1, composition=composition)
        for name, options in SETTINGS.items():
            settings = LossSettings(name=name, **options)
            fetched = loss_inputs(table, settings, model=model, teacher=teacher).fetch(plan[0].part(rank, ranks))
            loss = make_loss(model, settings, world_size=ranks)(collected(fetched, model), None)
            found[f"{name}, {composition}"] = value_and_gradient(model.train(), loss)
    return found


def main(folder: str, out: Path) -> None:
    """Every loss in each of two processes; gradients averaged as DistributedDataParallel does."""
    torch.distributed.init_process_group("gloo")
    rank, ranks = torch.distributed.get_rank(), torch.distributed.get_world_size()
    told = {}
    for name, (value, gradient) in losses_of(SentenceTransformer(folder, device="cpu").double(), rank, ranks).items():
        torch.distributed.all_reduce(gradient)
        told[name] = [value, (gradient / ranks).tolist()]
    (out / f"losses-{rank}.json").write_text(json.dumps(told), encoding="utf-8")
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
