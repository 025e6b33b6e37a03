"""LaKDA: a query and its translation score the passages of the batch alike."""

from typing import TYPE_CHECKING

from polybatch.training.losses.loss import TRANSLATIONS, Loss

if TYPE_CHECKING:
    from torch import Tensor

    from polybatch.training.losses.columns import TwoTermLoss


def alignment(loss: "TwoTermLoss", vectors: "list[Tensor]", beside: "list[dict[str, Tensor]]") -> "Tensor":
    """Language KL-divergence alignment (LaKDA, arXiv 2509.06195). The last column is each query's translation t_i.

    Of n rows and all passages and hard negatives d of the batch:

        p_i = softmax_j cos(q_i, d_j),  r_i = softmax_j cos(t_i, d_j)
        L = (1 - weight) InfoNCE(q, d) + weight * 1/n sum_i KL(r_i || p_i)

    The divergence is of cosines without a temperature, and gradients flow through both of its sides.
    """
    import torch
    from torch.nn.functional import kl_div, log_softmax

    from polybatch.training.losses.columns import cosines

    queries, *passages, translations = vectors
    every = torch.cat([loss.everywhere(column) for column in passages])
    of_queries, of_translations = (log_softmax(cosines(side, every), dim=1) for side in (queries, translations))
    return loss.settings.share * kl_div(of_queries, of_translations, log_target=True, reduction="batchmean")


LOSS = Loss(
    "lakda",
    "info-nce, and gives the passages of the batch the same scores for a query and its translation (LaKDA)",
    options=("temperature", "symmetric", "weight"),
    needs=TRANSLATIONS,
    weight=0.5,
    term=alignment,
)
