"""Listwise distillation: the passages of a batch are scored as a teacher scores them. Not here: the teacher."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from polybatch.training.losses.loss import TEACHER, Loss, without_teacher

if TYPE_CHECKING:
    from torch import Tensor

    from polybatch.training.losses.columns import TwoTermLoss


def away_from_scores(loss: "TwoTermLoss", vectors: "list[Tensor]", beside: "list[dict[str, Tensor]]") -> "Tensor":
    """Listwise distillation beside info-nce, over the passages of the batch (as RankDistil and in-batch TAS-B have it).

    Of n rows, with the teacher's vectors T of query and passage in its own language, whatever the row's, both centred:

        p_i = softmax_j cos(Tq_i, Td_j) / teacher_temperature,  r_i = softmax_j cos(q_i, d_j) / temperature
        L = (1 - weight) InfoNCE(q, d) + weight * 1/n sum_i -sum_j p_ij log r_ij

    and, if symmetric, the second term is the mean of it and of the same from passages to queries. Its least value is
    the entropy of p, which no vector changes: it has the gradient of KL(p_i || r_i). Rows that the teacher finds alike
    are then not pushed apart. Hard negatives are in the first term only. The student's dimensions need not be the
    teacher's.
    """
    import torch
    from torch.nn.functional import log_softmax, softmax

    from polybatch.training.losses.columns import cosines

    teachers = [known["teacher"].to(vectors[0].dtype) for known in beside[:2]]
    terms = [
        -(softmax(wanted / loss.settings.teacher_temperature, dim=1) * log_softmax(scores, dim=1)).sum(dim=1)
        for wanted, scores in zip(
            _both_ways(loss, cosines, teachers),
            _both_ways(loss, lambda some, others: loss.contrast.cosines(some, others) * loss.contrast.scale, vectors),
            strict=True,
        )
    ]
    return loss.settings.share * torch.stack(terms).mean()


def _both_ways(
    loss: "TwoTermLoss", score: "Callable[[Tensor, Tensor], Tensor]", sides: "list[Tensor]"
) -> "list[Tensor]":
    """Scores of queries with passages and, if symmetric, of passages with queries; of those of all processes."""
    there = score(sides[0], loss.everywhere(sides[1]))
    if not loss.settings.symmetric:
        return [there]
    return [there, score(sides[1], loss.everywhere(sides[0])) if loss.contrast.gather_across_devices else there.T]


LOSS = Loss(
    "listwise-distillation",
    "info-nce, and gives the passages of the batch the scores that a teacher gives their translations",
    options=(
        *("temperature", "symmetric", "weight"),
        *("teacher", "teacher_language", "teacher_reads", "teacher_temperature"),
    ),
    needs=TEACHER,
    weight=0.5,
    term=away_from_scores,
    fault=without_teacher,
)
