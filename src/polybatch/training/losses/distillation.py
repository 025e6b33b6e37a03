"""Distillation: every text lies where a teacher has its translation into one language. Not here: the teacher."""

from typing import TYPE_CHECKING

from polybatch.training.losses.loss import TEACHER, Loss, without_teacher

if TYPE_CHECKING:
    from torch import Tensor

    from polybatch.training.losses.columns import TwoTermLoss


def away_from_teacher(loss: "TwoTermLoss", vectors: "list[Tensor]", beside: "list[dict[str, Tensor]]") -> "Tensor":
    """Distillation beside info-nce (MIMO, arXiv 2605.31171, whose lambda is 1 - weight).

    Of n rows, with the teacher's vectors T of query and passage in its own language, whatever the row's:

        L = (1 - weight) InfoNCE(q, d) + weight * 1/(2n) sum_i (1 - cos(q_i, Tq_i) + 1 - cos(d_i, Td_i))

    MIMO turns the student's vectors into the teacher's space by a linear layer that is trained and then dropped. Here
    the teacher's are turned into the student's, once, by principal components (`teacher_vectors`), so that nothing
    outside the model is trained and a checkpoint holds all there is. Hard negatives are in the first term only.
    """
    from torch.nn.functional import cosine_similarity

    queries, passages = (
        cosine_similarity(side, known["teacher"].to(side.dtype), dim=1).mean()
        for side, known in zip(vectors[:2], beside[:2], strict=True)
    )
    return loss.settings.share * (1 - (queries + passages) / 2)


LOSS = Loss(
    "distillation",
    "info-nce, and places every text where a teacher places its translation into one language (MIMO)",
    options=("temperature", "symmetric", "weight", "teacher", "teacher_language"),
    needs=TEACHER,
    weight=0.8,
    term=away_from_teacher,
    fault=without_teacher,
)
