"""From settings to the torch module that a trainer takes as its loss. Losses of our own have their own files."""

from typing import TYPE_CHECKING, Any

from polybatch.errors import Fault, RecipeError
from polybatch.training.losses.settings import LISTWISE, LossSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch.nn import Module

SYMMETRIC = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"}


def make_loss(model: "SentenceTransformer", settings: LossSettings, *, world_size: int = 1) -> "Module":
    """The loss of a recipe for a model, as `loss=` of SentenceTransformerTrainer or HybridTrainer.

    Columns are the query, the passage, then any hard negatives. `info-nce`, with scores s(a, b) = cos(a, b) /
    temperature, over the n rows of a batch and its N passages and hard negatives d:

        L = -1/n sum_i log( e^s(q_i, d_i) / sum_j e^s(q_i, d_j) )

    and, if symmetric, the mean of it and of the same with s(q_j, d_i), j over the n queries, below: hard negatives ask
    for nothing. It is sentence-transformers' MultipleNegativesRankingLoss with less work (`Contrast`), and its cached
    form (gradient cache, arXiv 2101.06983), which gives the same numbers. `equation-1` is L with a temperature of 1,
    which cannot fall below log(1 + (N - 1) / e^2). With several processes (`world_size`), queries of each meet the
    passages of all.

    Losses that need more than the texts (`settings.needs`) want their batches from `loss_inputs`. Raises RecipeError
    for cached-info-nce on a static encoder, whose texts cannot be taken some at a time.
    """
    from polybatch.training.losses.contrast import Contrast

    options: dict[str, Any] = {"scale": 1 / settings.temperature, "gather_across_devices": world_size > 1}
    if settings.name == "equation-1":
        return Contrast(model, **options | {"scale": 1.0})
    if settings.name == "clear":
        from polybatch.training.losses.clear import ClearLoss

        return ClearLoss(model, Contrast(model, **options), reverse=settings.share, divergence=settings.divergence)
    options |= SYMMETRIC if settings.symmetric else {}
    if settings.name == "cached-info-nce":
        from sentence_transformers.sentence_transformer import losses

        try:
            return losses.CachedMultipleNegativesRankingLoss(model, mini_batch_size=settings.mini_batch, **options)
        except ValueError:
            works = "info-nce does the same in one piece"
            raise RecipeError([Fault("loss.name", "cached-info-nce is for transformers only", works)]) from None
    contrast = Contrast(model, **options)
    if settings.name == "lakda":
        from polybatch.training.losses.lakda import LakdaLoss

        return LakdaLoss(model, contrast, weight=settings.share)
    if settings.name == "distillation":
        from polybatch.training.losses.distillation import DistillationLoss

        return DistillationLoss(model, contrast, weight=settings.share)
    if settings.name == LISTWISE:
        from polybatch.training.losses.listwise import ListwiseLoss

        options = {"teacher_temperature": settings.teacher_temperature, "symmetric": settings.symmetric}
        return ListwiseLoss(model, contrast, weight=settings.share, **options)
    if settings.name == "erasure":
        from polybatch.training.losses.erasure import ErasureLoss

        return ErasureLoss(model, contrast, weight=settings.share)
    return contrast
