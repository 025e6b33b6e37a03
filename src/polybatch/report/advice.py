"""Which system to use, and what it gains: a sentence, those beside it, and intervals to draw. No markup, no files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from polybatch.claims.claim import Need
from polybatch.claims.evidence import Run
from polybatch.records import Setting
from polybatch.report.findings import gap, ranked
from polybatch.report.summary import MAP, RANK_DISTANCE, UNTRAINED, Estimate, Quantity, Report, System
from polybatch.report.wording import language, listing, number
from polybatch.results.store import MEAN, MODEL, SYSTEMS
from polybatch.statistics.clusters import by_cluster
from polybatch.statistics.crossed import crossed
from polybatch.statistics.holm import LEVEL
from polybatch.statistics.wording import against

WHERE: Mapping[Setting, str] = {
    "multilingual": "in the pool of all languages",
    "cross-lingual": "across languages",
    "monolingual": "within one language",
}
"""The settings in the order in which the first one measured says which system to use, and how a sentence has them."""
MOST = 6  # systems that a sentence holds the best against


@dataclass(frozen=True)
class Advice:
    """What a run comes to on one collection: a headline, sentences beside it, and the system that they are about.

    `system` is None where there is none to choose from.
    """

    headline: str
    sentences: tuple[str, ...] = ()
    system: System | None = None


def advice_on(report: Report, collection: str) -> Advice:
    """Which system of a report to use on texts such as those of a collection: that of the highest mAP where it counts.

    In the pool of all languages, else across languages, else within them. It is held against the next best and the
    systems that no training made, by the family of comparisons that all of the page rests on.
    """
    setting, order = _ranking(report, collection)
    if not order:
        return Advice(f"No mAP was measured on {collection}.")
    quantity = Quantity.macro(collection, setting, MAP)
    if len(report.systems_of(collection)) == 1:
        return _of_one(report, collection, order[0][0])
    (best, estimate), *others = order
    where = WHERE[setting]
    told = f"{best.title} has the highest mAP {where}, {_score(estimate)}"
    beside = _beside(others)
    against = listing(f"{_score(theirs)} for {system.title}" for system, theirs in beside)
    headline = f"Use {best.title}: it has the highest mAP {where}, {_score(estimate)}, against {against}."
    if best.strategy in UNTRAINED:
        headline = f"{told}, against {against}: no training here has gained anything."
    sentences = [
        *_tested(report, quantity, best, [system for system, _ in beside]),
        *_distance(report, collection, best),
    ]
    return Advice(headline, tuple(sentences), best)


def next_to(report: Report, collection: str) -> list[System]:
    """The systems that the advice on a collection speaks of, the best first."""
    _, order = _ranking(report, collection)
    return [system for system, _ in [*order[:1], *(_beside(order[1:]) if len(order) > 1 else [])]]


def _ranking(report: Report, collection: str) -> tuple[Setting, list[tuple[System, Estimate]]]:
    """The setting that decides, the first of WHERE that was measured, and its systems from best to worst mAP."""
    for setting in WHERE:
        if order := ranked(report, Quantity.macro(collection, setting, MAP)):
            return setting, order
    return "multilingual", []


def advised_model(report: Report) -> str:
    """Where the model that the first collection's advice names lies in the folder of its run; empty for none.

    Of several seeds it is the first: to choose among them by the test would flatter the one chosen.
    """
    if len(report.runs) != 1 or report.runs[0].manifest.kind != "run":
        return ""
    system = advice_on(report, report.collections[0]).system
    seeds = report.seeds_of(system, report.collections[0]) if system else ()
    return f"{SYSTEMS}/{system.name}-seed{seeds[0]}/{MODEL}" if system and seeds and seeds[0] is not None else ""


def intervals(report: Report, quantity: Quantity) -> Mapping[str, tuple[float, float]]:
    """The 95 % interval of each system's macro mean, by name; empty where unknown.

    They are over clusters, and over seeds where there are several, and need the ranks of single queries, of one run.
    They are of each system alone: two that overlap may still differ significantly, since both were evaluated on the
    same queries.
    """
    run = _only_run(report)
    if run is None:
        return {}
    return _intervals(run, quantity.collection, quantity.setting, quantity.measure)


@lru_cache(maxsize=64)
def _intervals(run: Run, collection: str, setting: Setting, measure: str) -> Mapping[str, tuple[float, float]]:
    import numpy as np

    found = {}
    for name in sorted(run.systems):
        values = run.chosen(Need(name, name, setting, measure), collection)
        if values.num_rows:
            (judged,) = by_cluster(values)
            scores = judged.systems[name].values
            found[name] = crossed(scores, np.zeros_like(scores), paired=False).interval(LEVEL)
    return found


def _only_run(report: Report) -> Run | None:
    """The run behind a report of one; of several, systems are named apart and no run has them all."""
    return report.claims.runs[0] if len(report.claims.runs) == 1 else None


def _of_one(report: Report, collection: str, system: System) -> Advice:
    """The scores of a single system, and those of a random ranker beside them."""
    scores = []
    for setting, where in reversed(list(WHERE.items())):
        quantity = Quantity.macro(collection, setting, MAP)
        if estimate := report.estimate(system, quantity):
            chance = f" (random ranker {number(report.chance[quantity], MAP)})" if quantity in report.chance else ""
            scores.append(f"{_score(estimate)} {where}{chance}")
    weak = _weakest(report, collection, system)
    return Advice(f"{system.title}: mAP {listing(scores)}.", tuple(filter(None, [weak])), system)


def _weakest(report: Report, collection: str, system: System) -> str:
    """The direction across languages that a system is worst in."""
    found = [
        (estimate.mean, quantity)
        for quantity in report.quantities(collection, measure=MAP)
        if quantity.setting == "cross-lingual" and quantity.query_language != MEAN
        if (estimate := report.estimate(system, quantity))
    ]
    if len(found) < 2:
        return ""
    (low, worst), (high, best) = min(found), max(found)
    ways = [
        f"from {language(one.query_language)} to {language(one.passage_language)} ({number(value, MAP)})"
        for value, one in ((high, best), (low, worst))
    ]
    return f"Across languages it is best {ways[0]} and worst {ways[1]}."


def _beside(others: Sequence[tuple[System, Estimate]]) -> list[tuple[System, Estimate]]:
    """The next best system, those without a training and plain fine-tuning, each once, in the order of their mAP."""
    plain = [one for one in others if one[0].strategy in (*UNTRAINED, "en-en")]
    return sorted({id(one): one for one in (others[0], *plain)}.values(), key=others.index)[:MOST]


def _tested(report: Report, quantity: Quantity, best: System, others: Sequence[System]) -> Iterator[str]:
    """Which of the differences are significant; that nothing was tested, and why, where nothing was."""
    run = _only_run(report)
    if run is None:
        several = "these are several runs; polybatch compare tests their differences"
        yield f"Significance was not tested here: {several if report.claims.runs else _lower(report.claims.lacking)}."
        return
    groups: dict[str, list[str]] = {}
    for other in others:
        between = gap(report, quantity, best, other)
        if between is None:
            continue
        if between.tested is None:
            words = "not tested against"
        else:  # it has the higher mAP, whichever way round the comparison was made
            words = "significantly better than" if between.tested.is_significant else against(between.tested)
        groups.setdefault(words, []).append(f"{other.title} (+{number(between.gain, MAP)})")
    if groups:
        yield f"It is {listing(f'{words} {listing(them)}' for words, them in groups.items())}."


def _distance(report: Report, collection: str, best: System) -> Iterator[str]:
    """How far apart one answer's languages lie under the best system, and under plain fine-tuning or no training."""
    quantity = Quantity.macro(collection, "multilingual", RANK_DISTANCE)
    ours = report.estimate(best, quantity)
    names = ("en-en", "untuned", "bm25")
    others = {one.name: one for one in report.systems_of(collection) if one != best}
    other = next((others[name] for name in names if name in others), None)
    theirs = other and report.estimate(other, quantity)
    if ours and theirs and other:
        apart, before = number(ours.mean, RANK_DISTANCE), number(theirs.mean, RANK_DISTANCE)
        yield f"In that pool, the versions of an answer are {apart} ranks apart, against {before} for {other.title}."


def _score(estimate: Estimate) -> str:
    return number(estimate.mean, MAP)


def _lower(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")
