"""CLEAR: queries find passages, passages find the translations of their queries, and both ways agree."""

from typing import TYPE_CHECKING

from polybatch.training.losses.loss import TRANSLATIONS, Loss

if TYPE_CHECKING:
    from torch import Tensor

    from polybatch.training.losses.columns import TwoTermLoss
    from polybatch.training.losses.settings import LossSettings


def reverse_training(loss: "TwoTermLoss", vectors: "list[Tensor]", beside: "list[dict[str, Tensor]]") -> "Tensor":
    """Reverse training (CLEAR, arXiv 2604.05821). The last column is each query's translation t_i.

    Of n rows, with s(a, b) = cos(a, b) / temperature and every sum over the batch:

        there_i = softmax_j s(q_i, d_j),  back_i = softmax_j s(d_i, t_j),  a = weight, b = divergence
        L = (1 - a - b) InfoNCE(q, d) + a * -1/n sum_i log back_i[i] + b * 1/n sum_i KL(back_i || there_i)

    Gradients flow through both sides of the divergence, as in the authors' code. Hard negatives are in the first term
    only: there are no hard negatives among queries.
    """
    from torch.nn.functional import kl_div, log_softmax

    from polybatch.training.losses.columns import cosines

    queries, passages, translations = vectors[0], vectors[1], vectors[-1]
    there = log_softmax(cosines(queries, loss.everywhere(passages)) * loss.contrast.scale, dim=1)
    back = log_softmax(cosines(passages, loss.everywhere(translations)) * loss.contrast.scale, dim=1)
    reverse = loss.settings.share * loss.info_nce([passages, translations])
    return reverse + loss.settings.divergence * kl_div(there, back, log_target=True, reduction="batchmean")


def _fault(settings: "LossSettings") -> str:
    return "weight and divergence of clear come to more than 1" if settings.further > 1 else ""


LOSS = Loss(
    "clear",
    "info-nce, and the reverse from each passage to its query's translation, with both kept similar (CLEAR)",
    options=("temperature", "weight", "divergence"),
    needs=TRANSLATIONS,
    weight=0.4,
    term=reverse_training,
    fault=_fault,
)
