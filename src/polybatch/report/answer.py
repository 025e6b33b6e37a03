"""The answer at the top of a report: whether hybrid batches help, against what, how significantly. No markup."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from polybatch.claims.claim import Need
from polybatch.claims.evidence import Run
from polybatch.claims.family import LEAD, PLAIN, Asked, Family, answer_needs
from polybatch.records import Direction, Setting
from polybatch.report.wording import language, listing
from polybatch.statistics import Comparison
from polybatch.statistics.wording import against, certainty, label, number, p_value, signed, title

_HELPS = {
    "better": "hybrid batches are better than plain fine-tuning on English",
    "worse": "hybrid batches are worse than plain fine-tuning on English",
    "equivalent": "hybrid batches are equivalent to plain fine-tuning on English",
    "not significant": "hybrid batches do not differ significantly from plain fine-tuning on English",
}
ONE_SEED = (
    "With one seed, this is about these models only. The variance over seeds is unknown, so it says nothing about the "
    "training methods."
)


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


def answers_of(runs: Sequence[Run], family: Family) -> tuple[Answer, ...]:
    """An answer for each run and collection that hybrid and En-En were judged on across languages, out of the family.

    None where these two were not compared.
    """
    return tuple(
        answer for run in runs for collection in run.collections if (answer := _answer(run, collection, family))
    )


def _answer(run: Run, collection: str, family: Family) -> Answer | None:
    made = {
        need: comparison
        for need in answer_needs(run, collection)
        if (comparison := family.get(Asked.of(run.label, need, collection)))
    }
    if Need(LEAD, PLAIN, "cross-lingual") not in made:
        return None
    sentences = (_question(made), _others(made), _ranking(made))
    return Answer(run.label, collection, tuple(filter(None, sentences)), tuple(_beside(made)), tuple(made.values()))


def _question(made: Mapping[Need, Comparison]) -> str:
    """Hybrid against En-En across languages, as a whole and by direction."""
    whole = made[Need(LEAD, PLAIN, "cross-lingual")]
    size = f"{number(whole.value, whole)} mAP against {number(whole.baseline_value, whole)}, {signed(whole)}"
    helps = _HELPS[whole.verdict]
    if whole.is_of_one_seed:
        helps = f"the Hybrid model is {against(whole)} the En-En model"
    told = f"Across languages {helps}: {size} ({certainty(whole)})"
    ways = [
        (comparison, f"{_way(need.directions[0])} ({signed(comparison)})")
        for need, comparison in made.items()
        if isinstance(need.directions, tuple)
    ]
    parts = [f"{words} {listing(those)}" for words, those in _by_verdict(ways, label)]
    return f"{told}; by direction, {'; '.join(parts)}." if parts else f"{told}."


def _others(made: Mapping[Need, Comparison]) -> str:
    """Hybrid against the other strategies across languages."""
    others = {name: each for name, each in _over_others(made, "cross-lingual").items() if name != PLAIN}
    return f"There it {_grouped(others)}." if others else ""


def _ranking(made: Mapping[Need, Comparison]) -> str:
    """Hybrid in the pool of all languages: against all, and how far the languages of an answer lie apart."""
    others = _over_others(made, "multilingual")
    if not others:
        return ""
    first = next(iter(others.values()))
    told = f"In one ranking of all languages it has {number(first.value, first)} mAP and {_grouped(others)}"
    distances = {need.baseline: each for need, each in made.items() if need.measure == "rank_distance"}
    if not distances:
        return f"{told}."
    beside = listing(
        f"{number(each.baseline_value, each)} under {title(name)} ({label(each)})" for name, each in distances.items()
    )
    first = next(iter(distances.values()))
    return f"{told}; the versions of an answer are {number(first.value, first)} ranks apart there, against {beside}."


def _beside(made: Mapping[Need, Comparison]) -> Iterator[str]:
    """What corrections add to hybrid, and what one seed leaves open."""
    where = {"cross-lingual": "across languages", "multilingual": "in one ranking of all"}
    corrections: dict[str, list[str]] = {}
    for need, comparison in made.items():
        if need.baseline == LEAD:
            told = f"{signed(comparison)} mAP {where[need.setting]} ({label(comparison)})"
            corrections.setdefault(need.system, []).append(told)
    if corrections:
        parts = (f"{title(name)} {' and '.join(told)}" for name, told in corrections.items())
        yield f"Corrections without training, against Hybrid alone: {'; '.join(parts)}."
    if any(comparison.is_of_one_seed for comparison in made.values()):
        yield ONE_SEED


def _over_others(made: Mapping[Need, Comparison], setting: Setting) -> dict[str, Comparison]:
    return {need.baseline: each for need, each in made.items() if need == Need(LEAD, need.baseline, setting)}


def _grouped(others: Mapping[str, Comparison]) -> str:
    """`is significantly better than Untuned (+.300, p = .004) and is not significantly different from X-Y (...)`."""
    told = [(each, f"{title(name)} ({signed(each)}, p {p_value(each.p_holm)})") for name, each in others.items()]
    return listing(f"{words} {listing(those)}" for words, those in _by_verdict(told, lambda one: f"is {against(one)}"))


def _by_verdict(
    told: Sequence[tuple[Comparison, str]], words: Callable[[Comparison], str]
) -> Iterator[tuple[str, list[str]]]:
    """What is told of comparisons, grouped by their verdict, each group under the words for it."""
    for verdict in _HELPS:
        those = [(comparison, text) for comparison, text in told if comparison.verdict == verdict]
        if those:
            yield words(those[0][0]), [text for _, text in those]


def _way(direction: Direction) -> str:
    return f"{language(direction.query)} → {language(direction.passage)}"
