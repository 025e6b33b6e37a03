"""A small transformer trained on a small aligned table, and what it saw on the way."""

from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from transformers import TrainerCallback

from polybatch.sampling import HybridTrainer
from polybatch.table.aligned import AlignedTable
from tests.models import make_transformer

LANGUAGES = ("en", "ne", "sw")
ROWS = 40


def text(side: str, code: str, row: int) -> str:
    return f"{side} {code} number {row}"


def make_model(folder: Path) -> Path:
    """A transformer that knows the words of the table."""
    texts = [text(side, code, row) for side in ("query", "passage") for code in LANGUAGES for row in range(ROWS)]
    return make_transformer(folder, texts * 3)


def make_table() -> AlignedTable:
    """ROWS items in three languages, each with a hard negative."""
    sides = ("query", "passage", "negative_1")
    return AlignedTable.from_columns(
        {f"{side}.{code}": [text(side, code, row) for row in range(ROWS)] for side in sides for code in LANGUAGES}
    )


def arguments(out: Path, **others: Any) -> SentenceTransformerTrainingArguments:
    settings: dict[str, Any] = {"per_device_train_batch_size": 8, "use_cpu": True, "report_to": "none", "seed": 3}
    settings |= {"save_strategy": "no", "disable_tqdm": True, "learning_rate": 1e-3, "logging_strategy": "no"}
    return SentenceTransformerTrainingArguments(output_dir=str(out), **settings | others)


class Gradients(TrainerCallback):
    """Notes the gradients of the first step, after they were gathered."""

    def __init__(self) -> None:
        self.first: list[float] = []

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        if not self.first:
            for parameter in others["model"].parameters():
                if parameter.grad is not None:
                    self.first += parameter.grad.detach().flatten()[:500].tolist()


class Seen:
    """A collator that notes the texts of every batch."""

    def __init__(self, collator: Any) -> None:
        self.collator, self.batches = collator, []  # type: ignore[var-annotated]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["collator"], name)

    def __call__(self, rows: list[dict[str, str]]) -> Any:
        self.batches.append([tuple(value for key, value in row.items() if key != "dataset_name") for row in rows])
        return self.collator(rows)


def train(model_folder: Path, table: AlignedTable, out: Path, *, resume: str | None = None, **others: Any) -> Any:
    """The trainer after training, and what its model saw."""
    model = SentenceTransformer(str(model_folder), device="cpu")
    options = {name: others.pop(name) for name in ("strategy", "alpha", "negatives") if name in others}
    trainer: Any = HybridTrainer(
        model, arguments(out, **others), table, loss=MultipleNegativesRankingLoss(model), **options
    )
    trainer.data_collator = seen = Seen(trainer.data_collator)
    trainer.add_callback(gradients := Gradients())
    trainer.first_gradients = gradients.first
    trainer.train(resume_from_checkpoint=resume)
    return trainer, seen.batches


def dataset_dict(rows: int = ROWS) -> DatasetDict:
    return DatasetDict(
        {
            f"{query}-{passage}": Dataset.from_dict(
                {
                    "query": [text("query", query, row) for row in range(rows)],
                    "passage": [text("passage", passage, row) for row in range(rows)],
                }
            )
            for query in LANGUAGES
            for passage in LANGUAGES
        }
    )


def first_weights(model: Any) -> list[float]:
    """Some of a model's weights, to compare."""
    found: list[float] = next(iter(model.parameters())).detach().flatten()[:500].tolist()
    return found
