"""Listwise distillation: the passages of a batch are scored as a teacher scores them. Not here: the teacher."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax, softmax

from polybatch.training.losses.columns import TwoTermLoss, cosines


class ListwiseLoss(TwoTermLoss):
    """Listwise distillation beside info-nce, over the passages of the batch (as RankDistil and in-batch TAS-B have it).

    Of n rows, with the teacher's vectors T of query and passage in its own language, whatever the row's, both centred:

        p_i = softmax_j cos(Tq_i, Td_j) / teacher_temperature,  r_i = softmax_j cos(q_i, d_j) / temperature
        L = (1 - weight) InfoNCE(q, d) + weight * 1/n sum_i -sum_j p_ij log r_ij

    and, if symmetric, the second term is the mean of it and of the same from passages to queries. Its least value is
    the entropy of p, which no vector changes: it has the gradient of KL(p_i || r_i). Rows that the teacher finds alike
    are no longer pushed apart. Hard negatives are in the first term only. The student's dimensions need not be the
    teacher's.
    """

    needs = "teacher"

    def __init__(
        self, model: nn.Module, contrast: Any, *, weight: float, teacher_temperature: float, symmetric: bool
    ) -> None:
        super().__init__(model, contrast)
        self.weight, self.teacher_temperature, self.symmetric = weight, teacher_temperature, symmetric

    def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Tensor | None = None) -> Tensor:
        """The loss of a batch, a scalar."""
        vectors, beside = self.embed(sentence_features)
        if "teacher" not in beside[0]:
            return self.alone(vectors)
        teachers = [column["teacher"].to(vectors[0].dtype) for column in beside[:2]]
        wanted = self._both_ways(cosines, teachers)
        scores = self._both_ways(self.contrast.cosines, vectors[:2])
        terms = [
            -(softmax(one / self.teacher_temperature, dim=1) * log_softmax(other * self.contrast.scale, dim=1)).sum(1)
            for one, other in zip(wanted, scores, strict=True)
        ]
        return (1 - self.weight) * self.info_nce(vectors) + self.weight * torch.stack(terms).mean()

    def _both_ways(self, score: Callable[[Tensor, Tensor], Tensor], sides: list[Tensor]) -> list[Tensor]:
        """Scores of queries with passages and, if symmetric, of passages with queries; of those of all processes."""
        there = score(sides[0], self.everywhere(sides[1]))
        if not self.symmetric:
            return [there]
        return [there, score(sides[1], self.everywhere(sides[0])) if self.contrast.gather_across_devices else there.T]
