"""The columns of a batch as our losses read them: their vectors, and what stands beside their texts."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from sentence_transformers.util import all_gather_with_grad
from torch import Tensor, nn
from torch.nn.functional import normalize

from polybatch.errors import Fault, RecipeError
from polybatch.training.losses.loss import TEACHER, TRANSLATIONS, Term
from polybatch.training.losses.settings import LossSettings

BESIDE = ("language", "teacher")
"""Keys of a column's features that no model knows."""


class TwoTermLoss(nn.Module):
    """A loss of info-nce and something more. `contrast` is the first term, a MultipleNegativesRankingLoss, and
    `term` what the loss of the settings adds to it.

    Where rows come without what the something more is about, as those of a validation set do, the loss of an
    evaluation is its first term alone; a training is refused.
    """

    def __init__(self, model: nn.Module, contrast: Any, settings: LossSettings, term: Term) -> None:
        super().__init__()
        self.model, self.contrast, self.settings, self.term = model, contrast, settings, term

    def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Tensor | None = None) -> Tensor:
        """The loss of a batch, a scalar."""
        vectors, beside = self.embed(sentence_features)
        if not self._complete(beside):
            return self.alone(vectors)
        texts = vectors[:-1] if self.settings.needs == TRANSLATIONS else vectors
        return (1 - self.settings.further) * self.info_nce(texts) + self.term(self, vectors, beside)

    def embed(self, sentence_features: Iterable[dict[str, Any]]) -> tuple[list[Tensor], list[dict[str, Tensor]]]:
        """The vectors of each column, shape (rows, dimensions), and what stands beside its texts."""
        columns = [dict(column) for column in sentence_features]
        beside = [{key: column.pop(key) for key in BESIDE if key in column} for column in columns]
        joined = embed_joined(self.model, columns)
        return joined or [self.model(column)["sentence_embedding"] for column in columns], beside

    def info_nce(self, vectors: list[Tensor]) -> Tensor:
        """The first term, of the vectors of queries, passages and hard negatives."""
        loss: Tensor = self.contrast.compute_loss_from_embeddings(vectors, None)
        return loss

    def alone(self, vectors: list[Tensor]) -> Tensor:
        """The first term alone, for an evaluation. Raises RecipeError in a training."""
        if self.model.training:
            lacking = f"{self.settings.name} got rows without {self.settings.needs}"
            raise RecipeError([Fault("loss", lacking, "take the batches from loss_inputs")])
        return self.info_nce(vectors)

    def everywhere(self, vectors: Tensor) -> Tensor:
        """The vectors of all processes, in their order, where they share a batch; gradients flow back to each."""
        return all_gather_with_grad(vectors) if self.contrast.gather_across_devices else vectors

    def _complete(self, beside: list[dict[str, Tensor]]) -> bool:
        if self.settings.needs == TRANSLATIONS:
            return "language" in beside[-1]
        if self.settings.needs == TEACHER:
            return "teacher" in beside[0]
        return all("language" in known for known in beside)


def embed_joined(model: nn.Module, columns: list[dict[str, Any]]) -> list[Tensor]:
    """The vectors of each column of a static encoder, shape (rows, dimensions); none of one whose texts are padded.

    All columns go through it in one call, so that its dense gradient is made once.
    """
    if not all("offsets" in column for column in columns):
        return []
    starts = np.cumsum([0, *(column["input_ids"].numel() for column in columns)]).tolist()
    joined = {
        "input_ids": torch.cat([column["input_ids"] for column in columns]),
        "offsets": torch.cat([column["offsets"] + start for column, start in zip(columns, starts, strict=False)]),
    }
    vectors: Tensor = model(joined)["sentence_embedding"]
    return list(torch.split(vectors, [len(column["offsets"]) for column in columns]))


def cosines(some: Tensor, others: Tensor) -> Tensor:
    """The cosine of each of some vectors with each of others, shape (some, others)."""
    return normalize(some, dim=-1) @ normalize(others, dim=-1).T
