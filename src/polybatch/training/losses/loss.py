"""What a loss is: what it asks for, its options, what it needs, its torch. No loss of its own; loads no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from polybatch.training.losses.columns import TwoTermLoss
    from polybatch.training.losses.settings import LossSettings

TRANSLATIONS, TEACHER, LANGUAGES = "translations", "teacher", "languages"
"""What a loss can need to know of a batch beside its texts; `loss_inputs` hands it over."""

Term = Callable[["TwoTermLoss", "list[Tensor]", "list[dict[str, Tensor]]"], "Tensor"]
"""What a loss adds to info-nce, already weighted, of the vectors of a batch's columns and what stands beside them."""


@dataclass(frozen=True)
class Loss:
    """A loss. One with neither `term` nor `module` is info-nce by its options.

    `options`: those keys of `[loss]` that it takes; without `temperature` its cosines are divided by nothing, without
    `symmetric` only queries find passages. `weight`: the share of `term` unless a recipe sets another. `fault`: what is
    wrong with its settings together, or "". `module`: makes it whole, of a model, settings and the options of
    sentence-transformers' MultipleNegativesRankingLoss.
    """

    name: str
    asks: str
    options: tuple[str, ...] = ()
    needs: str | None = None
    weight: float = 0.0
    term: Term | None = None
    module: "Callable[[Any, LossSettings, Mapping[str, Any]], Module] | None" = None
    fault: "Callable[[LossSettings], str]" = lambda settings: ""


def without_teacher(settings: "LossSettings") -> str:
    """What is wrong with the settings of a loss that needs a teacher: it has none."""
    return "" if settings.teacher else f"{settings.name} needs a teacher: the folder or hub name of a model"
