"""Queries kept beside results, with their texts where the licence allows: `cases.json` as records."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import FiniteFloat

from polybatch.records import Setting
from polybatch.results.manifest import Seed

_FREE = re.compile(r"(?!.*-ND)(CC0|CC[ -]BY|Apache|MIT|BSD|ODC|PDDL|AFL|public domain)\b(?!.*non-commercial)", re.I)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one system makes of a query: its average precision, mean over seeds, and the ids that `seed` put first."""

    system: str
    value: FiniteFloat
    seed: Seed | None
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A query in a pool, its answers there, and what each system makes of it, the best first.

    `passage_language` is `all` in the multilingual setting. `text` is None where none may be kept.
    """

    setting: Setting
    query_language: str
    passage_language: str
    query_id: str
    cluster: str
    text: str | None
    relevant: tuple[str, ...]
    systems: tuple[Ranking, ...]

    @property
    def gap(self) -> float:
        """How far apart the best and the worst system are."""
        return self.systems[0].value - self.systems[-1].value if self.systems else 0.0


@dataclass(frozen=True, slots=True)
class KeptPassage:
    """A passage that a case names; `text` is None where none may be kept."""

    language: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The cases of one collection, and the passages that they name; `why` says why there are no texts, if so."""

    collection: str
    licence: str
    why: str
    cases: tuple[Case, ...]
    passages: Mapping[str, KeptPassage]


def may_keep(licence: str) -> bool:
    """Whether a licence, in words, lets texts stand in results: those that allow copies, with their source named.

    A licence against derivatives does not: texts are cut. What is not known to allow it does not.
    """
    return bool(_FREE.match(licence.strip()))
