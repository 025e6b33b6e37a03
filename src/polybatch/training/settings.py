"""How a training goes: the tables of a recipe that one training reads, and their defaults. Not here: reading a file."""

from collections.abc import Set
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from polybatch.encoders.families import default_temperature
from polybatch.encoders.settings import EncoderSettings, PretrainedEncoder, StaticEncoder
from polybatch.sampling.schedules import SCHEDULES, make_schedule
from polybatch.sampling.strategies import COMPOSITIONS, Composition
from polybatch.text.normalisation import Normalisation
from polybatch.training.losses.settings import LossSettings
from polybatch.training.losses.table import WITHOUT_TEMPERATURE
from polybatch.training.tuning.settings import Tuning

UNTUNED = "untuned"
"""The system that is the encoder before its first step."""
NUMBER, WORD, TABLE = "a number", "a word", "a table"  # kinds of values, where a key takes two
PRECISIONS = {
    "auto": "bfloat16 for transformers where the processor or card computes in it, else float32",
    "float32": "32 bits",
    "bfloat16": "forward passes in 16 bits; weights, loss and optimizer in 32",
}

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Temperature = Annotated[
    Annotated[Positive, Tag(NUMBER)] | Annotated[Literal["uniform"], Tag(WORD)],
    Discriminator(lambda value: WORD if isinstance(value, str) else NUMBER),
]
Count = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """A table of a recipe: no key beside those it names, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Training(Part):
    """`[training]`: how each system is trained; the same for all, so that only the batches differ."""

    steps: Count = Field(600, description="batches trained on")
    batch_size: Count = Field(512, description="rows of a batch, over all processes; every other row is a negative")
    learning_rate: Positive = Field(
        0.02, description="AdamW's, at its highest; 0.02 for static, 5e-4 for transformer, 3e-5 for pretrained"
    )
    weight_decay: Annotated[float, Field(ge=0)] = Field(0.01, description="AdamW's")
    warmup: Share = Field(
        0.05, description="share of the steps in which the learning rate rises; then it falls linearly"
    )
    clip: Annotated[float, Field(ge=0)] = Field(1.0, description="largest norm of the gradient; 0 for no limit")
    token_dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.5, description="share of subwords left out of a text; 0.5 for static, 0 for others"
    )
    precision: Literal[tuple(PRECISIONS)] = Field(  # type: ignore[valid-type]
        "auto", description="; ".join(f"{one}: {what}" for one, what in PRECISIONS.items())
    )
    compile: bool = Field(False, description="compile the encoder with torch.compile before training")
    checkpoint_every: Annotated[int, Field(ge=0)] = Field(
        500, description="steps between two checkpoints, of which the last two are kept until the end; 0 for none"
    )


DEFAULTS: dict[str, dict[str, float]] = {
    "static": {"learning_rate": 0.02, "token_dropout": 0.5},
    "transformer": {"learning_rate": 5e-4, "token_dropout": 0.0},
    "pretrained": {"learning_rate": 3e-5, "token_dropout": 0.0},
}
"""Defaults of `[training]` that depend on the kind of encoder."""


class AlphaSchedule(Part):
    """`alpha = { schedule = "linear", values = [1.0, 0.0] }`: an alpha that changes as training goes on."""

    schedule: Literal[tuple(SCHEDULES)] = Field(  # type: ignore[valid-type]
        description="; ".join(f"{one}: {what}" for one, what in SCHEDULES.items())
    )
    values: Annotated[list[Share], Field(min_length=1)] = Field(description="the shares that it goes through")

    @model_validator(mode="after")
    def _as_many_values_as_it_takes(self) -> Self:
        make_schedule(self.schedule, self.values)
        return self


def _kind_of_alpha(value: object) -> str:
    if isinstance(value, dict | AlphaSchedule):
        return TABLE
    return WORD if isinstance(value, str) else NUMBER


class Batches(Part):
    """`[batches]`: what the strategies are made with."""

    alpha: Annotated[
        Annotated[Share, Tag(NUMBER)]
        | Annotated[Literal["adaptive"], Tag(WORD)]
        | Annotated[AlphaSchedule, Tag(TABLE)],
        Discriminator(_kind_of_alpha),
    ] = Field(
        0.5,
        description="share of monolingual batches in hybrid; or `adaptive`: set during training, the larger the more"
        " is left to learn within languages; or a schedule of it, see below",
    )
    composition: Composition = Field(
        "mixed", description="; ".join(f"{one}: {what}" for one, what in COMPOSITIONS.items())
    )
    weights: dict[Annotated[str, Field(pattern=r"^[^-]+-[^-]+$")], Annotated[float, Field(ge=0)]] = Field(
        {}, description="direction -> how often it is drawn beside the others of its kind: `{ en-sw = 2.0 }`"
    )
    negatives: Annotated[int, Field(ge=0)] = Field(0, description="hard negatives of each row, if the data have them")
    dataset_temperature: Temperature = Field(
        1.0, description="T: datasets are drawn in proportion to rows ** (1/T) in the direction; or `uniform`"
    )
    language_temperature: Temperature = Field(
        "uniform", description="T: directions are drawn in proportion to rows ** (1/T); or `uniform`"
    )


class Selection(Part):
    """`[selection]`: stop when it gets no better, and keep the best state. Never by a collection of `test`."""

    development: str = Field(
        "",
        description="collection whose mean over the three settings is maximised; none for the loss on `[[validation]]`",
    )
    measure: str = Field("mAP", description="the measure on `development`; higher must be better")
    languages: Annotated[list[str], Field(min_length=1)] = Field(
        ["en"], description="languages of the validation rows; of `development`, those of the recipe count"
    )
    every: Count = Field(500, description="steps between two looks")
    patience: Count = Field(5, description="looks without a better one before the training stops")


class TrainingRecipe(Part):
    """What of a recipe one training reads: the encoder, its texts' normalisation, and how it learns."""

    no_part_of_training: ClassVar[Set[str]] = set()
    """Keys that change no training: a run goes on where only these were changed."""

    encoder: EncoderSettings = StaticEncoder()
    training: Training = Training()
    batches: Batches = Batches()
    loss: LossSettings = LossSettings()
    tuning: Tuning = Tuning()
    normalisation: Normalisation = Normalisation()
    selection: Selection | None = None

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_encoder(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        encoder, training, loss = (values.get(table, {}) for table in ("encoder", "training", "loss"))
        kind, model = (
            encoder.get(key) if isinstance(encoder, dict) else getattr(encoder, key, None) for key in ("kind", "model")
        )
        if kind in DEFAULTS and isinstance(training, dict):
            values = values | {"training": DEFAULTS[kind] | training}
        if isinstance(model, str) and isinstance(loss, dict) and loss.get("name") not in WITHOUT_TEMPERATURE:
            temperature = default_temperature(PretrainedEncoder.model_construct(model=model))
            values = values | {"loss": {"temperature": temperature} | loss}
        return values

    def training_json(self) -> str:
        """All that changes a training, as one string."""
        return self.model_dump_json(exclude=set(self.no_part_of_training))
