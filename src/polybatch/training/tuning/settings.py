"""The `[tuning]` table of a recipe: which weights learn, and what is saved of them. Not here: doing it, and torch."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

METHODS = {
    "full": "all weights learn",
    "lora": "the model stays as it is; small matrices beside its own learn, and are added in at the end (LoRA)",
}
"""What learns in a training."""

_OF_LORA = ("rank", "alpha", "dropout", "targets", "layers", "keep_adapter")


class Tuning(BaseModel):
    """`[tuning]`: which weights learn, and what is saved of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    method: Literal[tuple(METHODS)] = Field(  # type: ignore[valid-type]
        "full", description="; ".join(f"{one}: {what}" for one, what in METHODS.items())
    )
    rank: Annotated[int, Field(ge=1)] = Field(16, description="rank of LoRA's matrices")
    alpha: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        32.0, description="LoRA's matrices are added alpha / rank times"
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="share of a text's values that LoRA's matrices do not see in training"
    )
    targets: Annotated[list[str], Field(min_length=1)] | None = Field(
        None, description="names of the linear modules beside which LoRA learns; by default those of attention"
    )
    layers: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)] | None = Field(
        None, description="first and last layer, from 0, that LoRA learns in; `[0, 2]` for early layers only"
    )
    freeze_embeddings: bool = Field(False, description="the vectors of subwords are not trained")
    train_layers: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="train only this number of last layers; those below and all embeddings are frozen: each text passes"
        " through them once, and their outputs are kept on disk during the training",
    )
    average: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="share of the tuned weights in the saved ones; the rest is the weights before tuning"
    )
    keep_adapter: bool = Field(False, description="LoRA's matrices are also saved apart, in the model's `adapter/`")

    @model_validator(mode="after")
    def _only_what_the_method_uses(self) -> Self:
        unused = [key for key in _OF_LORA if getattr(self, key) != type(self).model_fields[key].default]
        if self.method != "lora" and unused:
            raise ValueError(f'{", ".join(unused)}: only with method = "lora"')
        if self.method == "lora" and self.train_layers:
            raise ValueError('train_layers: only with method = "full"; LoRA learns in the layers of `layers`')
        if self.layers and self.layers[0] > self.layers[1]:
            raise ValueError(f"layers {self.layers}: the first comes before the last")
        return self
