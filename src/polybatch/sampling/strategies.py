"""The batch strategies: which directions a batch may show, and how often. Pure; which rows fill it is in `plan`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from polybatch.records import Direction

Composition = Literal["mixed", "pair"]
COMPOSITIONS: dict[Composition, str] = {
    "mixed": "every row of a cross-lingual batch has its own ordered pair of languages",
    "pair": "every cross-lingual batch has one ordered pair of languages",
}


@dataclass(frozen=True)
class BatchKind:
    """One kind of batch: the directions that it may show, in equal shares.

    `mixed`: the rows of one batch share out all directions; else each batch shows one direction.
    """

    name: str
    directions: tuple[Direction, ...]
    mixed: bool = False


@dataclass(frozen=True)
class Strategy:
    """A named mixture of batch kinds; the shares add up to 1."""

    name: str
    kinds: tuple[tuple[BatchKind, float], ...]

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Every direction that the strategy draws, without repeats."""
        return tuple(dict.fromkeys(d for kind, _ in self.kinds for d in kind.directions))


@dataclass(frozen=True)
class Offer:
    """What a strategy is built from: the directions that the corpora can fill, alpha and the composition."""

    directions: tuple[Direction, ...]
    alpha: float
    composition: Composition

    def monolingual(self, *, only: str | None = None, mixed: bool = False) -> BatchKind:
        """Batches whose rows have query and passage in the same language."""
        chosen = (d for d in self.directions if d.is_monolingual and only in (None, d.query))
        return BatchKind("monolingual", tuple(chosen), mixed)

    def cross_lingual(self) -> BatchKind:
        """Batches whose rows have query and passage in different languages."""
        chosen = (d for d in self.directions if not d.is_monolingual)
        return BatchKind("cross-lingual", tuple(chosen), self.composition == "mixed")


def _hybrid(offer: Offer) -> tuple[tuple[BatchKind, float], ...]:
    return ((offer.monolingual(), offer.alpha), (offer.cross_lingual(), 1 - offer.alpha))


@dataclass(frozen=True)
class _Definition:
    title: str
    about: str
    kinds: Callable[[Offer], tuple[tuple[BatchKind, float], ...]]


STRATEGIES: dict[str, _Definition] = {
    "en-en": _Definition(
        "En-En",
        "English queries, English passages: plain fine-tuning",
        lambda o: ((o.monolingual(only="en"), 1.0),),
    ),
    "x-x": _Definition(
        "X-X",
        "query and passage in one language, rows of several languages in a batch: a negative control",
        lambda o: ((o.monolingual(mixed=True), 1.0),),
    ),
    "x-x-mono": _Definition("X-X-mono", "one language per batch", lambda o: ((o.monolingual(), 1.0),)),
    "x-y": _Definition(
        "X-Y", "query and passage in different languages, in every row", lambda o: ((o.cross_lingual(), 1.0),)
    ),
    "hybrid": _Definition("Hybrid", "X-X-mono with probability alpha, else X-Y", _hybrid),
}
"""Every strategy of arXiv 2408.10536, section 3, and the two of LAReQA beside them, by its name on the command line."""


def make_strategy(
    name: str,
    directions: Sequence[Direction],
    *,
    alpha: float = 0.5,
    composition: Composition = "mixed",
) -> Strategy:
    """A strategy by name over the directions that the corpora can fill.

    Kinds of no share are left out: hybrid with alpha 1 is X-X-mono, with alpha 0 X-Y. Raises KeyError for an unknown
    name and ValueError for an alpha outside [0, 1]; a kind without any direction is `plan.plan_faults`' to report.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha is {alpha}; a share between 0 and 1 works")
    kinds = STRATEGIES[name].kinds(Offer(tuple(directions), alpha, composition))
    return Strategy(name, tuple((kind, share) for kind, share in kinds if share > 0))
