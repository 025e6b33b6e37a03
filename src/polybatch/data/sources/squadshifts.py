"""SQuADShifts: SQuAD's kind of questions about Wikipedia, the New York Times, Reddit and Amazon; for validation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.data.sources.squad import SquadForm

DOMAINS = {"new-wiki": "new_wiki", "nyt": "nyt", "reddit": "reddit", "amazon": "amazon_reviews"}


class SquadShiftsSource(SquadForm):
    """`source = "squadshifts"`: `new_wiki_v1.0.json`, `nyt_v1.0.json` and so on; see `SquadForm`."""

    about: ClassVar[About] = About(
        what="question to paragraph, of four domains; the paper validates on it",
        licence="CC BY 4.0",
        upstream="github.com/modestyachts/squadshifts-website, datasets/",
        languages=("en",),
        size="37,700 questions",
        folder="squadshifts",
    )

    source: Literal["squadshifts"] = "squadshifts"
    name: str = Field("squadshifts", description=NAMED)
    licence: Licence = Field("CC BY 4.0", description=LICENSED)
    domains: Annotated[list[Literal[tuple(DOMAINS)]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        list(DOMAINS), description="where the texts come from"
    )

    def paths(self, data: Path, reading: Reading) -> Mapping[str, Sequence[Path]]:
        """A file a domain."""
        folder = data / (self.about.folder or "")
        return {"en": [folder / f"{DOMAINS[one]}_v1.0.json" for one in self.domains]}
