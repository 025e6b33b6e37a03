"""The `[loss]` table of a recipe: which loss, with which options. Not here: the losses themselves, and torch."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LOSSES = {
    "info-nce": "find the passage of each query among all passages and hard negatives of the batch",
    "equation-1": "eq. 1 of arXiv 2408.10536 to the letter: cosines without a temperature, queries to passages only",
    "cached-info-nce": "info-nce for batches larger than memory, some texts at a time; for transformers only",
    "clear": "info-nce, and back from each passage to its query's translation, the two kept alike (CLEAR)",
    "lakda": "info-nce, and a query and its translation score the passages of the batch alike (LaKDA)",
    "distillation": "info-nce, and every text lies where a teacher has its translation into one language (MIMO)",
    "listwise-distillation": "info-nce, and passages are scored as a teacher scores their translations",
    "erasure": "info-nce, and no component of a vector tells the language of its text (LANCER)",
}
"""What each loss asks for; its own file has the formula and the source."""

_OPTIONS = {
    "info-nce": ("temperature", "symmetric"),
    "equation-1": (),
    "cached-info-nce": ("temperature", "symmetric", "mini_batch"),
    "clear": ("temperature", "weight", "divergence"),
    "lakda": ("temperature", "symmetric", "weight"),
    "distillation": ("temperature", "symmetric", "weight", "teacher", "teacher_language"),
    "listwise-distillation": (
        *("temperature", "symmetric", "weight"),
        *("teacher", "teacher_language", "teacher_reads", "teacher_temperature"),
    ),
    "erasure": ("temperature", "symmetric", "weight"),
}
WITHOUT_TEMPERATURE = {name for name, takes in _OPTIONS.items() if "temperature" not in takes}
WEIGHTS = {"clear": 0.4, "lakda": 0.5, "distillation": 0.8, "listwise-distillation": 0.5, "erasure": 0.5}
"""The share of each loss that is not info-nce, unless a recipe sets another."""

LISTWISE = "listwise-distillation"
TRANSLATIONS, TEACHER, LANGUAGES = "translations", "teacher", "languages"
NEEDS = {
    "clear": TRANSLATIONS,
    "lakda": TRANSLATIONS,
    "distillation": TEACHER,
    "listwise-distillation": TEACHER,
    "erasure": LANGUAGES,
}
"""What a loss must know of a batch beside its texts; `loss_inputs` hands it over."""

READS = {
    "both": "queries and passages",
    "queries": "queries alone, whose vectors stand for their passages' too; teaches nothing at a temperature under 0.1",
}
"""Which texts of a row the teacher of listwise-distillation reads."""

Share = Annotated[float, Field(ge=0, le=1)]


class LossSettings(BaseModel):
    """`[loss]`: what a batch is trained to do."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Literal[tuple(LOSSES)] = Field(  # type: ignore[valid-type]
        "info-nce", description="; ".join(f"{one}: {what}" for one, what in LOSSES.items())
    )
    temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        0.05,
        description="what cosines are divided by before the softmax; 0.05 for encoders from nothing, 0.01 for E5, 0.02"
        " for other pretrained ones; not for equation-1",
    )
    symmetric: bool = Field(
        True,
        description="also find the query of each passage, and average the two losses; not for equation-1 and clear",
    )
    mini_batch: Annotated[int, Field(ge=1)] = Field(
        32, description="texts in memory at once in each process; for cached-info-nce"
    )
    weight: Share | None = Field(
        None,
        description="share of the loss that is not info-nce: "
        + ", ".join(f"{name} {weight}" for name, weight in WEIGHTS.items())
        + " by default",
    )
    divergence: Share = Field(0.2, description="share of the loss that keeps both ways of clear alike")
    teacher: str = Field("", description="model that the two distillations learn from: a folder or a hub name")
    teacher_language: str = Field("en", description="language of the texts that the teacher reads")
    teacher_reads: Literal[tuple(READS)] = Field(  # type: ignore[valid-type]
        "both", description="; ".join(f"{one}: {what}" for one, what in READS.items())
    )
    teacher_temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        0.05, description="what the teacher's cosines are divided by before the softmax; for listwise-distillation"
    )

    @model_validator(mode="after")
    def _options_that_the_loss_has(self) -> Self:
        takes = _OPTIONS[self.name]
        others = sorted(self.model_fields_set - {"name", *takes})
        if others:
            known = f"it takes {', '.join(takes)}" if takes else "it takes none"
            raise ValueError(f"{self.name} has no option {', '.join(others)}; {known}")
        if self.needs == TEACHER and not self.teacher:
            raise ValueError(f"{self.name} needs a teacher: the folder or hub name of a model")
        if self.name == "clear" and self.share + self.divergence > 1:
            raise ValueError("weight and divergence of clear come to more than 1")
        return self

    @property
    def share(self) -> float:
        """The share of the loss that is not info-nce, without the divergence of clear; 0 for losses of one term."""
        return WEIGHTS.get(self.name, 0.0) if self.weight is None else self.weight

    @property
    def needs(self) -> str | None:
        """What the loss must know of a batch beside its texts, one of NEEDS; None where texts are enough."""
        return NEEDS.get(self.name)
