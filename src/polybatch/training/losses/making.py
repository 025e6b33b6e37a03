"""From settings to the torch module that a trainer takes as its loss. What each loss is stands in its own file."""

from typing import TYPE_CHECKING, Any

from polybatch.training.losses.settings import LossSettings
from polybatch.training.losses.table import LOSSES

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
    from polybatch.training.losses.columns import TwoTermLoss
    from polybatch.training.losses.contrast import Contrast

    loss = LOSSES[settings.name]
    scale = 1 / settings.temperature if "temperature" in loss.options else 1.0
    options: dict[str, Any] = {"scale": scale, "gather_across_devices": world_size > 1}
    if settings.symmetric and "symmetric" in loss.options:
        options |= SYMMETRIC
    if loss.module:
        return loss.module(model, settings, options)
    contrast = Contrast(model, **options)
    return TwoTermLoss(model, contrast, settings, loss.term) if loss.term else contrast
