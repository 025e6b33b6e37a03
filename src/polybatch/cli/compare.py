"""`polybatch compare`: which differences between systems are significant. Loads no model."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from polybatch.cli.ending import Details, Ending, Grid, show, then_command
from polybatch.cli.progress import make_progress
from polybatch.errors import Fault, ResultsError

if TYPE_CHECKING:
    from polybatch.statistics import Comparison, Method

SHARES = ""  # the margin of every measure whose values are shares


def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Out folders of run or evaluate, one or more.", show_default=False)
    ],
    baseline: Annotated[
        str | None,
        typer.Option(
            help="The system to compare all others with, such as en-en; if two folders have it, write "
            "'en-en (FOLDER)'.",
            show_default="every system against every other",
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="A measure, such as nDCG@10; may be repeated.", show_default="mAP and rank_distance"),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(help="monolingual, cross-lingual or multilingual; may be repeated.", show_default="all"),
    ] = None,
    margin: Annotated[
        list[str] | None,
        typer.Option(
            help="Margin of equivalence: .01, or rank_distance=20 for one measure; may be repeated.",
            show_default=".01, none for measures that count ranks",
        ),
    ] = None,
    permutations: Annotated[int, typer.Option(help="Permutations, of systems with one seed.", min=100)] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the permutations.", min=0)] = 0,
    format: Annotated[
        Literal["text", "md", "json", "csv"] | None,
        typer.Option(help="Print every comparison with all its numbers in this form.", show_default="a short table"),
    ] = None,
    details: Details = False,
) -> None:
    """Show which systems are significantly better, by how much, and what difference could have been detected.

    The unit of every test is the cluster: an article, document or question in all its languages. With several seeds,
    clusters and seeds are crossed random effects. With one seed, the test is a sign-flip permutation of clusters, and
    is about these models only. p is corrected for all comparisons of the table (Holm). Differences inside
    the margin are equivalent, by two one-sided tests. The minimum detectable effect is the difference that the test
    finds with 80 % power. Compare only what you want to show, such as one baseline,
    one setting and one measure: each further comparison lowers the power of all others.

    Example: polybatch compare runs/news --baseline en-en --setting multilingual
    """
    from polybatch.statistics import FORMATS, Method
    from polybatch.statistics.folders import compare_runs

    margins = _margins(margin or [])
    method = Method(permutations=permutations, seed=seed, margin=margins.pop(SHARES, Method.margin), margins=margins)
    compared = compare_runs(
        runs, baseline=baseline, measures=measure, settings=setting, method=method, progress=make_progress()
    )
    if details or format:
        typer.echo(FORMATS[format or "text"](compared, method))
        return
    show(_ending(compared, method, runs))


def _ending(compared: "Sequence[Comparison]", method: "Method", runs: Sequence[Path]) -> Ending:
    """How many differences are significant, and each of them in a line."""
    from polybatch.report.tables import SHORT
    from polybatch.report.wording import listing, plural
    from polybatch.statistics.wording import cautions, number, p_value, title

    clear = sum(one.is_significant for one in compared)
    even = sum(one.is_equivalent and not one.is_significant for one in compared)
    others = len(compared) - clear - even
    parts = [f"{clear:,} {'is' if clear == 1 else 'are'} significant"]
    parts += [f"{even:,} equivalent"] if even else []
    parts += [f"{others:,} not significant"] if others else []
    collections = list(dict.fromkeys(one.quantity.collection for one in compared))
    told = [f"Of {plural(len(compared), 'difference')} on {listing(collections)}, {listing(parts)}."]
    told += cautions(compared)[:2]
    rows = [
        [
            *([one.quantity.collection] if len(collections) > 1 else []),
            f"{SHORT[one.quantity.setting]} {one.quantity.measure.replace('_', ' ')}",
            title(one.system),
            title(one.baseline),
            "yes" if one.is_significant else "equivalent" if one.is_equivalent else "no",
            f"{'+' if one.difference > 0 else ''}{number(one.difference, one)}",
            f"{number(one.low, one)} to {number(one.high, one)}",
            p_value(one.p_holm).removeprefix("= "),
        ]
        for one in compared
    ]
    lead = ["Collection"] if len(collections) > 1 else []
    heads = [*lead, "Measure", "System", "Against", "Significant", "Difference", "95 % interval", "p (Holm)"]
    last = len(heads) - 3
    bold = frozenset((place, last) for place, one in enumerate(compared) if one.is_significant)
    note = "--details has every comparison in a sentence, with the minimum detectable effect, and how it was tested."
    return Ending(told, Grid(heads, rows, words=len(lead) + 4, bold=bold), note, then=[then_command("report", *runs)])


def _margins(texts: list[str]) -> dict[str, float]:
    """Margins by measure out of `.01` and `rank_distance=20`; raises ResultsError with every one that is no number."""
    margins: dict[str, float] = {}
    faults = []
    for text in texts:
        measure, _, number = text.rpartition("=")
        try:
            margins[measure] = float(number)
        except ValueError:
            faults.append(Fault("--margin", repr(text), ".01 works, or rank_distance=20"))
    if faults:
        raise ResultsError(faults)
    return margins
