"""Train a model on planned batches as a recipe says, by sentence-transformers. Not here: its folder, its record."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.progress import Progress
from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.table.aligned import AlignedTable
from polybatch.training.adapting import ADAPTIVE
from polybatch.training.checkpoints import Checkpoints
from polybatch.training.hardware import Hardware, choose_hardware
from polybatch.training.losses import make_loss
from polybatch.training.losses.inputs import loss_inputs
from polybatch.training.memory import keep_freed_memory
from polybatch.training.plans import plan_options
from polybatch.training.processes import Processes
from polybatch.training.settings import TrainingRecipe

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from polybatch.sampling.trainer import BatchSource
    from polybatch.training.losses.teacher import TeacherVectors
    from polybatch.training.selection import Selecting
    from polybatch.training.states import StateStore
    from polybatch.training.tokens import TokenTable

LOGGED_EVERY = 50  # steps


@dataclass(frozen=True)
class Tracking:
    """Where sentence-transformers reports losses to: names such as `tensorboard` and `wandb`, and a folder."""

    names: Sequence[str] = ()
    folder: Path | None = None


@dataclass(frozen=True)
class Fitted:
    """What a training was: the record of what its batches held, the loss of every step, the hardware."""

    mix: dict[str, Any]
    losses: list[float]
    hardware: Hardware
    selection: dict[str, Any] | None = None


def fit(
    model: "SentenceTransformer",
    recipe: TrainingRecipe,
    tokens: "TokenTable",
    texts: AlignedTable,
    *,
    strategy: str,
    seed: int,
    checkpoints: Checkpoints,
    progress: Progress,
    title: str,
    processes: Processes | None = None,
    tracking: Tracking | None = None,
    selecting: "Selecting | None" = None,
    teacher: "TeacherVectors | None" = None,
    states: "StateStore | None" = None,
) -> Fitted:
    """Train a model in place on the batches of a strategy: AdamW, a linear warm-up and a linear decay.

    `tokens` are those of the rows of `texts`. A training that was stopped goes on from its newest whole checkpoint,
    and comes to the same weights. With several processes each takes its share of every batch. With `selecting` the
    model ends in the state that was best, and the mix is of the batches up to there. Where only upper layers learn,
    what those below give is kept in `states`, which trainings that start from the same weights may share. Raises
    ModelError for a loss that is no finite number.
    """
    from sentence_transformers import SentenceTransformerTrainingArguments
    from transformers import PrinterCallback
    from transformers.trainer_utils import set_seed

    from polybatch.training.buckets import bucketed
    from polybatch.training.frozen import check_layers, cut_in_two
    from polybatch.training.states import LowerStates, StateStore
    from polybatch.training.tokens import TokenBatches
    from polybatch.training.trainer import RecipeTrainer

    processes, tracking = processes or Processes(), tracking or Tracking()
    settings = recipe.training
    hardware = choose_hardware(settings.precision, kind=recipe.encoder.kind, compiled=settings.compile)
    kept = hardware.device == "cpu" and keep_freed_memory()
    source: BatchSource = TokenBatches(tokens, token_dropout=settings.token_dropout, seed=seed)
    set_seed(seed)
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints.folder),
        max_steps=settings.steps,
        per_device_train_batch_size=processes.share(settings.batch_size),
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warmup,
        lr_scheduler_type="linear",
        max_grad_norm=settings.clip,
        optim="adamw_torch_fused",
        seed=seed,
        use_cpu=hardware.device == "cpu",
        bf16=hardware.precision == "bfloat16",
        tf32=True if hardware.tf32 else None,
        torch_compile=hardware.compiled,
        ddp_backend="gloo" if hardware.device == "cpu" and processes.count > 1 else None,
        report_to=list(tracking.names) if processes.first and tracking.names else "none",
        run_name=title,
        save_strategy="steps" if settings.checkpoint_every else "no",
        save_steps=settings.checkpoint_every or settings.steps,
        logging_steps=LOGGED_EVERY,
        logging_nan_inf_filter=False,
        dataloader_pin_memory=hardware.device == "cuda",
        disable_tqdm=True,
    )
    with ExitStack() as open_:
        advance = open_.enter_context(progress.task(title, settings.steps))
        if recipe.tuning.train_layers:
            frozen = check_layers(model, recipe.tuning.train_layers)
            halves = open_.enter_context(cut_in_two(model, frozen, device=hardware.device))
            states = states or StateStore(checkpoints.folder)
            source = LowerStates(source, halves, states, hardware.precision == "bfloat16", hardware.device)
            progress.say(
                f"{title}: the embeddings and the first {frozen} of the layers run once per text; {states.described()}"
            )
        open_.enter_context(bucketed(model))
        open_.enter_context(_same_padding(model))
        open_.enter_context(_environment(tracking))
        trainer = RecipeTrainer(
            model,
            arguments,
            loss_inputs(source, recipe.loss, model=model, teacher=teacher),
            strategy=strategy,
            loss=make_loss(model, recipe.loss, world_size=processes.count),
            title=title,
            checkpoints=checkpoints,
            texts=texts,
            progress=progress,
            advance=advance,
            selecting=selecting,
            adaptive=recipe.batches.alpha == ADAPTIVE,
            trims=kept and recipe.encoder.kind != "static",
            **plan_options(recipe.batches),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.go()
        best = selecting.take_best(model) if selecting else None
        mix = trainer.mix(best)
        if trainer.adapting:
            of_blocks = trainer.adapting.shares[: -(-settings.steps // KIND_BLOCK)]
            shares = " ".join(f"{share:.2f}".removeprefix("0") for share in of_blocks)
            progress.say(f"{title}: alpha by blocks of {KIND_BLOCK} batches: {shares}")
    model.eval()
    return Fitted(mix, trainer.losses, hardware, selecting.record() if selecting else None)


@contextmanager
def _same_padding(model: "SentenceTransformer") -> Iterator[None]:
    """After the block the configuration names the padding that it named before.

    transformers' trainer writes the tokenizer's into it. Models of RoBERTa's kind count positions from it, so that a
    saved one whose tokenizer pads with another token would read all texts at other positions.
    """
    config: Any = getattr(model[0], "config", None)
    before = getattr(config, "pad_token_id", None)
    try:
        yield
    finally:
        if config is not None:
            config.pad_token_id = before


@contextmanager
def _environment(tracking: Tracking) -> Iterator[None]:
    """Within the block, TensorBoard is told its folder, which it takes from the environment alone."""
    wanted: Mapping[str, str] = {}
    if tracking.folder and "tensorboard" in tracking.names:
        wanted = {"TENSORBOARD_LOGGING_DIR": str(tracking.folder)}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
