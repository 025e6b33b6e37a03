"""Comparisons in plain words, the same wherever they are printed: verdicts, sentences, notes. No markup, no numbers."""

import math
from collections.abc import Iterable, Sequence

from polybatch.results.systems import title_of
from polybatch.statistics.comparison import CLUSTER, Comparison
from polybatch.statistics.family import Method

LABELS = {word: f"significantly {word}" for word in ("better", "worse", "higher", "lower")}
LABELS |= {"not significant": "not significant"}
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


def label(comparison: Comparison) -> str:
    """The verdict as people read it: `significantly better`, `equivalent within .01`, `not significant`."""
    if comparison.verdict == "equivalent":
        return f"equivalent within {_short(comparison.margin or 0)}"
    return LABELS[comparison.verdict]


def against(comparison: Comparison) -> str:
    """The verdict before the baseline's name: `significantly better than`, `not significantly different from`."""
    match comparison.verdict:
        case "equivalent":
            return f"{label(comparison)} to"
        case "not significant":
            return "not significantly different from"
        case _:
            return f"{label(comparison)} than"


def sentence(comparison: Comparison) -> str:
    """What a comparison shows, in a sentence, with its interval, p, family, clusters and seeds."""
    ours, theirs = title(comparison.system), title(comparison.baseline)
    measure = comparison.quantity.measure
    place = f"in the {comparison.quantity.setting} setting of {comparison.quantity.collection}"
    match comparison.verdict:
        case "better" | "worse" | "higher" | "lower":
            ends = sorted((abs(comparison.low), abs(comparison.high)))
            size = number(abs(comparison.difference), comparison)
            sure = certainty(comparison, " to ".join(number(end, comparison) for end in ends))
            within = f", which is within the margin of {_short(comparison.margin or 0)}"
            found = label(comparison)
            what = {
                None: f"The {measure} of {ours} is {found} than that of {theirs} {place} by {size}",
                "higher": f"{ours} is {found} than {theirs} {place} by {size} {measure}",
                "lower": f"{ours} is {found} than {theirs} {place}: its {measure} is {comparison.side} by {size}",
            }
            return f"{what[comparison.better]} ({sure}){within if comparison.is_equivalent else ''}."
        case "equivalent":
            sure = certainty(comparison, p=comparison.p_equivalence_holm)
            return f"{ours} and {theirs} are {label(comparison)} {measure} {place} ({signed(comparison)}, {sure})."
        case _:
            told = f"{signed(comparison)} {measure} ({certainty(comparison)})"
            return f"{ours} and {theirs} do not differ significantly {place}: {told}. {power(comparison)}"


def power(comparison: Comparison) -> str:
    """What a comparison could have found, as a sentence."""
    if math.isinf(comparison.detectable):
        units = plural(comparison.clusters, comparison.unit)
        return f"With {units} in a family of {comparison.family:,} no difference can be significant."
    return f"The minimum detectable effect is {number(comparison.detectable, comparison)}."


def cautions(comparisons: Sequence[Comparison]) -> list[str]:
    """Sentences on what keeps these comparisons from saying more: few seeds, seeds that do not pair, clusters."""
    told = []
    few: dict[str, int] = {}
    apart: dict[tuple[str, str], Comparison] = {}
    unknown: dict[str, Comparison] = {}
    for comparison in comparisons:
        pair = ((comparison.system, comparison.seeds), (comparison.baseline, comparison.baseline_seeds))
        for system, seeds in pair:
            if seeds != (None,) and len(seeds) < FEWEST_SEEDS:
                few[system] = len(seeds)
        if not comparison.paired_by_seed and (None,) not in (comparison.seeds, comparison.baseline_seeds):
            apart[comparison.system, comparison.baseline] = comparison
        if comparison.unit == CLUSTER:
            unknown[comparison.quantity.collection] = comparison
    for system, count in few.items():
        told.append(
            f"{title(system)} has {plural(count, 'seed')}: this compares trained models, not training methods, "
            f"which takes {FEWEST_SEEDS} seeds or more."
        )
    for comparison in apart.values():
        told.append(
            f"{title(comparison.system)} (seeds {_listing(comparison.seeds)}) and {title(comparison.baseline)} (seeds "
            f"{_listing(comparison.baseline_seeds)}) have different seeds, so they are not paired by seed."
        )
    for collection in unknown:
        told.append(
            f"{collection} does not say what its clusters are. Earlier versions took each question of XQuAD-R, MLQA-R, "
            "Belebele and AfriQA for a cluster, which makes p too small: evaluate again."
        )
    return told


def about(comparisons: Sequence[Comparison], method: Method) -> list[str]:
    """How the numbers were come by, a sentence each."""
    margins = {each.quantity.measure: each.margin for each in comparisons if each.margin is not None}
    named = ", ".join(f"{_short(margin)} for {measure}" for measure, margin in margins.items())
    units = dict.fromkeys(f"{each.quantity.collection} has {plural(each.clusters, each.unit)}" for each in comparisons)
    several = any(len(seeds) > 1 for each in comparisons for seeds in (each.seeds, each.baseline_seeds))
    single = any(len(each.seeds) == len(each.baseline_seeds) == 1 for each in comparisons)
    return [
        f"Family: the {plural(len(comparisons), 'comparison')} of this table.",
        f"Clusters, the unit of every test, in all languages together: {'; '.join(units)}.",
        *(
            ["Test, several seeds: t test with clusters and seeds as crossed random effects, two-sided."]
            if several
            else []
        ),
        *(
            [
                "Test, one seed each: paired sign-flip permutation of clusters, two-sided, "
                f"{method.permutations:,} permutations (all, where clusters are few), random seed {method.seed}."
            ]
            if single
            else []
        ),
        "p: after Holm over the family. Interval: 95 %, of the same test, not corrected.",
        *([f"Equivalence: TOST after Holm, margin {named}."] if named else []),
        "Effect: mean over standard deviation of the clusters' differences.",
        "MDE: minimum detectable effect, found significant in this family with 80 % power.",
    ]


def rule(family: int) -> str:
    """What is called significant on a page or in a list of verdicts, and in which family."""
    return (
        f"Significant: p is at most .05 after Holm's correction over one family, all {plural(family, 'comparison')} "
        "that claims, answers and statements on these runs rest on. Each p is of whole clusters (articles, documents "
        "or questions) and, where there are several, of seeds."
    )


def plural(count: int, noun: str) -> str:
    """`1 seed`, `1,190 clusters`, `12 queries`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def seeds(comparison: Comparison) -> str:
    """`3 seeds`, `3 seeds against 1`, `3 seeds against none`; nothing where both are models from elsewhere."""
    counts = [0 if numbers == (None,) else len(numbers) for numbers in (comparison.seeds, comparison.baseline_seeds)]
    if counts[0] == counts[1]:
        return plural(counts[0], "seed") if counts[0] else ""
    return f"{plural(counts[0], 'seed') if counts[0] else 'no seed'} against {counts[1] or 'none'}"


def signed(comparison: Comparison) -> str:
    """The difference with its sign: `+.126`, `-12.0`."""
    return f"{'+' if comparison.difference > 0 else ''}{number(comparison.difference, comparison)}"


def interval(comparison: Comparison) -> str:
    """`.110 to .140`; `unbounded` where clusters are too few for one."""
    if math.isinf(comparison.low):
        return "unbounded"
    return f"{number(comparison.low, comparison)} to {number(comparison.high, comparison)}"


def detectable(comparison: Comparison) -> str:
    """The minimum detectable effect: `.012`; `none` where no difference can be significant."""
    return "none" if math.isinf(comparison.detectable) else number(comparison.detectable, comparison)


def certainty(comparison: Comparison, ends: str = "", p: float | None = None) -> str:
    """How sure a difference is: `95 % interval .110 to .140, p = .012 after Holm over 12 comparisons, 62 documents`."""
    corrected = f"p {p_value(comparison.p_holm if p is None else p)}"
    if comparison.family > 1:
        corrected += f" after Holm over {comparison.family:,} comparisons"
    told = [f"95 % interval {ends or interval(comparison)}", corrected]
    return ", ".join(filter(None, [*told, plural(comparison.clusters, comparison.unit), seeds(comparison)]))


def _short(value: float) -> str:
    return f"{value:g}".removeprefix("0") if value < 1 else f"{value:g}"


def _listing(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
