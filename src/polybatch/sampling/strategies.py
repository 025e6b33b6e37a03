"""The batch strategies: which directions a batch may show, and how often. Pure; which rows fill it is in `plan`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from polybatch.errors import Fault, RecipeError, did_you_mean
from polybatch.records import Direction
from polybatch.sampling.schedules import Schedule, alpha_fault, constant

Composition = Literal["mixed", "pair"]
COMPOSITIONS: dict[Composition, str] = {
    "mixed": "every row of a cross-lingual batch has its own ordered pair of languages",
    "pair": "every cross-lingual batch has one ordered pair of languages",
}


@dataclass(frozen=True)
class BatchKind:
    """One kind of batch: the directions that it may show.

    `mixed`: the rows of one batch share out all directions; else each batch shows one direction. `every_language`:
    each batch has passages in every language.
    """

    name: str
    directions: tuple[Direction, ...]
    mixed: bool = False
    every_language: bool = False


@dataclass(frozen=True)
class Strategy:
    """A named mixture of one or two kinds of batches: `alpha` is the share of the first, as training goes on.

    `weights`: how often a direction is drawn beside the others of its kind; 1 where it names none, 0 for never.
    """

    name: str
    kinds: tuple[BatchKind, ...]
    alpha: Schedule = field(default_factory=lambda: constant(1.0))
    weights: Mapping[Direction, float] = field(default_factory=dict)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Every direction that the strategy draws, without repeats."""
        return tuple(dict.fromkeys(d for kind in self.kinds for d in kind.directions))


@dataclass(frozen=True)
class Offer:
    """What a strategy is built from: the directions that the corpora can fill, and the composition."""

    directions: tuple[Direction, ...]
    composition: Composition

    def monolingual(self, *, only: str | None = None, mixed: bool = False) -> BatchKind:
        """Batches whose rows have query and passage in the same language."""
        chosen = (d for d in self.directions if d.is_monolingual and only in (None, d.query))
        return BatchKind("monolingual", tuple(chosen), mixed)

    def cross_lingual(self) -> BatchKind:
        """Batches whose rows have query and passage in different languages."""
        chosen = (d for d in self.directions if not d.is_monolingual)
        return BatchKind("cross-lingual", tuple(chosen), self.composition == "mixed")

    def every_language(self) -> BatchKind:
        """Batches whose rows share out all directions, so that passages of every language are in every batch."""
        return BatchKind("every-language", self.directions, mixed=True, every_language=True)


@dataclass(frozen=True)
class _Definition:
    """A strategy as the table has it: how it is written, what it is, and the kinds of its batches.

    `options`: which of `alpha` and `composition` change its batches; `only`: the one language that it draws, None for
    all; `is_compared`: whether experiments that name no strategies compare it.
    """

    title: str
    about: str
    kinds: Callable[[Offer], tuple[BatchKind, ...]]
    options: tuple[str, ...] = ()
    only: str | None = None
    is_compared: bool = True


STRATEGIES: dict[str, _Definition] = {
    "en-en": _Definition(
        "En-En",
        "English queries, English passages: plain fine-tuning",
        lambda offer: (offer.monolingual(only="en"),),
        only="en",
    ),
    "x-x": _Definition(
        "X-X",
        "query and passage in one language, rows of several languages in a batch: a negative control",
        lambda offer: (offer.monolingual(mixed=True),),
        is_compared=False,
    ),
    "x-x-mono": _Definition("X-X-mono", "one language per batch", lambda offer: (offer.monolingual(),)),
    "x-y": _Definition(
        "X-Y",
        "query and passage in different languages, in every row",
        lambda offer: (offer.cross_lingual(),),
        options=("composition",),
    ),
    "hybrid": _Definition(
        "Hybrid",
        "X-X-mono with probability alpha, else X-Y",
        lambda offer: (offer.monolingual(), offer.cross_lingual()),
        options=("alpha", "composition"),
    ),
    "every-language": _Definition(
        "Every-language",
        "each batch has passages in every language, in all directions",
        lambda offer: (offer.every_language(),),
        is_compared=False,
    ),
}
"""Every strategy of arXiv 2408.10536, section 3, the two of LAReQA beside them, and mixed-language batches as in
multilingual translate-train (Lawrie and others, ECIR 2023), by its name on the command line."""


def compared_strategies(languages: Collection[str]) -> list[str]:
    """The strategies that an experiment in these languages compares if it names none, in the order of the table."""
    return [
        name
        for name, strategy in STRATEGIES.items()
        if strategy.is_compared and (strategy.only is None or strategy.only in languages)
    ]


def strategies_with(option: str) -> tuple[str, ...]:
    """The strategies whose batches an option changes, `alpha` or `composition`."""
    return tuple(name for name, strategy in STRATEGIES.items() if option in strategy.options)


def make_strategy(
    name: str,
    directions: Sequence[Direction],
    *,
    alpha: float | Schedule = 0.5,
    composition: Composition = "mixed",
    weights: Mapping[Direction, float] | None = None,
) -> Strategy:
    """A strategy by name over the directions that the corpora can fill.

    Kinds that are never due are left out: hybrid with alpha 1 is X-X-mono, with alpha 0 X-Y; so are directions of
    weight 0. Raises RecipeError with all of `strategy_faults`; a kind without any direction is `plan_faults`' to
    report.
    """
    weights = dict(weights or {})
    if faults := strategy_faults(name, directions, alpha=alpha, composition=composition, weights=weights):
        raise RecipeError(faults)
    alpha = alpha if isinstance(alpha, Schedule) else constant(alpha)
    least, greatest = alpha.extremes
    kinds = STRATEGIES[name].kinds(Offer(tuple(d for d in directions if weights.get(d, 1) > 0), composition))
    if len(kinds) == 1 or least == 1:
        return Strategy(name, kinds[:1], weights=weights)
    return Strategy(name, kinds[1:], weights=weights) if greatest == 0 else Strategy(name, kinds, alpha, weights)


def strategy_faults(
    name: str,
    directions: Sequence[Direction],
    *,
    alpha: float | Schedule,
    composition: str,
    weights: Mapping[Direction, float],
) -> list[Fault]:
    """Unknown names, an alpha outside [0, 1], weights below 0 or of a direction that the corpora cannot fill."""
    faults = []
    if name not in STRATEGIES:
        faults.append(
            Fault(
                "strategy", f"no strategy {name!r}", f"{did_you_mean(name, STRATEGIES)}known: {', '.join(STRATEGIES)}"
            )
        )
    if composition not in COMPOSITIONS:
        faults.append(Fault("composition", f"no composition {composition!r}", f"known: {', '.join(COMPOSITIONS)}"))
    if fault := alpha_fault(alpha):
        faults.append(Fault("alpha", fault, "shares between 0 and 1 work"))
    for direction, weight in weights.items():
        if direction not in directions:
            known = f"directions with rows: {', '.join(map(str, directions)) or 'none'}"
            faults.append(Fault(f"weight of {direction}", "no such direction", known))
        if not 0 <= weight < float("inf"):
            faults.append(Fault(f"weight of {direction}", f"{weight:g}", "0 or more works"))
    return faults
