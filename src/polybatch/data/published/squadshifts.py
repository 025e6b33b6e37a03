"""SQuADShifts: SQuAD's kind of questions about Wikipedia, the New York Times, Reddit and Amazon; for validation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.published.data_set import RAW, DataSet, Published, WebFile
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading
from polybatch.data.sources.squad import SquadForm

DOMAINS = {"new-wiki": "new_wiki", "nyt": "nyt", "reddit": "reddit", "amazon": "amazon_reviews"}

SQUADSHIFTS = DataSet(
    "squadshifts",
    folder="squadshifts",
    licence="CC BY 4.0",
    upstream="github.com/modestyachts/squadshifts-website, datasets/",
    web=tuple(
        WebFile(RAW.format(f"modestyachts/squadshifts-website/master/datasets/{name}_v1.0.json"))
        for name in DOMAINS.values()
    ),
)


class SquadShiftsSource(SquadForm):
    """`source = "squadshifts"`: `new_wiki_v1.0.json`, `nyt_v1.0.json` and so on; see `SquadForm`."""

    about: ClassVar[About] = SQUADSHIFTS.about(
        "question to paragraph, of four domains; the paper validates on it", languages=("en",), size="37,700 questions"
    )

    source: Literal["squadshifts"] = "squadshifts"
    name: str = Field("squadshifts", description=NAMED)
    licence: Licence = Field(SQUADSHIFTS.licence, description=LICENSED)
    domains: Annotated[list[Literal[tuple(DOMAINS)]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        list(DOMAINS), description="where the texts come from"
    )

    def paths(self, data: Path, reading: Reading) -> Mapping[str, Sequence[Path]]:
        """A file a domain."""
        folder = data / SQUADSHIFTS.folder
        return {"en": [folder / f"{DOMAINS[one]}_v1.0.json" for one in self.domains]}


PUBLISHED = Published(data_sets=(SQUADSHIFTS,), sources=(SquadShiftsSource,))
