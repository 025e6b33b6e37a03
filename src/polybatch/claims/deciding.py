"""From a family of comparisons to the verdicts on claims. No comparison is made here, no words, no files."""

from collections.abc import Sequence

from polybatch.claims.claim import Claim, Evidence, Fact, Need, Verdict, Word
from polybatch.claims.evidence import Run
from polybatch.claims.family import Asked, Family, spoken_of
from polybatch.claims.wording import lacking, sentence_of
from polybatch.statistics.comparison import Comparison


def decide(claims: Sequence[Claim], runs: Sequence[Run], family: Family) -> tuple[Verdict, ...]:
    """The verdict on each claim, in their order, by the comparisons of `family_of` these claims and runs.

    A claim is *supported* if each of its comparisons came out significantly as claimed, *contradicted* if one came out
    significantly otherwise, else it *cannot be told*; it is *not run* where a need has no comparison at all.
    """
    return tuple(_verdict(claim, runs, family) for claim in claims)


def _verdict(claim: Claim, runs: Sequence[Run], family: Family) -> Verdict:
    if claim.fact is not None:
        fact: Fact = claim.fact(tuple(runs))
        return Verdict(claim, fact.word, (fact.why,))
    counted = {run.label for run in runs if _is_of(claim, run)}
    made = [
        Evidence(run.label, need, comparison, word_of(need, comparison))
        for need in claim.needs
        for run in runs
        for collection in spoken_of(claim, run)
        if (comparison := family.get(Asked.of(run.label, need, collection)))
    ]
    evidence = tuple(each for each in made if each.run in counted)
    beside = tuple(each for each in made if each.run not in counted)
    without = [need for need in claim.needs if not any(each.need == need for each in evidence)]
    if without:
        return Verdict(claim, "not run", tuple(lacking(claim, without, runs)), evidence, beside)
    words = {each.word for each in evidence}
    word: Word = next(word for word in ("contradicted", "undecided", "supported") if word in words)
    return Verdict(claim, word, tuple(map(sentence_of, evidence)), evidence, beside)


def _is_of(claim: Claim, run: Run) -> bool:
    return not claim.encoders or any(word in run.encoder.lower() for word in claim.encoders)


def word_of(need: Need, comparison: Comparison) -> Word:
    """What one comparison says of "the system is better".

    Supported: significantly better, and where `least` asks for a share of the baseline's value, the near end of the
    interval reaches it. Contradicted: significantly worse; or with `least`, the far end of the interval falls short of
    it. Of a strategy trained with one seed nothing can be told, since its luck is not known.
    """
    if comparison.is_of_one_seed:
        return "undecided"
    if comparison.verdict == "worse":
        return "contradicted"
    near, far = sorted((comparison.low, comparison.high), key=lambda end: _gain(comparison, end))
    least = need.least * abs(comparison.baseline_value)
    if least and _gain(comparison, far) < least:
        return "contradicted"
    return "supported" if comparison.verdict == "better" and _gain(comparison, near) >= least else "undecided"


def _gain(comparison: Comparison, difference: float) -> float:
    return -difference if comparison.better == "lower" else difference
