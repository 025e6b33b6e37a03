"""The built-in newswire as a source of training rows. Not here: how stories are drawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.newswire import newswire_corpus
from polybatch.data.sources.source import About, Reading, Source
from polybatch.errors import gathered
from polybatch.records import Item


class NewswireSource(Source):
    """`source = "newswire"`: the built-in synthetic newswire; see `polybatch.data.newswire`."""

    about: ClassVar[About] = About(
        what="built-in synthetic news, parallel",
        licence="Apache-2.0 (polybatch)",
        upstream="built in",
        languages=("en", "ne", "sw"),
        size="2,400 stories as the recipe has it",
    )

    source: Literal["newswire"] = "newswire"
    name: Literal["newswire"] = Field("newswire", description="name of the dataset")
    licence: Literal["Apache-2.0 (polybatch)"] = Field("Apache-2.0 (polybatch)", description="that of polybatch")
    stories: Annotated[int, Field(ge=1)] = Field(2400, description="stories of the training split")
    seed: int = Field(1, description="seed of the stories")

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """Every story with its query and its passage in all three languages."""
        with gathered(reading.faults):
            for item in newswire_corpus(stories=self.stories, seed=self.seed).items:
                reading.read += 1
                yield item
