"""What a source of training rows is: one `[[train]]` table of a recipe, which streams items. No source of its own."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict

from polybatch.errors import DataError, Fault
from polybatch.languages import check_language
from polybatch.records import Item, ParallelCorpus

SHOWN = 20  # places kept of each reason for leaving rows out
NAMED = "name of the dataset, in counts and ids"
LICENSED = "terms of the texts, for the manifest and the report"


def _says_something(licence: str) -> str:
    if licence.strip().casefold() in ("", "?", "none", "unknown", "unlicensed"):
        raise ValueError("name the terms of the texts, such as CC BY 4.0; `mine` works for texts of your own")
    return licence


Licence = Annotated[str, AfterValidator(_says_something)]
"""Terms that are named: `unknown` is refused where a recipe sets it."""


@dataclass(frozen=True)
class About:
    """What a list of sources says of one: in words, as upstream has it.

    `languages` are our codes, none where the user's files decide; `folder` is its place under the data folder, None
    where there is none of its own; `upstream` says where the files come from; `texts` names the data set that the texts
    come from, empty where only the user knows.
    """

    what: str
    licence: str
    upstream: str
    languages: tuple[str, ...] = ()
    size: str = ""
    folder: str | None = None
    texts: str = ""


@dataclass
class Reading:
    """What reading a source has found so far: rows read is items given plus rows left out, each with its reason.

    `faults` refuse the source: a file that is missing, or one whose lines no longer align. A row that alone is of no
    use (no text, a line of broken JSON) is left out and counted; the first places of each reason are kept.
    `where` is the place of the item that was given last, `path:line` where the source can tell. A row that
    gives several items (the passages of an article) counts as that many; rows that are joined (a question in several
    languages) count as one. `notes` count what left nothing out and should be known all the same; `noted`
    has the first places of each. With `further` false, a source that takes long to name further groups leaves them out.
    """

    faults: list[Fault] = field(default_factory=list)
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    where: str = ""
    notes: Counter[str] = field(default_factory=Counter)
    noted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    further: bool = True

    def leave_out(self, reason: str, where: str) -> None:
        """Count a row that was read and gives no item."""
        self.left_out[reason] += 1
        if len(self.places[reason]) < SHOWN:
            self.places[reason].append(where)

    def note(self, what: str, where: str) -> None:
        """Count something that should be known, though nothing was left out for it."""
        self.notes[what] += 1
        if len(self.noted[what]) < SHOWN:
            self.noted[what].append(where)


class Source(BaseModel):
    """A source, as a recipe sets it; its fields are the keys of its `[[train]]` table, `source` names its kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    about: ClassVar[About]

    source: str
    name: str
    licence: str

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """Items one at a time, in one order; ids and groups are unique to `name`.

        `data` is the folder that relative paths start from. Memory is bounded unless the source says otherwise.
        """
        raise NotImplementedError

    def folders(self) -> Mapping[str, str]:
        """The folders under the data folder that it needs, and where each comes from."""
        return {self.about.folder: self.about.upstream} if self.about.folder else {}

    def knows(self, languages: Iterable[str], reading: Reading) -> bool:
        """Whether languages are codes of ours; a fault for each that is not."""
        faults = [fault for code in languages for fault in check_language(code, where=self.name)]
        reading.faults += faults
        return not faults


def load_corpus(source: Source, data: Path) -> ParallelCorpus:
    """All items of a source in memory. Raises DataError with every fault."""
    reading = Reading()
    items = tuple(source.items(data, reading))
    if not items and not reading.faults:
        reading.faults.append(Fault(source.name, "no rows", "see `polybatch data sources` for what it reads"))
    if reading.faults:
        raise DataError(reading.faults)
    return ParallelCorpus(source.name, items, source.licence)
