"""Comparisons in plain words: who is better where, by how much, how sure. No markup, no numbers worked out."""

from collections.abc import Iterable, Sequence

from polybatch.sampling.strategies import title_of
from polybatch.statistics.compare import Method
from polybatch.statistics.comparison import LEVEL, Comparison
from polybatch.statistics.permutation import smallest_p

FEWEST_SEEDS = 3  # under which a comparison says nothing of strategies


def title(system: str) -> str:
    """A system as the paper writes it, the folder that tells it from its namesake kept: `X-Y (news)`."""
    name, folder, label = system.partition(" (")
    return title_of(name) + folder + label


def number(value: float, comparison: Comparison) -> str:
    """A value or difference: `.126`, `-.004`; one decimal where the measure counts ranks; two digits of a tiny one."""
    if max(abs(comparison.value), abs(comparison.baseline_value)) > 1:
        return f"{value:,.1f}"
    text = f"{value:.1g}" if 0 < abs(value) < 0.0005 else f"{value:.3f}"
    return text.replace("0.", ".", 1) if "e" not in text else text


def p_value(p: float) -> str:
    """`= .0004`, `= .41`, `= 1`, `< .0001`: two digits at most."""
    return "< .0001" if p < 0.0001 else f"= {p:.2g}".replace("0.", ".", 1)


def sentence(one: Comparison) -> str:
    """What a comparison shows, in a sentence, with its interval, p, family, clusters and seeds."""
    ours, theirs = title(one.system), title(one.baseline)
    quantity = one.quantity
    place = f"in the {quantity.setting} setting of {quantity.collection}"
    interval = f"{number(one.low, one)} to {number(one.high, one)}"
    match one.verdict:
        case "better" | "worse" | "higher" | "lower" as verdict:
            ends = sorted((abs(one.low), abs(one.high)))
            size, interval = number(abs(one.difference), one), " to ".join(number(end, one) for end in ends)
            within = f"; that is less than the margin of {_short(one.margin or 0)}" if one.is_equivalent else ""
            what = {
                None: f"The {quantity.measure} of {ours} is {verdict} than that of {theirs} {place} by {size}",
                "higher": f"{ours} is {verdict} than {theirs} {place} by {size} {quantity.measure}",
                "lower": f"{ours} is {verdict} than {theirs} {place}: its {quantity.measure} is {one.side} by {size}",
            }
            return f"{what[one.better]} ({certainty(one, interval)}){within}."
        case "equivalent":
            sure = certainty(one, interval, p=one.p_equivalence_holm or 0)
            return (
                f"{ours} and {theirs} are equivalent {place}: their {quantity.measure} is surely less than "
                f"{_short(one.margin or 0)} apart ({signed(one)}, {sure})."
            )
        case "no finding":
            deviation = number(one.seed_deviation or 0, one)
            return (
                f"No finding on {ours} against {theirs} {place}: {signed(one)} {quantity.measure} "
                f"({certainty(one, interval)}) is under twice the seed deviation of {deviation}{_of_models(one)}."
            )
        case _:
            least, side = number(one.smallest_detectable, one), "better" if one.better else "higher"
            return (
                f"Whether {ours} or {theirs} is {side} {place} cannot be told: {signed(one)} {quantity.measure} "
                f"({certainty(one, interval)}); a difference of {least} would be found 4 times in 5"
                f"{_of_models(one)}."
            )


def cautions(comparisons: Sequence[Comparison], method: Method) -> list[str]:
    """Sentences on what keeps these comparisons from saying more: few seeds, seeds that do not pair, few clusters."""
    told = []
    few: dict[str, int] = {}
    apart: dict[tuple[str, str], Comparison] = {}
    weak: dict[str, Comparison] = {}
    for one in comparisons:
        for system, seeds in ((one.system, one.seeds), (one.baseline, one.baseline_seeds)):
            if seeds != (None,) and len(seeds) < FEWEST_SEEDS:
                few[system] = len(seeds)
        if not one.paired_by_seed and (None,) not in (one.seeds, one.baseline_seeds):
            apart[one.system, one.baseline] = one
        if smallest_p(one.clusters, permutations=method.permutations) * one.family > LEVEL:
            weak[one.quantity.collection] = one
    for system, count in few.items():
        told.append(
            f"{title(system)} has {plural(count, 'seed')}: this compares trained models, not ways of training, "
            f"which takes {FEWEST_SEEDS} seeds or more."
        )
    for one in apart.values():
        told.append(
            f"{title(one.system)} (seeds {_listing(one.seeds)}) and {title(one.baseline)} (seeds "
            f"{_listing(one.baseline_seeds)}) have not the same seeds and are not paired by them."
        )
    for collection, one in weak.items():
        least = p_value(smallest_p(one.clusters, permutations=method.permutations))
        told.append(
            f"{collection} has {plural(one.clusters, 'cluster')}: even the clearest difference has p {least} before "
            f"Holm over {plural(one.family, 'comparison')}, which cannot be significant."
        )
    return told


def about(comparisons: Sequence[Comparison], method: Method) -> list[str]:
    """How the numbers were come by, a sentence each."""
    margins = {one.quantity.measure: one.margin for one in comparisons if one.margin is not None}
    named = ", ".join(f"{_short(margin)} for {measure}" for measure, margin in margins.items())
    return [
        f"{plural(len(comparisons), 'comparison')} in one family.",
        "The unit is the cluster: a question or document, all its languages together, scores averaged over seeds.",
        f"p: paired sign-flip permutation test of clusters, two-sided, {method.permutations:,} permutations (all "
        "ways, where clusters are few), after Holm. Where there are several seeds, the larger of it and of a t test "
        "that takes seeds and clusters as samples, quantiles weighted by variance (Cochran and Cox 1950).",
        f"Interval: 95 %, not corrected; bootstrap over seeds and clusters, {method.resamples:,} resamples; where "
        "there are several seeds, the wider of it and of that of the t test.",
        *([f"Equivalence: TOST after Holm, margin {named}."] if named else []),
        "Effect: mean over standard deviation of the clusters' differences.",
        "Detectable: the smallest difference that one comparison of so many clusters and seeds finds with 80 % power "
        "at .05.",
        f"Random seed {method.seed}.",
    ]


def plural(count: int, noun: str) -> str:
    """`1 seed`, `1,190 clusters`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def seeds(one: Comparison) -> str:
    """`3 seeds`, `3 seeds against 1`, `3 seeds against none`; nothing where both are models from elsewhere."""
    counts = [0 if found == (None,) else len(found) for found in (one.seeds, one.baseline_seeds)]
    if counts[0] == counts[1]:
        return plural(counts[0], "seed") if counts[0] else ""
    return f"{plural(counts[0], 'seed') if counts[0] else 'no seed'} against {counts[1] or 'none'}"


def _of_models(one: Comparison) -> str:
    """What is sure of these models where it is not of the strategies."""
    if not one.is_of_models:
        return ""
    return f"; these models differ (p {p_value(one.p_models)} over clusters alone), which their seeds may explain"


def signed(one: Comparison) -> str:
    """The difference with its sign: `+.126`, `-12.0`."""
    return f"{'+' if one.difference > 0 else ''}{number(one.difference, one)}"


def certainty(one: Comparison, interval: str = "", p: float | None = None) -> str:
    """How sure a difference is: `95 % interval .110 to .140, p = .0012 after Holm over 12 comparisons, 62 clusters`."""
    interval = interval or f"{number(one.low, one)} to {number(one.high, one)}"
    corrected = f"p {p_value(one.p_holm if p is None else p)}"
    if one.family > 1:
        corrected += f" after Holm over {one.family:,} comparisons"
    told = [f"95 % interval {interval}", corrected, plural(one.clusters, "cluster"), seeds(one)]
    return ", ".join(filter(None, told))


def _short(value: float) -> str:
    return f"{value:g}".removeprefix("0") if value < 1 else f"{value:g}"


def _listing(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
