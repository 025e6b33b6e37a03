"""`polybatch claims`: which claims of the paper, and of a recipe, the stored results support. Loads no model."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from polybatch.cli.ending import Details, Ending, Grid, show
from polybatch.cli.progress import make_progress

if TYPE_CHECKING:
    from polybatch.claims.claim import Verdict


def claims(
    runs: Annotated[list[Path], typer.Argument(help="Out folders of run or evaluate.", show_default=False)],
    permutations: Annotated[int, typer.Option(help="Permutations, of systems with one seed.", min=100)] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the permutations.", min=0)] = 0,
    format: Annotated[
        Literal["text", "md", "json"] | None,
        typer.Option(help="Print every claim with its evidence in this form.", show_default="a short table"),
    ] = None,
    details: Details = False,
) -> None:
    """Test the paper's claims, the question behind them, and the claims of the runs' own recipes.

    The rule of each claim was fixed before the run. The verdict is supported, contradicted, undecided (not enough
    power), or not run. It comes with its evidence: effect, interval, p after Holm, and the minimum detectable effect.
    `polybatch report` on the same runs uses the same family of comparisons, so both give the same verdicts.

    Example: polybatch claims runs/news-sw-ne runs/paper-small
    """
    from polybatch.claims import FORMATS, put_to_test
    from polybatch.statistics import Method

    method = Method(permutations=permutations, seed=seed)
    verdicts = put_to_test(runs, method=method, progress=make_progress())
    if details or format:
        typer.echo(FORMATS[format or "text"](verdicts))
        return
    show(_ending(verdicts))


def _ending(verdicts: "Sequence[Verdict]") -> Ending:
    """How many claims came to which verdict, and those that were put to a test, in a line each."""
    from polybatch.report.claims import MARKS, UNRUN, Claims, claim_rows
    from polybatch.report.wording import listing

    counts = Counter(one.word for one in verdicts)
    told = listing(f"{counts[word]:,} {word}" for word in MARKS if counts[word])
    rows = [row for row in claim_rows(Claims(tuple(verdicts))) if row.word != UNRUN]
    order = list(MARKS)
    rows.sort(key=lambda row: order.index(row.word))
    cells = [[row.name, row.word, row.effect, row.p, row.detectable] for row in rows]
    grid = Grid(["Claim", "Verdict", "Effect (95 % interval)", "p", "MDE"], cells, words=2)
    return Ending([f"Of {len(verdicts):,} claims, {told}."], grid, "--details has each claim's rule and evidence.")
