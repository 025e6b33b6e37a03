"""The claims under test as a report shows them: verdicts, or why there are none. Deciding is elsewhere, no markup."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from polybatch.claims.claim import Evidence, Verdict, Word
from polybatch.claims.evidence import Run
from polybatch.claims.testing import evidence_of, verdicts_on
from polybatch.claims.wording import rule_of, sentence_of
from polybatch.errors import ResultsError
from polybatch.progress import Progress
from polybatch.results.labels import folder_labels
from polybatch.results.store import MANIFEST, RANKS, read_manifest
from polybatch.statistics import Method
from polybatch.statistics.wording import number, p_value, signed

METHOD = Method()  # the same as `polybatch claims`, so that both say the same
MOST_ROWS = 4_000_000  # of all folders' ranks: with more, the page would take a minute

MARKS: dict[Word, str] = {"supported": "+", "contradicted": "−", "cannot tell": "?", "not run": "·"}
"""A sign for each verdict that every font has, so that colour need not tell them apart."""

UNRUN: Word = "not run"
DECIDED: tuple[Word, ...] = ("supported", "contradicted")

ABOUT = (
    "Every claim has a rule that was fixed before the run. Effect: the difference of the macro means, with its 95 % "
    "interval over clusters and seeds. p: the larger of a sign-flip test of clusters, "
    f"{METHOD.permutations:,} permutations, and a t test over clusters and seeds, after Holm over all comparisons that "
    "claims need. Detectable: the smallest difference that so many clusters and seeds find with 80 % power. Of several "
    "comparisons the row shows the least sure of those that decide."
)


@dataclass(frozen=True)
class Claims:
    """Verdicts on the claims, and the runs that they rest on; none where `lacking`, a sentence, says why."""

    verdicts: tuple[Verdict, ...] = ()
    lacking: str = "The claims were not put to the test."
    runs: tuple[Run, ...] = field(default=(), repr=False, compare=False)


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


def claims_of(folders: Sequence[Path], *, progress: Progress | None = None) -> Claims:
    """The verdicts on stored runs. They take finished runs whose ranks are stored, no more than MOST_ROWS in all."""
    labels = folder_labels(folders)
    for folder, label in zip(folders, labels, strict=True):
        if not (folder / MANIFEST).exists() or not read_manifest(folder).get("finished", True):
            return _none(f"{label} is not a finished run")
        if not (folder / RANKS).exists():
            return _none(f"{label} holds no ranks of single queries ({RANKS})")
    rows = sum(pq.read_metadata(folder / RANKS).num_rows for folder in folders)
    if rows > MOST_ROWS:
        return _none(f"{rows:,} ranks are too many for a page; `polybatch claims` takes them")
    try:
        runs = evidence_of(folders, progress=progress)
        return Claims(verdicts_on(runs, method=METHOD), "", runs)
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
    """The least sure of the comparisons that say what the verdict says; None where no comparison does."""
    found = [one for one in verdict.evidence if one.word == verdict.word]
    return max(found, key=lambda one: one.comparison.p_holm, default=None)


def _row(verdict: Verdict) -> ClaimRow:
    effect = p = detectable = "–"
    if one := deciding(verdict):
        made = one.comparison
        effect = f"{signed(made)} ({number(made.low, made)} to {number(made.high, made)})"
        p, detectable = p_value(made.p_holm).removeprefix("= "), number(made.smallest_detectable, made)
    claim = verdict.claim
    beside = [f"Beside it, not counted: {sentence_of(each)}" for each in verdict.beside]
    return ClaimRow(
        name=claim.name,
        statement=claim.statement,
        word=verdict.word,
        effect=effect,
        p=p,
        detectable=detectable,
        rule=rule_of(claim),
        source=claim.source,
        why=(*verdict.why, *beside),
    )


def _none(why: str) -> Claims:
    return Claims((), f"The claims were not put to the test: {why}.")
