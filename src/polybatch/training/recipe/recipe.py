"""The whole of a recipe, one experiment: its keys and tables, checked by type. Not here: reading the file."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, model_validator

from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.sources.source import Source
from polybatch.data.sources.table import SOURCES
from polybatch.encoders.settings import EncoderSettings, StaticEncoder
from polybatch.evaluation.claims.claim import ClaimSettings
from polybatch.normalisation import Normalisation
from polybatch.sampling.strategies import STRATEGIES
from polybatch.training.losses.settings import LossSettings
from polybatch.training.recipe.tables import DEFAULTS, Batches, Part, Selection, Training
from polybatch.training.tuning.settings import Tuning

UNTUNED = "untuned"
SYSTEMS = (UNTUNED, *STRATEGIES)
SAID = {"title", "claims"}
"""What is said of a recipe's results and changes none: a run goes on where only this was changed."""

if TYPE_CHECKING:
    AnySource = Source
else:
    AnySource = Annotated[Union[tuple(SOURCES.values())], Field(discriminator="source")]  # noqa: UP007


class Recipe(Part):
    """The whole of a recipe, with its file."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        description="name of the experiment, and of its folder under runs/"
    )
    title: str = Field("", description="heading of the report")
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages of the test")
    systems: Annotated[list[Literal[SYSTEMS]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        [UNTUNED, "en-en", "x-x-mono", "x-y", "hybrid"],
        description="what is trained and compared, in this order",
    )
    seeds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = Field(
        [1], description="each system is trained once with each: of the initial vectors, the batches, the dropout"
    )
    test: Annotated[list[str], Field(min_length=1)] = Field(description="collections, by name or folder")
    drop_contaminated: bool = Field(
        False, description="leave out the training rows of which a text also stands in a collection of `test`"
    )
    train: Annotated[list[AnySource], Field(min_length=1)]
    validation: list[AnySource] = Field([])
    encoder: EncoderSettings = StaticEncoder()
    training: Training = Training()
    batches: Batches = Batches()
    loss: LossSettings = LossSettings()
    tuning: Tuning = Tuning()
    normalisation: Normalisation = Normalisation()
    selection: Selection | None = None
    claims: list[ClaimSettings] = Field([])
    text: str = Field("", exclude=True, description="the file as it was read; not a key of the file")

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_encoder(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        encoder, training = values.get("encoder", {}), values.get("training", {})
        kind = encoder.get("kind") if isinstance(encoder, dict) else getattr(encoder, "kind", None)
        if kind in DEFAULTS and isinstance(training, dict):
            return values | {"training": DEFAULTS[kind] | training}
        return values

    def upstreams(self) -> dict[str, str]:
        """The folders under the data folder that the recipe needs, and where each comes from."""
        names = [*self.test, *([self.selection.development] if self.selection else [])]
        needed = {COLLECTIONS[on].folder: COLLECTIONS[on].upstream for on in names if on in COLLECTIONS}
        for source in (*self.train, *self.validation):
            needed.update(source.folders())
        return {folder: upstream for folder, upstream in needed.items() if folder}
