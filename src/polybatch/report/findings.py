"""The plain statement on a collection: who leads, by how much, and whether that is significant. No markup."""

from collections.abc import Sequence
from dataclasses import dataclass

from polybatch.claims.claim import Need
from polybatch.claims.family import MONO, PLAIN, Asked
from polybatch.records import SETTINGS, Setting
from polybatch.report.summary import MAP, RANK_DISTANCE, Estimate, Quantity, Report, System
from polybatch.report.wording import listing, number
from polybatch.statistics import Comparison
from polybatch.statistics.family import better_side
from polybatch.statistics.wording import label, p_value

_SETTING: dict[Setting, str] = {
    "monolingual": "With query and passages in one language (monolingual)",
    "cross-lingual": "With query and passages in different languages (cross-lingual)",
    "multilingual": "With all languages' passages in one ranking (multilingual)",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a system's mean over seeds lies from another's, and the test of it; None where none could be made."""

    quantity: Quantity
    system: System
    baseline: System
    ours: Estimate
    theirs: Estimate
    tested: Comparison | None

    @property
    def gain(self) -> float:
        """Difference of the means; negative is better where lower is better."""
        return self.ours.mean - self.theirs.mean

    @property
    def ratio(self) -> float | None:
        """Quotient of the means; None over zero."""
        return self.ours.mean / self.theirs.mean if self.theirs.mean else None


@dataclass(frozen=True, slots=True)
class Finding:
    """A few sentences, and the gaps that they tell of."""

    text: str
    gaps: tuple[Gap, ...] = ()


def gap(report: Report, quantity: Quantity, system: System, baseline: System) -> Gap | None:
    """How far two systems lie apart, or None where one was not measured."""
    ours, theirs = report.estimate(system, quantity), report.estimate(baseline, quantity)
    if ours is None or theirs is None:
        return None
    return Gap(quantity, system, baseline, ours, theirs, _tested(report, quantity, system, baseline))


def _tested(report: Report, quantity: Quantity, system: System, baseline: System) -> Comparison | None:
    """The comparison of the report's family, whichever way round it was made; None for systems of different runs."""
    for run in report.claims.runs:
        ours, theirs = (each.name.removesuffix(f" ({run.label})") for each in (system, baseline))
        asked = Asked(run.label, Need(ours, theirs, quantity.setting, quantity.measure), quantity.collection)
        if made := report.claims.family.get(asked) or report.claims.family.get(asked.turned):
            return made
    return None


def ranked(report: Report, quantity: Quantity) -> list[tuple[System, Estimate]]:
    """Systems from best to worst by the mean over seeds; ties keep the display order. None where no side is better."""
    better = better_side(quantity.measure)
    if better is None:
        return []
    sign = 1 if better == "lower" else -1
    measured = [(system, report.estimate(system, quantity)) for system in report.systems_of(quantity.collection)]
    return sorted(((s, e) for s, e in measured if e), key=lambda pair: sign * pair[1].mean)


def by_strategy(report: Report, collection: str, strategy: str) -> System | None:
    """The system of a strategy on a collection: the one named like it, else the first."""
    found = [system for system in report.systems_of(collection) if system.strategy == strategy]
    return next((system for system in found if system.name == strategy), found[0] if found else None)


def findings(report: Report, collection: str) -> list[Finding]:
    """What the means say of a collection: who leads in two settings, by how much, and how far answers lie apart."""
    if len(report.systems_of(collection)) == 1:
        return [_alone(report, collection)]
    leaders = (_leader(report, collection, setting) for setting in ("multilingual", "cross-lingual"))
    found = [finding for finding in (*leaders, _distance(report, collection)) if finding]
    if by_strategy(report, collection, PLAIN) is None:
        found.append(Finding("Plain fine-tuning on English (En-En) is not among the systems."))
    gaps = [gap for finding in found for gap in finding.gaps]
    found.append(Finding(_significance(gaps)))
    return [finding for finding in found if finding.text]


def statement(report: Report, collection: str) -> str:
    """The plain statement on a collection."""
    return " ".join(finding.text for finding in findings(report, collection))


def _alone(report: Report, collection: str) -> Finding:
    (system,) = report.systems_of(collection)
    measured = [(s, report.estimate(system, Quantity.macro(collection, s, MAP))) for s in SETTINGS]
    scores = listing(f"{number(estimate.mean, MAP)} {setting}" for setting, estimate in measured if estimate)
    told = f"The mean average precision (mAP) of {system.title} is {scores}. " if scores else ""
    return Finding(f"{told}With a single system there is nothing to compare.")


def _leader(report: Report, collection: str, setting: Setting) -> Finding | None:
    quantity = Quantity.macro(collection, setting, MAP)
    order = ranked(report, quantity)
    if len(order) < 2:
        return None
    (best, ours), (second, theirs) = order[:2]
    plain = by_strategy(report, collection, PLAIN)
    name = f"plain fine-tuning on English ({best.title})" if best == plain else best.title
    told, parts = [], []
    if plain and plain not in (best, second) and (over := gap(report, quantity, best, plain)):
        told.append(over)
        baseline = f"({plain.title}: {number(over.theirs.mean, MAP)})"
        parts.append(f"{number(over.gain, MAP)} above plain fine-tuning on English {baseline}{_doubt(over)}")
    lead = Gap(quantity, best, second, ours, theirs, _tested(report, quantity, best, second))
    told.append(lead)
    plainly = "plain fine-tuning on English, " if second == plain else ""
    runner = f"the next best, {plainly}{second.title} with {number(theirs.mean, MAP)}"
    parts.append(f"{number(lead.gain, MAP)} above {runner}{_doubt(lead)}")
    text = f"{_SETTING[setting]}, {name} has the highest mAP, {number(ours.mean, MAP)}."
    return Finding(f"{text} It is {', and '.join(parts)}.", tuple(told))


def _distance(report: Report, collection: str) -> Finding | None:
    """Rank distance of the leader in the multilingual setting beside X-X-mono's; of the shortest, if that leads."""
    quantity = Quantity.macro(collection, "multilingual", RANK_DISTANCE)
    mono = by_strategy(report, collection, MONO)
    leaders = ranked(report, Quantity.macro(collection, "multilingual", MAP))
    order = [*leaders[:1], *ranked(report, quantity)]
    other = next((system for system, _ in order if system != mono), None)
    if mono is None or other is None or not (apart := gap(report, quantity, other, mono)):
        return None
    ours, theirs = (number(estimate.mean, RANK_DISTANCE) for estimate in (apart.ours, apart.theirs))
    text = f"The versions of an answer are {ours} ranks apart under {other.title} and {theirs} under {mono.title}"
    times = "" if apart.ratio is None else f": {apart.ratio:.2f} times as far{_doubt(apart)}"
    return Finding(f"{text} (rank distance){times}.", (apart,))


def _doubt(gap: Gap) -> str:
    """A clause for a difference that was tested and is not significant; empty for others."""
    if gap.tested is None or gap.tested.is_significant:
        return ""
    return f", which is {label(gap.tested)} (p {p_value(gap.tested.p_holm)})"


def _significance(gaps: Sequence[Gap]) -> str:
    """How the differences that no clause of doubt follows came out."""
    if not gaps:
        return ""
    if any(gap.tested is None for gap in gaps):
        return "Differences without a p are not tested here: polybatch compare tests them."
    if not any(gap.tested and gap.tested.is_significant for gap in gaps):
        return ""
    doubt = any(_doubt(gap) for gap in gaps)
    told = f"{'Every other' if doubt else 'Every'} difference named here is significant"
    if any(gap.tested and gap.tested.is_of_one_seed for gap in gaps):
        return f"{told}, of these models: with one seed nothing is known of the way of training."
    return f"{told}."
