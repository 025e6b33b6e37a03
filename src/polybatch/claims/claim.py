"""What a claim is: a statement, its source, and the rule by which results decide it. No claim of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from polybatch.records import SETTINGS, Direction, Setting

if TYPE_CHECKING:
    from polybatch.claims.evidence import Run
    from polybatch.statistics.comparison import Comparison

Word = Literal["supported", "contradicted", "undecided", "not run"]
UNSEEN = "unseen"


@dataclass(frozen=True)
class Need:
    """A comparison that a claim rests on: `system` is significantly better than `baseline`.

    `directions`: only these, `unseen` for those with a language that no training text is in, None for all. `least`:
    the share of the baseline's value that the 95 % interval of the difference must reach, 0 for any.
    """

    system: str
    baseline: str
    setting: Setting
    measure: str = "mAP"
    directions: tuple[Direction, ...] | Literal["unseen"] | None = None
    least: float = 0.0


@dataclass(frozen=True)
class Fact:
    """What a claim that is no comparison comes to, and why."""

    word: Word
    why: str


@dataclass(frozen=True)
class Claim:
    """A claim: `needs` for one that comparisons decide, `fact` for one that is read off the results.

    `collections` are those that it speaks of, none where it speaks of all; `encoders` the families that it speaks of,
    as words in a model's name, none where it speaks of all.
    """

    name: str
    statement: str
    source: str
    needs: tuple[Need, ...] = ()
    fact: "Callable[[tuple[Run, ...]], Fact] | None" = None
    rule: str = ""
    collections: tuple[str, ...] = ()
    encoders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One comparison as it came out: in which run, for which need."""

    run: str
    need: Need
    comparison: "Comparison"
    word: Word


@dataclass(frozen=True)
class Verdict:
    """What became of a claim: the word, why in sentences, and the comparisons that it rests on.

    `beside` are comparisons that do not count for it, such as those of an encoder that it does not speak of.
    """

    claim: Claim
    word: Word
    why: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    beside: tuple[Evidence, ...] = ()


class ClaimSettings(BaseModel):
    """`[[claims]]`: a claim of a recipe's own: one system is better than each of the others named."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(description="a short name")
    statement: str = Field(description="the claim, in a sentence")
    system: str = Field(description="the system that is claimed to be better")
    better_than: Annotated[list[str], Field(min_length=1)] = Field(
        description="each system that it is claimed to be better than"
    )
    settings: Annotated[list[Literal[SETTINGS]], Field(min_length=1)] = Field(  # type: ignore[valid-type]
        ["multilingual"], description="where: " + ", ".join(SETTINGS)
    )
    measure: str = Field("mAP", description="the measure; better is higher or lower, as the measure says")
    directions: list[Annotated[str, Field(pattern=r"^[^-]+-[^-]+$")]] = Field(
        [], description="only these, such as `sw-en`; none for all. In the multilingual setting `sw-all`"
    )
    least: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="share of the other's value that the 95 % interval of the difference must reach"
    )
    collections: list[str] = Field([], description="only these; empty for all that are evaluated")

    def claim(self) -> Claim:
        """The claim that these settings make."""
        directions = tuple(Direction(*one.split("-", 1)) for one in self.directions) or None
        needs = tuple(
            Need(self.system, baseline, setting, self.measure, directions, self.least)
            for baseline in self.better_than
            for setting in self.settings
        )
        return Claim(self.name, self.statement, "the recipe", needs, collections=tuple(self.collections))
