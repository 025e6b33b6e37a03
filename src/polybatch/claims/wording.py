"""Verdicts in words: what a comparison says of a claim, what is lacking, and the rule. No numbers worked out."""

from collections.abc import Iterator, Sequence

from polybatch.claims.claim import UNSEEN, Claim, Evidence, Need
from polybatch.claims.evidence import Run
from polybatch.statistics.wording import certainty, detectable, label, number, signed, title


def need_of(need: Need) -> str:
    """`Hybrid over X-Y in multilingual mAP, by 10 % or more`."""
    where = ""
    if need.directions == UNSEEN:
        where = ", directions with a language not trained on"
    elif need.directions:
        where = f", {' '.join(map(str, need.directions))}"
    least = f", by {need.least:.0%} or more" if need.least else ""
    return f"{title(need.system)} over {title(need.baseline)} in {need.setting} {need.measure}{where}{least}"


def rule_of(claim: Claim) -> str:
    """The rule in words: the claim's own, or that of its comparisons."""
    if claim.rule or not claim.needs:
        return claim.rule
    compared = "; ".join(dict.fromkeys(map(need_of, claim.needs)))
    where = f" on {' and '.join(claim.collections)}" if claim.collections else " on every collection evaluated"
    share = (
        "; a claimed share is reached if the whole 95 % interval reaches it, contradicted if none of it does"
        if any(need.least for need in claim.needs)
        else ""
    )
    told = (
        f"supported if each difference is significant{where}, contradicted if one is significant in the other direction"
    )
    return f"{told}: {compared}{share}"


def sentence_of(evidence: Evidence) -> str:
    """One comparison and what it says: verdict, effect, interval, p, minimum detectable effect, counts."""
    made = evidence.comparison
    alone = " (of one seed: these models, not the way of training)" if made.is_of_one_seed else ""
    return (
        f"{evidence.word}: {need_of(evidence.need)}, {made.quantity.collection} ({evidence.run}): {label(made)}, "
        f"{number(made.value, made)} against {number(made.baseline_value, made)}, {signed(made)}, "
        f"{certainty(made)}, minimum detectable effect {detectable(made)}{alone}"
    )


def lacking(claim: Claim, needs: Sequence[Need], runs: Sequence[Run]) -> Iterator[str]:
    """Why there is no evidence, in sentences."""
    if claim.encoders and runs and not any(word in run.encoder.lower() for run in runs for word in claim.encoders):
        wanted = " or ".join(claim.encoders)
        yield f"the claim is about {wanted}; trained here: {', '.join(dict.fromkeys(run.encoder for run in runs))}"
        return
    where = f" on {' or '.join(claim.collections)}, which the claim is about" if claim.collections else ""
    for need in needs:
        yield f"no run has {need_of(need)}{where}"
