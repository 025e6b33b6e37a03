"""Small real models and the features of a batch for them, as a training hands them to a loss."""

from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator
from torch import Tensor

from polybatch.encoders.lexical import ngram_encoder
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.sampling import make_plan
from polybatch.table.aligned import AlignedTable
from polybatch.training.losses import LossSettings
from polybatch.training.losses.inputs import loss_inputs
from polybatch.training.losses.teacher import TeacherVectors
from tests.models import make_transformer
from tests.sampling.trained import LANGUAGES, ROWS, make_table, text

SIZE = 6
MODEL_KEYS = ("input_ids", "attention_mask", "token_type_ids", "offsets")


def make_models(folder: Path) -> dict[str, SentenceTransformer]:
    """A static encoder, one with a lexical part, and a transformer, all in float64."""
    sides = ("query", "passage", "negative_1")
    texts = [text(side, code, row) for side in sides for code in LANGUAGES for row in range(ROWS)] * 3
    subwords = train_tokenizer(texts, vocabulary=200)
    static = static_encoder(subwords, dimension=16, deviation=0.1, seed=1)
    settings = StaticEncoder(dimension=16, ngrams=4, buckets=64, lexical=6, lexical_share=0.7)
    lexical = ngram_encoder(subwords, settings, texts=texts, seed=1)
    transformer = SentenceTransformer(str(make_transformer(folder, texts)), device="cpu")
    return {"static": static.double(), "lexical": lexical.double(), "transformer": transformer.double()}


def drawn_teacher(rows: int, dimensions: int) -> TeacherVectors:
    """Vectors that no text has anything to do with."""
    drawn = torch.randn(2, rows, dimensions, generator=torch.Generator().manual_seed(5)).numpy()
    return TeacherVectors(drawn[0], drawn[1])


def columns_of(
    model: SentenceTransformer,
    settings: LossSettings,
    *,
    table: AlignedTable | None = None,
    negatives: int = 0,
    strategy: str = "x-y",
    size: int = SIZE,
) -> list[dict[str, Any]]:
    """The columns of a planned batch, as a trainer of sentence-transformers collects them."""
    table = table or make_table()
    batch = make_plan(table.shape, strategy, size=size, seed=3, negatives=negatives)[0]
    teacher = drawn_teacher(len(table), model.get_embedding_dimension() or 0)
    return collected(loss_inputs(table, settings, model=model, teacher=teacher).fetch(batch), model)


def collected(fetched: Any, model: SentenceTransformer) -> list[dict[str, Any]]:
    """Rows or features, collated and collected as in a training step."""
    inputs = fetched if isinstance(fetched, dict) else SentenceTransformerDataCollator(model.preprocess)(fetched)
    columns: list[dict[str, Any]] = SentenceTransformerTrainer.collect_features(None, inputs)[0]  # type: ignore[arg-type]
    return columns


def value_and_gradient(model: SentenceTransformer, loss: Tensor) -> tuple[float, Tensor]:
    """A loss, and its gradient over all parameters as one vector."""
    model.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = [(torch.zeros_like(one) if one.grad is None else one.grad).flatten() for one in model.parameters()]
    return float(loss.detach()), torch.cat(gradients)


def unit_vectors(model: SentenceTransformer, columns: list[dict[str, Any]]) -> list[Tensor]:
    """The vectors of every column, of length 1."""
    found = [model({key: one[key] for key in MODEL_KEYS if key in one})["sentence_embedding"] for one in columns]
    return [one / one.norm(dim=1, keepdim=True) for one in found]
