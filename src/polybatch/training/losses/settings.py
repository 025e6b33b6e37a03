"""The `[loss]` table of a recipe: which loss, with which options. Not here: the losses themselves, and torch."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from polybatch.training.losses.table import LOSSES

READS = {
    "both": "queries and passages",
    "queries": "queries alone, whose vectors stand for their passages' too; needs a teacher_temperature of 0.1 or more",
}
"""Which texts of a row the teacher of listwise-distillation reads."""

Share = Annotated[float, Field(ge=0, le=1)]


def _takers(option: str) -> str:
    return " and ".join(name for name, loss in LOSSES.items() if option in loss.options)


def _others(option: str) -> str:
    return " and ".join(name for name, loss in LOSSES.items() if option not in loss.options)


class LossSettings(BaseModel):
    """`[loss]`: what a batch is trained to do."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Literal[tuple(LOSSES)] = Field(  # type: ignore[valid-type]
        "info-nce", description="; ".join(f"{loss.name}: {loss.asks}" for loss in LOSSES.values())
    )
    temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        0.05,
        description="divisor of cosines before the softmax; 0.05 for encoders from random weights, 0.01 for E5, 0.02"
        f" for other pretrained ones; not for {_others('temperature')}",
    )
    symmetric: bool = Field(
        True,
        description=f"also train from passage to query, and average both losses; not for {_others('symmetric')}",
    )
    mini_batch: Annotated[int, Field(ge=1)] = Field(
        32, description=f"texts in memory at once in each process; for {_takers('mini_batch')}"
    )
    weight: Share | None = Field(
        None,
        description="share of the loss that is not info-nce: "
        + ", ".join(f"{loss.name} {loss.weight}" for loss in LOSSES.values() if "weight" in loss.options)
        + " by default",
    )
    divergence: Share = Field(
        0.2, description=f"share of the loss that keeps both ways of {_takers('divergence')} alike"
    )
    teacher: str = Field("", description=f"model that {_takers('teacher')} learns from: a folder or a hub name")
    teacher_language: str = Field("en", description="language of the texts that the teacher reads")
    teacher_reads: Literal[tuple(READS)] = Field(  # type: ignore[valid-type]
        "both", description="; ".join(f"{one}: {what}" for one, what in READS.items())
    )
    teacher_temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        0.05,
        description=f"divisor of the teacher's cosines before the softmax; for {_takers('teacher_temperature')}",
    )

    @model_validator(mode="after")
    def _options_that_the_loss_has(self) -> Self:
        takes = LOSSES[self.name].options
        others = sorted(self.model_fields_set - {"name", *takes})
        if others:
            known = f"it takes {', '.join(takes)}" if takes else "it takes none"
            raise ValueError(f"{self.name} has no option {', '.join(others)}; {known}")
        if fault := LOSSES[self.name].fault(self):
            raise ValueError(fault)
        return self

    @property
    def share(self) -> float:
        """The weight of the loss: that of the recipe, else its own; 0 for losses of one term."""
        return LOSSES[self.name].weight if self.weight is None else self.weight

    @property
    def further(self) -> float:
        """The share of the loss that is not info-nce: its weight, and its divergence if it has one."""
        return self.share + self.divergence if "divergence" in LOSSES[self.name].options else self.share

    @property
    def needs(self) -> str | None:
        """What the loss must know of a batch beside its texts; None where texts are enough."""
        return LOSSES[self.name].needs
