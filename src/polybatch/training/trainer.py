"""The trainer of recipes: each step's randomness by its number, losses watched, whole checkpoints. No recipe here."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from transformers import TrainerCallback
from transformers.trainer import TRAINER_STATE_NAME

from polybatch.errors import Fault, ModelError
from polybatch.files import write_json
from polybatch.hashing import key_of
from polybatch.progress import Progress
from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.sampling.trainer import HybridTrainer
from polybatch.table.aligned import AlignedTable
from polybatch.training.adapting import AdaptiveAlpha
from polybatch.training.checkpoints import Checkpoints
from polybatch.training.memory import STEPS_BETWEEN_TRIMS, give_back_memory
from polybatch.training.selection import Selecting

WEIGHTS, LOSSES, LOOKS = "model.safetensors", "losses.npy", "looks.npy"
STEPS_BETWEEN_READINGS = {"cpu": 1, "cuda": 10}  # reading a loss makes a GPU wait


class RecipeTrainer(HybridTrainer):
    """A HybridTrainer that can be killed at any step, and goes on with the same batches and the same losses.

    What is random in a step (dropout) depends on the seed, the number of the step and the process alone. `losses` are
    those of all steps so far, means over the processes; one that is no finite number stops the training, and the batch
    is written beside the checkpoints. `texts` are the rows behind the tokens, to show such a batch. With `trims`, what
    memory was freed and kept is given back every few steps.
    """

    def __init__(
        self,
        *arguments: Any,
        title: str,
        checkpoints: Checkpoints,
        texts: AlignedTable,
        progress: Progress,
        advance: Callable[[int], None],
        selecting: Selecting | None,
        adaptive: bool = False,
        trims: bool = False,
        **others: Any,
    ) -> None:
        super().__init__(*arguments, **others)
        self.trims = trims
        self.title, self.checkpoints, self.texts, self.progress = title, checkpoints, texts, progress
        self.losses: list[float] = []
        self.selecting = selecting
        # a strategy of one kind of batch has nothing to adapt
        self.adapting = AdaptiveAlpha(self.args.max_steps) if adaptive and len(self.plan.strategy.kinds) > 1 else None
        self._unread: list[torch.Tensor] = []
        self.add_callback(_EveryStep(self, advance))

    def go(self) -> None:
        """Train to the end, from the newest whole checkpoint if there is one."""
        path = self.checkpoints.latest(self.progress) if self.is_world_process_zero() else None
        if self.args.world_size > 1:
            box = [path]
            torch.distributed.broadcast_object_list(box, src=0)
            path = box[0]
        if path is not None:
            self.progress.say(f"{self.title}: going on from step {path.name.removeprefix('step-')}")
        self.train(resume_from_checkpoint=None if path is None else str(path))
        self.read_losses()

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The loss of a batch, remembered."""
        loss: Any = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        self._unread.append(loss.detach())
        return loss

    def read_losses(self) -> None:
        """Take in the losses since the last reading. Raises ModelError where one is no finite number."""
        if not self._unread:
            return
        found = torch.stack(self._unread).float()
        self._unread.clear()
        if self.args.world_size > 1:
            found = self.accelerator.reduce(found, "mean")
        self.losses += found.tolist()
        bad = np.flatnonzero(~np.isfinite(self.losses[-len(found) :]))
        if len(bad):
            raise self._no_number(len(self.losses) - len(found) + int(bad[0]))

    def adapt(self) -> None:
        """Set alpha by the losses so far, block by block, where it is adaptive."""
        if self.adapting is None:
            return
        first = self.plan.strategy.kinds[0].name
        while self.adapting.take_in(self.losses, self.plan.kind, first=first):
            self.go_on_with(self.adapting.schedule)

    def _no_number(self, number: int) -> ModelError:
        """The error for the loss of batch `number`, whose rows are written to a file."""
        batch = self.plan[number]
        firsts = self.texts.shape.firsts
        datasets = np.searchsorted(firsts, batch.rows, side="right") - 1
        rows = [
            {
                "dataset": self.texts.shape.datasets[of].name,
                "row": int(row - firsts[of]),
                "direction": str(one),
                **texts,
            }
            for of, row, one, texts in zip(
                datasets.tolist(), batch.rows.tolist(), batch.directions, self.texts.fetch(batch), strict=True
            )
        ]
        path = self.checkpoints.folder / f"batch-of-step-{number + 1}.json"
        if self.is_world_process_zero():
            write_json(path, {"step": number + 1, "kind": batch.kind, "rows": rows})
        works = f"its batch is in {path}; a lower training.learning_rate or a higher loss.temperature may do"
        return ModelError([Fault(f"{self.title}, step {number + 1}", f"the loss is {self.losses[number]}", works)])

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        self.read_losses()
        if not self.is_world_process_zero():
            return
        step = self.state.global_step
        try:
            with self.checkpoints.written(step) as folder:
                save_model(self.model, str(folder / WEIGHTS))
                self._save_optimizer_and_scheduler(str(folder))
                self.state.save_to_json(str(folder / TRAINER_STATE_NAME))
                np.save(folder / LOSSES, np.array(self.losses))
                if self.selecting:
                    np.save(folder / LOOKS, np.array(self.selecting.looks).reshape(-1, 2))
        except (OSError, RuntimeError, SafetensorError) as error:
            # full disks come as errors of many libraries; a training need not end for one
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            kept = self.checkpoints.newest()
            rest = f"{kept} stays the last good one" if kept else "there is none before it"
            free = shutil.disk_usage(self.checkpoints.folder).free / 2**20
            told = f"no checkpoint could be written ({reason}); {free:,.0f} MiB are free there; {rest}"
            self.progress.say(f"{self.title}, step {step}: {told}")

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        folder = Path(resume_from_checkpoint)
        load_model(self.model, str(folder / WEIGHTS), device=str(self.model.device))
        self.losses = np.load(folder / LOSSES).tolist()
        self.adapt()
        if self.selecting:
            self.selecting.looks = [(int(step), value) for step, value in np.load(folder / LOOKS).tolist()]

    def _load_rng_state(self, checkpoint: str | None) -> None:
        """Nothing: the randomness of a step does not depend on what was before it."""


class _EveryStep(TrainerCallback):
    """What happens before and after each step: its seed, the bar, the reading of losses, the looks of a selection."""

    def __init__(self, trainer: RecipeTrainer, advance: Callable[[int], None]) -> None:
        self._trainer, self._advance = trainer, advance

    def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        self._advance(state.global_step)

    def on_step_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        torch.manual_seed(int(key_of(args.seed, 9, state.global_step, args.process_index)))

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        trainer = self._trainer
        if trainer.trims and state.global_step % STEPS_BETWEEN_TRIMS == 0:
            give_back_memory()
        if state.global_step % STEPS_BETWEEN_READINGS.get(args.device.type, 1) == 0:
            trainer.read_losses()
        if trainer.adapting and state.global_step % KIND_BLOCK == 0:
            trainer.read_losses()
            trainer.adapt()
        if trainer.selecting and trainer.selecting.is_due(state.global_step):
            trainer.read_losses()
            control.should_training_stop |= trainer.selecting.look(trainer.model, state.global_step)
        self._advance(1)
