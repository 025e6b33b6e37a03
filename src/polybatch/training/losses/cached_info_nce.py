"""info-nce of batches larger than memory (gradient cache, arXiv 2101.06983), by sentence-transformers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from polybatch.errors import Fault, RecipeError
from polybatch.training.losses.loss import Loss

if TYPE_CHECKING:
    from torch.nn import Module

    from polybatch.training.losses.settings import LossSettings


def _module(model: Any, settings: "LossSettings", options: Mapping[str, Any]) -> "Module":
    from sentence_transformers.sentence_transformer import losses

    try:
        return losses.CachedMultipleNegativesRankingLoss(model, mini_batch_size=settings.mini_batch, **options)
    except ValueError:
        instead = "info-nce does the same in one piece"
        raise RecipeError([Fault("loss.name", "cached-info-nce is for transformers only", instead)]) from None


LOSS = Loss(
    "cached-info-nce",
    "info-nce for batches larger than memory, some texts at a time; for transformers only",
    options=("temperature", "symmetric", "mini_batch"),
    module=_module,
)
