"""The answer at the top of a report: whether hybrid batches help, against what, how surely. Sentences, no markup."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from polybatch.claims.claim import Need
from polybatch.claims.deciding import compared
from polybatch.claims.evidence import Run
from polybatch.errors import ResultsError
from polybatch.records import Direction, Setting
from polybatch.report.wording import language, listing
from polybatch.sampling.strategies import TITLES
from polybatch.statistics import Comparison, Method
from polybatch.statistics.compare import corrected
from polybatch.statistics.wording import certainty, number, p_value, signed, title

LEAD, PLAIN, MONO = "hybrid", "en-en", "x-x-mono"
MOST_DIRECTIONS = 12  # four languages; of more each would be one test of a hundred, which finds little

RULE = (
    "Sure: p is at most .05 after Holm over all comparisons that the answer rests on, the 95 % interval over clusters "
    "(documents or questions) and seeds leaves out zero, and the difference is at least twice the seed deviation."
)

Outcome = Literal["better", "worse", "equivalent", "open"]

_AGAINST: dict[Outcome, str] = {
    "better": "is surely better than",
    "worse": "is surely worse than",
    "equivalent": "is equivalent to",
    "open": "cannot be told apart from",
}
_SURE: dict[Outcome, str] = {
    "better": "surely better",
    "worse": "surely worse",
    "equivalent": "equivalent",
    "open": "not sure",
}
_HELPS: dict[Outcome, str] = {
    "better": "hybrid batches help against plain fine-tuning on English",
    "worse": "hybrid batches do harm against plain fine-tuning on English",
    "equivalent": "hybrid batches make no difference to plain fine-tuning on English",
    "open": "it cannot be told whether hybrid batches help against plain fine-tuning on English",
}


@dataclass(frozen=True)
class Answer:
    """What the comparisons of one run say on one collection: three sentences, and what stands beside them."""

    run: str
    collection: str
    sentences: tuple[str, ...]
    beside: tuple[str, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def text(self) -> str:
        """The sentences in a row."""
        return " ".join(self.sentences)


def answers_of(runs: Sequence[Run], *, method: Method) -> tuple[Answer, ...]:
    """An answer for each run and collection that hybrid and En-En were judged on across languages; else none.

    All comparisons that an answer rests on are one family for Holm's correction.
    """
    return tuple(
        answer for run in runs for collection in run.collections if (answer := _answer(run, collection, method))
    )


def _answer(run: Run, collection: str, method: Method) -> Answer | None:
    if not {LEAD, PLAIN} <= run.systems:
        return None
    try:
        made = {need: one for need in _needs(run, collection) if (one := compared(run, need, collection, method))}
    except ResultsError:  # systems that were not judged alike: `polybatch compare` says which
        return None
    found = dict(zip(made, corrected(list(made.values())), strict=True))
    if Need(LEAD, PLAIN, "cross-lingual") not in found:
        return None
    sentences = (_question(found), _others(found), _ranking(found))
    return Answer(run.label, collection, tuple(filter(None, sentences)), tuple(_beside(found)), tuple(found.values()))


def _needs(run: Run, collection: str) -> Iterator[Need]:
    others = [name for name in TITLES if name in run.systems and name != LEAD]
    settings: tuple[Setting, ...] = ("cross-lingual", "multilingual")
    for setting in settings:
        yield from (Need(LEAD, other, setting) for other in others)
    yield from (Need(LEAD, other, "multilingual", "rank_distance") for other in (PLAIN, MONO) if other in others)
    directions = run.directions(collection, "cross-lingual")
    if len(directions) <= MOST_DIRECTIONS:
        yield from (Need(LEAD, PLAIN, "cross-lingual", directions=(one,)) for one in directions)
    for name in sorted(run.systems):
        if name.startswith(f"{LEAD}+"):
            yield from (Need(name, LEAD, setting) for setting in settings)


def outcome(one: Comparison) -> Outcome:
    """What a comparison comes to; of a strategy with one seed nothing can be told, since its luck is not known."""
    match one.verdict:
        case "better" | "worse" | "equivalent" as word if not one.is_of_one_seed:
            return word
        case _:
            return "open"


def _question(found: Mapping[Need, Comparison]) -> str:
    """Hybrid against En-En across languages, as a whole and by direction."""
    one = found[Need(LEAD, PLAIN, "cross-lingual")]
    size = f"{number(one.value, one)} mAP against {number(one.baseline_value, one)}, {signed(one)}"
    told = f"Across languages {_HELPS[outcome(one)]}: {size} ({certainty(one)})"
    groups: dict[Outcome, list[str]] = {}
    for need, each in found.items():
        if isinstance(need.directions, tuple):
            groups.setdefault(outcome(each), []).append(f"{_way(need.directions[0])} ({signed(each)})")
    parts = [f"{_SURE[which]} {listing(groups[which])}" for which in _AGAINST if which in groups]
    return f"{told}; by direction, {'; '.join(parts)}." if parts else f"{told}."


def _others(found: Mapping[Need, Comparison]) -> str:
    """Hybrid against the other strategies across languages."""
    others = {need.baseline: one for need, one in _over_others(found, "cross-lingual") if need.baseline != PLAIN}
    return f"There it {_grouped(others)}." if others else ""


def _ranking(found: Mapping[Need, Comparison]) -> str:
    """Hybrid in the pool of all languages: against all, and how far the languages of an answer lie apart."""
    others = {need.baseline: one for need, one in _over_others(found, "multilingual")}
    if not others:
        return ""
    first = next(iter(others.values()))
    told = f"In one ranking of all languages it has {number(first.value, first)} mAP and {_grouped(others)}"
    distances = {need.baseline: one for need, one in found.items() if need.measure == "rank_distance"}
    if not distances:
        return f"{told}."
    words = {"better": "surely nearer", "worse": "surely further", "equivalent": "equivalent", "open": "not sure"}
    beside = listing(
        f"{number(one.baseline_value, one)} under {title(name)} ({words[outcome(one)]})"
        for name, one in distances.items()
    )
    any_one = next(iter(distances.values()))
    return f"{told}; one answer's languages lie {number(any_one.value, any_one)} ranks apart, against {beside}."


def _beside(found: Mapping[Need, Comparison]) -> Iterator[str]:
    """What corrections add to hybrid, and what one seed leaves open."""
    where = {"cross-lingual": "across languages", "multilingual": "in one ranking of all"}
    corrections: dict[str, list[str]] = {}
    for need, one in found.items():
        if need.baseline == LEAD:
            told = f"{signed(one)} mAP {where[need.setting]} ({_SURE[outcome(one)]})"
            corrections.setdefault(need.system, []).append(told)
    if corrections:
        parts = (f"{title(name)} {' and '.join(told)}" for name, told in corrections.items())
        yield f"Corrections without training, against Hybrid alone: {'; '.join(parts)}."
    if any(one.is_of_one_seed for one in found.values()):
        yield (
            "With one seed nothing is known of a training's luck, so nothing is called sure of a way of training; "
            "polybatch compare tests these models themselves."
        )


def _over_others(found: Mapping[Need, Comparison], setting: Setting) -> Iterator[tuple[Need, Comparison]]:
    for need, one in found.items():
        if need == Need(LEAD, need.baseline, setting):
            yield need, one


def _grouped(others: Mapping[str, Comparison]) -> str:
    """`is surely better than Untuned (+.300, p = .004), and cannot be told apart from X-Y (-.028, p = .09)`."""
    groups: dict[Outcome, list[str]] = {}
    for name, one in others.items():
        groups.setdefault(outcome(one), []).append(f"{title(name)} ({signed(one)}, p {p_value(one.p_holm)})")
    return listing(f"{words} {listing(groups[which])}" for which, words in _AGAINST.items() if which in groups)


def _way(direction: Direction) -> str:
    return f"{language(direction.query)} → {language(direction.passage)}"
