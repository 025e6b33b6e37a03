"""Several processes that train one model, as torchrun starts them: which this one is, and how they wait for another."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from polybatch.errors import Fault, RecipeError

STEP_MINUTES = 10.0  # that a step may wait for another process; longer means that it has gone
WORK_HOURS = 72.0  # that the others may wait while the first one judges or builds
SHARDING = {"ACCELERATE_USE_FSDP": "FSDP", "ACCELERATE_USE_DEEPSPEED": "DeepSpeed"}  # as `accelerate launch` sets them


@dataclass(frozen=True)
class Processes:
    """How many processes share the work, and which of them, counted from 0, this one is.

    `group` is the torch.distributed group in which they wait for the first one; None with one process.
    """

    rank: int = 0
    count: int = 1
    group: Any = None

    @property
    def first(self) -> bool:
        """Whether this is the one that reads, writes and judges."""
        return self.rank == 0

    def share(self, batch_size: int) -> int:
        """Rows of a batch for each. Raises RecipeError where they are not the same for all."""
        if batch_size % self.count:
            works = f"a multiple of the {self.count} processes works"
            raise RecipeError([Fault("training.batch_size", f"{batch_size} rows", works)])
        return batch_size // self.count

    def wait(self) -> None:
        """Wait until all are here, as long as the first one works; a process that died ends the wait with an error."""
        if self.count > 1:
            import torch.distributed as dist

            dist.monitored_barrier(self.group, timeout=timedelta(hours=WORK_HOURS))

    def from_first(self, value: Any) -> Any:
        """The value that the first one has, in every process."""
        if self.count == 1:
            return value
        import torch.distributed as dist

        box = [value]
        dist.broadcast_object_list(box, src=0, group=self.group)
        return box[0]


def processes_of_this_run() -> Processes:
    """What the launcher says in RANK and WORLD_SIZE; one process without a launcher.

    Raises RecipeError where `accelerate launch` started one process only, as it does with --cpu whatever the number,
    and where it is to share out the weights of a model, of which our checkpoints would hold a part.
    """
    for variable, name in SHARDING.items():
        if os.environ.get(variable, "").lower() in ("true", "1"):
            works = "whole weights in each process: torchrun; for memory, cached-info-nce, frozen embeddings or LoRA"
            raise RecipeError([Fault("accelerate launch", f"{name} shares out weights, which is not supported", works)])
    count = os.environ.get("WORLD_SIZE")
    if count is None:
        if {"ACCELERATE_USE_CPU", "MASTER_ADDR"} <= set(os.environ):
            works = "start it as `torchrun --nproc-per-node N -m polybatch ...`, or without a launcher for one process"
            raise RecipeError([Fault("accelerate launch", "started a single process (WORLD_SIZE is not set)", works)])
        return Processes()
    return Processes(int(os.environ.get("RANK", "0")), int(count))


@contextmanager
def joined() -> Iterator[Processes]:
    """The processes of this run, joined for as long as the block runs; one alone needs no joining.

    Over NCCL where there are GPUs, else over gloo. A step that waits STEP_MINUTES for another process fails.
    """
    processes = processes_of_this_run()
    if processes.count == 1:
        yield processes
        return
    import torch
    import torch.distributed as dist

    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo", timeout=timedelta(minutes=STEP_MINUTES))
    processes = replace(processes, group=dist.new_group(backend="gloo", timeout=timedelta(hours=WORK_HOURS)))
    try:
        yield processes
        processes.wait()  # one that ends while another still speaks to it takes that one down
    finally:
        dist.destroy_process_group()
