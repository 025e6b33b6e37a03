"""Train one encoder with one strategy, through sentence-transformers. Not here: the run over strategies and seeds."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from polybatch.encoders.static import static_encoder
from polybatch.errors import Fault, ModelError
from polybatch.files import written_aside
from polybatch.progress import Progress
from polybatch.provenance import versions
from polybatch.training.plans import plan_options
from polybatch.training.recipe import UNTUNED, Batches, Recipe, Training

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from polybatch.training.tokens import TokenTable

RECORD = "polybatch.json"
"""The file in a model's folder that says how it came to be: strategy, seed, recipe, realised mix, versions."""


def train_system(
    recipe: Recipe,
    system: str,
    *,
    seed: int,
    tokenizer: "Tokenizer",
    tokens: "TokenTable",
    out: Path,
    progress: Progress,
) -> None:
    """Train one system of a recipe and write it to `out`, a folder that `SentenceTransformer(out)` loads.

    `untuned` is the encoder before its first step. The folder is written whole or not at all.
    """
    settings = recipe.encoder
    model = static_encoder(tokenizer, dimension=settings.dimension, deviation=settings.deviation, seed=seed)
    mix: dict[str, Any] = {}
    if system != UNTUNED:
        title = f"training {system}, seed {seed}"
        mix = fit(
            model, tokens, recipe.training, recipe.batches, strategy=system, seed=seed, progress=progress, title=title
        )
    record = {
        "strategy": system,
        "seed": seed,
        "recipe": recipe.model_dump(mode="json"),
        "mix": mix,
        "versions": versions(),
    }
    with written_aside(out) as new:
        model.save(str(new), create_model_card=False)
        (new / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_record(model: str | Path) -> dict[str, Any]:
    """What polybatch wrote beside a model it trained; empty for any other model."""
    path = Path(model) / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def fit(
    model: "SentenceTransformer",
    tokens: "TokenTable",
    settings: Training,
    batches: Batches,
    *,
    strategy: str,
    seed: int,
    progress: Progress,
    title: str,
) -> dict[str, Any]:
    """Train on planned batches, and give the record of what they held.

    InfoNCE over in-batch negatives (arXiv 2408.10536, eq. 1), AdamW, linear decay.
    """
    from sentence_transformers import SentenceTransformerTrainingArguments
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from transformers import PrinterCallback, TrainerCallback
    from transformers.trainer_utils import set_seed

    from polybatch.sampling.trainer import HybridTrainer
    from polybatch.training.tokens import TokenBatches

    class Advance(TrainerCallback):
        """Moves the progress bar, and stops a training whose loss is no number."""

        def __init__(self, advance: Callable[[int], None]) -> None:
            self.advance = advance

        def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            self.advance(1)

        def on_log(
            self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **others: Any
        ) -> None:
            loss = (logs or {}).get("loss")
            if loss is not None and loss != loss:
                works = "a lower training.learning_rate or a higher training.temperature"
                raise ModelError([Fault(f"{title}, step {state.global_step}", "the loss is not a number", works)])

    symmetric = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"}
    loss = MultipleNegativesRankingLoss(
        model,
        scale=1 / settings.temperature,
        **(symmetric if settings.symmetric else {}),  # type: ignore[arg-type]
    )
    set_seed(seed)
    with TemporaryDirectory(prefix="polybatch-") as scratch, progress.task(title, settings.steps) as advance:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            max_steps=settings.steps,
            per_device_train_batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
            warmup_steps=settings.warmup,
            lr_scheduler_type="linear",
            max_grad_norm=settings.clip,
            optim="adamw_torch_fused",
            seed=seed,
            use_cpu=True,
            report_to="none",
            save_strategy="no",
            logging_steps=50,
            logging_nan_inf_filter=False,
            disable_tqdm=True,
        )
        trainer = HybridTrainer(
            model,
            arguments,
            TokenBatches(tokens, token_dropout=settings.token_dropout, seed=seed),
            strategy=strategy,
            loss=loss,
            **plan_options(batches),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(Advance(advance))
        trainer.train()
        mix = trainer.mix()
    model.eval()
    return mix
