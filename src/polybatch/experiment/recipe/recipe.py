"""The whole of a recipe, one experiment: its keys and tables, checked by type. Not here: reading the file."""

from collections.abc import Set
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Union

from pydantic import Field

from polybatch.claims.claim import ClaimSettings
from polybatch.correction.table import CORRECTIONS
from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.sources.source import Source
from polybatch.data.sources.table import SOURCES
from polybatch.experiment.recipe.lines import line_of
from polybatch.judging.baselines.table import BASELINES
from polybatch.sampling.strategies import STRATEGIES, compared_strategies
from polybatch.training.settings import UNTUNED, TrainingRecipe

SYSTEMS = (*BASELINES, UNTUNED, *STRATEGIES)

if TYPE_CHECKING:
    AnySource = Source
else:
    AnySource = Annotated[Union[tuple(SOURCES.values())], Field(discriminator="source")]  # noqa: UP007


class Recipe(TrainingRecipe):
    """The whole of a recipe, with its file: how to train, what, on which rows, and what to test on."""

    no_part_of_training: ClassVar[Set[str]] = {"title", "systems", "seeds", "claims", "corrections", "development"}

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        description="name of the experiment, and of its folder under runs/"
    )
    title: str = Field("", description="heading of the report")
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages of the test")
    languages_of: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(
        {}, description="collection -> its languages, for one that does not have all `languages`, or has others"
    )
    systems: Annotated[list[Literal[SYSTEMS]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        [*BASELINES, UNTUNED, *compared_strategies(["en"])],
        description="the systems to train, evaluate and compare, in this order; bm25 and untuned are not trained",
    )
    seeds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = Field(
        [1], description="each system is trained once with each seed: of the initial vectors, the batches, the dropout"
    )
    test: Annotated[list[str], Field(min_length=1)] = Field(description="collections, by name or folder")
    drop_contaminated: bool = Field(
        False, description="leave out training rows with a text that is also in a collection of `test`"
    )
    corrections: list[Literal[tuple(CORRECTIONS)]] = Field(  # type: ignore[valid-type]
        [],
        description="each is applied to every system, and the result is evaluated beside it; "
        + "; ".join(f"{name}: {about}" for name, about in CORRECTIONS.items()),
    )
    train: Annotated[list[AnySource], Field(min_length=1)]
    validation: list[AnySource] = Field([])
    development: list[AnySource] = Field(
        [],
        description="`[[development]]` tables, written like `[[train]]`: rows whose passages corrections are fitted"
        " on, by default those of `[[train]]`; texts of a collection of `test` are left out",
    )
    claims: list[ClaimSettings] = Field([])
    text: str = Field("", exclude=True, description="the file as it was read; not a key of the file")
    file: str = Field("", exclude=True, description="where it was read; not a key of the file")

    def at(self, *place: str | int) -> str:
        """Where a key stands, for messages: `recipe.toml:12`, or the recipe's name where no file was read."""
        return (
            f"{self.file}:{line_of(self.text, place)}"
            if self.file
            else f"recipe {self.name}, {'.'.join(map(str, place))}"
        )

    @property
    def encoders(self) -> list[str]:
        """The systems that have a model, each made once with every seed: all but the baselines."""
        return [name for name in self.systems if name not in BASELINES]

    @property
    def trained(self) -> list[str]:
        """The systems that are trained: neither a baseline nor the untuned encoder."""
        return [name for name in self.encoders if name != UNTUNED]

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
