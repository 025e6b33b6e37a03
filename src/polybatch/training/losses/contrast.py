"""info-nce by sentence-transformers, without what it computes twice, and without gradients of what is fixed."""

from collections.abc import Iterable
from typing import Any

import torch
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch import Tensor

from polybatch.encoders.lexical import NgramEmbedding
from polybatch.training.losses.columns import embed_joined


class Contrast(MultipleNegativesRankingLoss):
    """A MultipleNegativesRankingLoss, to the same value and gradient, of one score matrix for both of its directions.

    Vectors that join a learned and a fixed part (`NgramEmbedding`) get the gradient of the learned one alone: both
    parts have a fixed length, so a vector's length has none. Several processes go their way, as there.
    """

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(model, **options)
        last = model[-1]
        self.learned = last.embedding_dim if isinstance(last, NgramEmbedding) and last.dimensions else None

    def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Any = None) -> Tensor:
        """The loss of a batch, a scalar."""
        columns = list(sentence_features)
        if joined := embed_joined(self.model, columns):
            return self.compute_loss_from_embeddings(joined, labels)
        loss: Tensor = super().forward(columns, labels)
        return loss

    def compute_loss_from_embeddings(self, embeddings: list[Tensor], labels: Any) -> Tensor:
        """The loss of vectors of queries, passages and hard negatives, each of shape (rows, dimensions)."""
        if self.gather_across_devices:
            loss: Tensor = super().compute_loss_from_embeddings(embeddings, labels)
            return loss
        queries, *passages = embeddings
        scores = self.cosines(queries, torch.cat(passages)) * self.scale
        normaliser = torch.logsumexp(scores, dim=1)
        if "doc_to_query" in self.directions:
            normaliser = (normaliser + torch.logsumexp(scores[:, : len(queries)], dim=0)) / 2
        return (normaliser - scores.diagonal()).mean()

    def cosines(self, some: Tensor, others: Tensor) -> Tensor:
        """The cosine of each of some vectors with each of others, shape (some, others)."""
        if self.learned is None:
            scores: Tensor = self.similarity_fct(some, others)
            return scores
        some, others = _scaled(some), _scaled(others)
        fixed = some[:, self.learned :].detach() @ others[:, self.learned :].detach().T
        return torch.addmm(fixed, some[:, : self.learned], others[:, : self.learned].T)


def _scaled(vectors: Tensor) -> Tensor:
    """Vectors of length 1, their lengths taken as constants; zeros stay zeros."""
    scaled: Tensor = vectors / torch.linalg.vector_norm(vectors.detach(), dim=1, keepdim=True).clamp(min=1e-12)
    return scaled
