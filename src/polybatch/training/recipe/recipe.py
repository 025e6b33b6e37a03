"""The whole of a recipe, one experiment: its keys and tables, checked by type. Not here: reading the file."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, model_validator

from polybatch.claims.claim import ClaimSettings
from polybatch.correction.table import CORRECTIONS
from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.sources.source import Source
from polybatch.data.sources.table import SOURCES
from polybatch.encoders.families import default_temperature
from polybatch.encoders.settings import EncoderSettings, PretrainedEncoder, StaticEncoder
from polybatch.sampling.strategies import STRATEGIES
from polybatch.text.normalisation import Normalisation
from polybatch.training.losses.settings import WITHOUT_TEMPERATURE, LossSettings
from polybatch.training.recipe.tables import DEFAULTS, Batches, Part, Selection, Training
from polybatch.training.tuning.settings import Tuning

UNTUNED = "untuned"
SYSTEMS = (UNTUNED, *STRATEGIES)
OF_NO_TRAINING = {"title", "claims", "corrections", "development"}
"""What changes no training of a recipe: a run goes on where only this was changed."""

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
    languages_of: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(
        {}, description="collection -> its languages, for one that does not have all `languages`, or has others"
    )
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
    corrections: list[Literal[tuple(CORRECTIONS)]] = Field(  # type: ignore[valid-type]
        [],
        description="each makes of every system one more, judged beside it; "
        + "; ".join(f"{name}: {about}" for name, about in CORRECTIONS.items()),
    )
    train: Annotated[list[AnySource], Field(min_length=1)]
    validation: list[AnySource] = Field([])
    development: list[AnySource] = Field(
        [],
        description="`[[development]]` tables, written like `[[train]]`: rows whose passages corrections are fitted"
        " on, without any those of `[[train]]`; what also stands in a collection of `test` is left out",
    )
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

    def test_languages(self) -> dict[str, Any]:
        """Which languages of which collection, as options of `load_collections`."""
        return {"languages": self.languages, "languages_of": self.languages_of}

    def upstreams(self) -> dict[str, str]:
        """The folders under the data folder that the recipe needs, and where each comes from."""
        names = [*self.test, *([self.selection.development] if self.selection else [])]
        needed = {COLLECTIONS[on].folder: COLLECTIONS[on].upstream for on in names if on in COLLECTIONS}
        for source in (*self.train, *self.validation, *self.development):
            needed.update(source.folders())
        return {folder: upstream for folder, upstream in needed.items() if folder}
