"""LaKDA: a query and its translation score the passages of the batch alike."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import kl_div, log_softmax

from polybatch.training.losses.columns import TwoTermLoss, cosines


class LakdaLoss(TwoTermLoss):
    """Language KL-divergence alignment (LaKDA, arXiv 2509.06195). The last column is each query's translation t_i.

    Of n rows and all passages and hard negatives d of the batch:

        p_i = softmax_j cos(q_i, d_j),  r_i = softmax_j cos(t_i, d_j)
        L = (1 - weight) InfoNCE(q, d) + weight * 1/n sum_i KL(r_i || p_i)

    The divergence is of cosines without a temperature, and gradients flow through both of its sides.
    """

    needs = "translations"

    def __init__(self, model: nn.Module, contrast: Any, *, weight: float) -> None:
        super().__init__(model, contrast)
        self.weight = weight

    def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Tensor | None = None) -> Tensor:
        """The loss of a batch, a scalar."""
        vectors, beside = self.embed(sentence_features)
        if "language" not in beside[-1]:
            return self.alone(vectors)
        *vectors, translations = vectors
        passages = torch.cat([self.everywhere(column) for column in vectors[1:]])
        one, other = (log_softmax(cosines(side, passages), dim=1) for side in (vectors[0], translations))
        alike = kl_div(one, other, log_target=True, reduction="batchmean")
        return (1 - self.weight) * self.info_nce(vectors) + self.weight * alike
