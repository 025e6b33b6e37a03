"""What may be said of the numbers: comparisons, each held against the seeds, and the plain statement. No markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from polybatch.records import SETTINGS, Setting
from polybatch.report.summary import MAP, RANK_DISTANCE, Estimate, Quantity, Report, System
from polybatch.report.wording import listing, number

PLAIN = "en-en"
MONO = "x-x-mono"

Verdict = Literal["beyond the seeds", "no finding", "one seed"]

RULE = (
    "A gain under twice the seed deviation is no finding. A larger one is no proof: polybatch compare tests the "
    "differences by document or question, and corrects for their number."
)

_SETTING: dict[Setting, str] = {
    "monolingual": "With query and passages in one language (monolingual)",
    "cross-lingual": "With query and passages in different languages (cross-lingual)",
    "multilingual": "With all languages' passages in one ranking (multilingual)",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system held against another by one quantity's means over seeds."""

    quantity: Quantity
    system: System
    baseline: System
    ours: Estimate
    theirs: Estimate

    @property
    def gain(self) -> float:
        """Difference of the means; negative is better where lower is better."""
        return self.ours.mean - self.theirs.mean

    @property
    def ratio(self) -> float | None:
        """Quotient of the means; None over zero."""
        return self.ours.mean / self.theirs.mean if self.theirs.mean else None

    @property
    def deviation(self) -> float | None:
        """The larger seed deviation of the two; None where neither has several seeds."""
        known = [d for d in (self.ours.deviation, self.theirs.deviation) if d is not None]
        return max(known, default=None)

    @property
    def verdict(self) -> Verdict:
        """Whether the means differ by at least twice the seed deviation."""
        if self.deviation is None:
            return "one seed"
        return "no finding" if abs(self.gain) < 2 * self.deviation else "beyond the seeds"


@dataclass(frozen=True, slots=True)
class Finding:
    """A few sentences, and the comparisons that they tell of."""

    text: str
    comparisons: tuple[Comparison, ...] = ()


def compare(report: Report, quantity: Quantity, system: System, baseline: System) -> Comparison | None:
    """The comparison of two systems, or None where one was not measured."""
    ours, theirs = report.estimate(system, quantity), report.estimate(baseline, quantity)
    return Comparison(quantity, system, baseline, ours, theirs) if ours and theirs else None


def ranked(report: Report, quantity: Quantity) -> list[tuple[System, Estimate]]:
    """Systems from best to worst by the mean over seeds; ties keep the display order."""
    sign = 1 if quantity.measure == RANK_DISTANCE else -1
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
    found.append(Finding(_against_seeds([c.verdict for finding in found for c in finding.comparisons])))
    return [finding for finding in found if finding.text]


def statement(report: Report, collection: str) -> str:
    """The plain statement on a collection; RULE goes with it."""
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
    if plain and plain not in (best, second) and (over := compare(report, quantity, best, plain)):
        told.append(over)
        baseline = f"({plain.title}: {number(over.theirs.mean, MAP)})"
        parts.append(f"{number(over.gain, MAP)} above plain fine-tuning on English {baseline}{_doubt(over)}")
    lead = Comparison(quantity, best, second, ours, theirs)
    told.append(lead)
    plainly = "plain fine-tuning on English, " if second == plain else ""
    runner = f"the next best, {plainly}{second.title} with {number(theirs.mean, MAP)}"
    parts.append(f"{number(lead.gain, MAP)} above {runner}{_doubt(lead)}")
    text = f"{_SETTING[setting]}, {name} has the highest mAP, {number(ours.mean, MAP)}."
    return Finding(f"{text} It lies {', and '.join(parts)}.", tuple(told))


def _distance(report: Report, collection: str) -> Finding | None:
    """Rank distance of the leader in the multilingual setting beside X-X-mono's; of the shortest, if that leads."""
    quantity = Quantity.macro(collection, "multilingual", RANK_DISTANCE)
    mono = by_strategy(report, collection, MONO)
    leaders = ranked(report, Quantity.macro(collection, "multilingual", MAP))
    order = [*leaders[:1], *ranked(report, quantity)]
    other = next((system for system, _ in order if system != mono), None)
    if mono is None or other is None or not (found := compare(report, quantity, other, mono)):
        return None
    ours, theirs = (number(estimate.mean, RANK_DISTANCE) for estimate in (found.ours, found.theirs))
    text = f"The languages of one answer lie {ours} ranks apart under {other.title} and {theirs} under {mono.title}"
    times = "" if found.ratio is None else f": {found.ratio:.2f} times as far{_doubt(found)}"
    return Finding(f"{text} (rank distance){times}.", (found,))


def _doubt(comparison: Comparison) -> str:
    """A clause for a difference that the seeds may explain; empty for others."""
    if comparison.deviation is None or comparison.verdict != "no finding":
        return ""
    deviation = number(comparison.deviation, comparison.quantity.measure)
    return f", a difference under twice the seed deviation ({deviation}) and so no finding"


def _against_seeds(verdicts: Sequence[Verdict]) -> str:
    """How the differences that no clause of doubt follows stand to the seeds."""
    if not verdicts:
        return ""
    if "one seed" in verdicts:
        return "Where both systems have one seed only, nothing tells a difference from luck: no finding."
    if "beyond the seeds" not in verdicts:
        return ""
    those = "Every other" if "no finding" in verdicts else "Every"
    return f"{those} difference named here is over twice the seed deviation."
