"""The claims under test as a report shows them: verdicts, or why there are none. Deciding is elsewhere, no markup."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from polybatch.claims.claim import Evidence, Verdict, Word
from polybatch.claims.evidence import Run
from polybatch.claims.family import Family
from polybatch.claims.testing import evidence_of, verdicts_on
from polybatch.claims.wording import rule_of, sentence_of
from polybatch.errors import ResultsError
from polybatch.progress import Progress
from polybatch.results.labels import folder_labels
from polybatch.results.store import MANIFEST, RANKS, Store
from polybatch.statistics import Method
from polybatch.statistics.wording import detectable, interval, p_value, rule, signed

METHOD = Method()  # the same as `polybatch claims`, so that both say the same
MOST_ROWS = 4_000_000  # of all folders' ranks: with more, the page would take a minute

MARKS: dict[Word, str] = {"supported": "+", "contradicted": "−", "undecided": "?", "not run": "·"}
"""A sign for each verdict that every font has, so that colour need not tell them apart."""

UNRUN: Word = "not run"
DECIDED: tuple[Word, ...] = ("supported", "contradicted")

ABOUT = (
    "Every claim has a rule that was fixed before the run. Effect: the difference of the macro means, with its 95 % "
    "interval over clusters and seeds. MDE: the minimum detectable effect, which is found significant in this family "
    "with 80 % power. Of several comparisons the row shows the largest p of those that decide."
)


@dataclass(frozen=True)
class Claims:
    """Verdicts, the runs and the family of comparisons that they rest on; none where `lacking` says why."""

    verdicts: tuple[Verdict, ...] = ()
    lacking: str = "The claims were not put to the test."
    runs: tuple[Run, ...] = field(default=(), repr=False, compare=False)
    family: Family = field(default_factory=dict, repr=False, compare=False)

    @property
    def rule(self) -> str:
        """What a page with these verdicts calls significant, and in which family; empty where nothing was compared."""
        return rule(len(self.family)) if self.family else ""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim in words: numbers are those of the comparison that decides it, `–` where none does."""

    name: str
    statement: str
    word: Word
    effect: str
    p: str
    detectable: str
    rule: str
    source: str
    why: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The sign of the verdict."""
        return MARKS[self.word]


def claims_of(stores: Sequence[Store], *, progress: Progress | None = None) -> Claims:
    """The verdicts on stored runs. They take finished runs whose ranks are stored, no more than MOST_ROWS in all."""
    for store, label in zip(stores, folder_labels([store.folder for store in stores]), strict=True):
        if not store.has(MANIFEST) or not store.is_finished:
            return _none(f"{label} is not a finished run")
        if not store.has(RANKS):
            return _none(f"{label} holds no ranks of single queries ({RANKS})")
    rows = sum(store.rows(RANKS) for store in stores)
    if rows > MOST_ROWS:
        return _none(f"{rows:,} ranks are too many for a page; `polybatch claims` takes them")
    try:
        runs = evidence_of(stores, progress=progress)
        verdicts, family = verdicts_on(runs, method=METHOD)
        return Claims(verdicts, "", runs, family)
    except ResultsError as error:
        return _none("; ".join(map(str, error.faults)))


def claim_rows(claims: Claims) -> tuple[ClaimRow, ...]:
    """The claims in words, in their order."""
    return tuple(_row(one) for one in claims.verdicts)


def decided_rows(claims: Claims) -> tuple[ClaimRow, ...]:
    """Those claims in words that were decided, either way."""
    return tuple(row for row in claim_rows(claims) if row.word in DECIDED)


def undecided(claims: Claims) -> str:
    """How many claims were not decided, in a sentence; why there is none to decide, where that is so."""
    if not claims.verdicts:
        return claims.lacking
    counts = Counter(one.word for one in claims.verdicts if one.word not in DECIDED)
    told = " and ".join(f"{count:,} {word}" for word, count in counts.items())
    return f"Claims without a verdict: {told}; polybatch claims has them." if counts else ""


def deciding(verdict: Verdict) -> Evidence | None:
    """Of the comparisons that say what the verdict says, the one with the largest p; None where no comparison does."""
    agreeing = [each for each in verdict.evidence if each.word == verdict.word]
    return max(agreeing, key=lambda each: each.comparison.p_holm, default=None)


def _row(verdict: Verdict) -> ClaimRow:
    effect = p = least = "–"
    if evidence := deciding(verdict):
        made = evidence.comparison
        effect = f"{signed(made)} ({interval(made)})"
        p, least = p_value(made.p_holm).removeprefix("= "), detectable(made)
    claim = verdict.claim
    beside = [f"Beside it, not counted: {sentence_of(each)}" for each in verdict.beside]
    return ClaimRow(
        name=claim.name,
        statement=claim.statement,
        word=verdict.word,
        effect=effect,
        p=p,
        detectable=least,
        rule=rule_of(claim),
        source=claim.source,
        why=(*verdict.why, *beside),
    )


def _none(why: str) -> Claims:
    return Claims((), f"The claims were not put to the test: {why}.")
