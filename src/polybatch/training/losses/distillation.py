"""Distillation: every text lies where a teacher has its translation into one language. Not here: the teacher."""

from collections.abc import Iterable
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from polybatch.training.losses.columns import TwoTermLoss


class DistillationLoss(TwoTermLoss):
    """Distillation beside info-nce (MIMO, arXiv 2605.31171, whose lambda is 1 - weight).

    Of n rows, with the teacher's vectors T of query and passage in its own language, whatever the row's:

        L = (1 - weight) InfoNCE(q, d) + weight * 1/(2n) sum_i (1 - cos(q_i, Tq_i) + 1 - cos(d_i, Td_i))

    MIMO turns the student's vectors into the teacher's space by a linear layer that is trained and then dropped. Here
    the teacher's are turned into the student's, once, by principal components (`teacher_vectors`), so that nothing
    outside the model is trained and a checkpoint holds all there is. Hard negatives are in the first term only.
    """

    needs = "teacher"

    def __init__(self, model: nn.Module, contrast: Any, *, weight: float) -> None:
        super().__init__(model, contrast)
        self.weight = weight

    def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Tensor | None = None) -> Tensor:
        """The loss of a batch, a scalar."""
        vectors, beside = self.embed(sentence_features)
        if "teacher" not in beside[0]:
            return self.alone(vectors)
        near = [
            cosine_similarity(side, found["teacher"].to(side.dtype), dim=1).mean()
            for side, found in zip(vectors[:2], beside[:2], strict=True)
        ]
        away = 1 - (near[0] + near[1]) / 2
        return (1 - self.weight) * self.info_nce(vectors) + self.weight * away
