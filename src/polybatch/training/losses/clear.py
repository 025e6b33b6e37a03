"""CLEAR: queries find passages, passages find the translations of their queries, and both ways agree."""

from collections.abc import Iterable
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import kl_div, log_softmax

from polybatch.training.losses.columns import TwoTermLoss, cosines


class ClearLoss(TwoTermLoss):
    """Reverse training (CLEAR, arXiv 2604.05821). The last column is each query's translation t_i.

    Of n rows, with s(a, b) = cos(a, b) / temperature and every sum over the batch:

        there_i = softmax_j s(q_i, d_j),  back_i = softmax_j s(d_i, t_j),  a = reverse, b = divergence
        L = (1 - a - b) InfoNCE(q, d) + a * -1/n sum_i log back_i[i] + b * 1/n sum_i KL(back_i || there_i)

    Gradients flow through both sides of the divergence, as in the authors' code. Hard negatives are in the first term
    only: there are no hard negatives among queries.
    """

    needs = "translations"

    def __init__(self, model: nn.Module, contrast: Any, *, reverse: float, divergence: float) -> None:
        super().__init__(model, contrast)
        self.reverse, self.divergence = reverse, divergence

    def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Tensor | None = None) -> Tensor:
        """The loss of a batch, a scalar."""
        vectors, beside = self.embed(sentence_features)
        if "language" not in beside[-1]:
            return self.alone(vectors)
        *vectors, translations = vectors
        queries, passages = vectors[:2]
        there = log_softmax(cosines(queries, self.everywhere(passages)) * self.contrast.scale, dim=1)
        back = log_softmax(cosines(passages, self.everywhere(translations)) * self.contrast.scale, dim=1)
        return (
            (1 - self.reverse - self.divergence) * self.info_nce(vectors)
            + self.reverse * self.info_nce([passages, translations])
            + self.divergence * kl_div(there, back, log_target=True, reduction="batchmean")
        )
