"""From claims and runs to verdicts: all comparisons that claims need, as one family. No words, no files."""

from collections.abc import Sequence

from polybatch.claims.claim import Claim, Evidence, Fact, Need, Verdict, Word
from polybatch.claims.evidence import Run
from polybatch.claims.wording import lacking, sentence_of
from polybatch.statistics.clusters import by_cluster
from polybatch.statistics.compare import Method, compare_pair, corrected
from polybatch.statistics.comparison import Comparison


def decide(claims: Sequence[Claim], runs: Sequence[Run], *, method: Method | None = None) -> tuple[Verdict, ...]:
    """The verdict on each claim, in their order.

    Every comparison that any claim needs and any run has both systems of is made, on each of the run's collections
    that the claim speaks of; all of them, once each, are one family for Holm's correction. A claim is *supported* if
    each of its comparisons came out as claimed, *contradicted* if one surely came out otherwise, else it *cannot be
    told*; it is *not run* where a need has no comparison at all.
    """
    method = method or Method()
    wanted = {
        (run, need, collection): None
        for claim in claims
        for need in claim.needs
        for run in runs
        for collection in _spoken_of(claim, run)
    }
    found = {
        (run.label, need, collection): made
        for run, need, collection in wanted
        if (made := compared(run, need, collection, method))
    }
    family = dict(zip(found, corrected(list(found.values())), strict=True))
    return tuple(_verdict(claim, runs, family) for claim in claims)


def _spoken_of(claim: Claim, run: Run) -> list[str]:
    return [one for one in run.collections if not claim.collections or one in claim.collections]


def compared(run: Run, need: Need, collection: str, method: Method) -> Comparison | None:
    """The comparison that a need asks for, a family of one; None where the run has not both systems on it."""
    if not {need.system, need.baseline} <= run.systems:
        return None
    values = run.chosen(need, collection)
    if not values.num_rows:
        return None
    (judged,) = by_cluster(values)
    if {need.system, need.baseline} != set(judged.systems):
        return None
    return compare_pair(judged, need.system, need.baseline, method)


def _verdict(claim: Claim, runs: Sequence[Run], family: dict[tuple[str, Need, str], Comparison]) -> Verdict:
    if claim.fact is not None:
        fact: Fact = claim.fact(tuple(runs))
        return Verdict(claim, fact.word, (fact.why,))
    counted = {run.label for run in runs if _is_of(claim, run)}
    made = [
        Evidence(run.label, need, comparison, word_of(need, comparison))
        for need in claim.needs
        for run in runs
        for collection in _spoken_of(claim, run)
        if (comparison := family.get((run.label, need, collection)))
    ]
    evidence = tuple(one for one in made if one.run in counted)
    beside = tuple(one for one in made if one.run not in counted)
    without = [need for need in claim.needs if not any(one.need == need for one in evidence)]
    if without:
        return Verdict(claim, "not run", tuple(lacking(claim, without, runs)), evidence, beside)
    words = {one.word for one in evidence}
    word: Word = next(one for one in ("contradicted", "cannot tell", "supported") if one in words)
    return Verdict(claim, word, tuple(sentence_of(one) for one in evidence), evidence, beside)


def _is_of(claim: Claim, run: Run) -> bool:
    return not claim.encoders or any(word in run.encoder.lower() for word in claim.encoders)


def word_of(need: Need, comparison: Comparison) -> Word:
    """What one comparison says of "the system is better".

    Supported: better, surely, and where `least` asks for a share of the baseline's value, so is the near end of the
    interval. Contradicted: worse, surely; or with `least`, the far end of the interval falls short of it. Of a strategy
    trained with one seed nothing can be told, since its luck is not known.
    """
    if comparison.is_of_one_seed:
        return "cannot tell"
    if comparison.verdict == "worse":
        return "contradicted"
    near, far = sorted((comparison.low, comparison.high), key=lambda end: _gain(comparison, end))
    least = need.least * abs(comparison.baseline_value)
    if least and _gain(comparison, far) < least:
        return "contradicted"
    return "supported" if comparison.verdict == "better" and _gain(comparison, near) >= least else "cannot tell"


def _gain(comparison: Comparison, difference: float) -> float:
    return -difference if comparison.better == "lower" else difference
