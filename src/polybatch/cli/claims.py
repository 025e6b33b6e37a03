"""`polybatch claims`: which claims of the paper, and of a recipe, the stored results support. Loads no model."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from polybatch.cli.progress import make_progress


def claims(
    runs: Annotated[list[Path], typer.Argument(help="Out folders of run or evaluate.", show_default=False)],
    permutations: Annotated[int, typer.Option(help="Permutations, of systems with one seed.", min=100)] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the permutations.", min=0)] = 0,
    format: Annotated[Literal["text", "md", "json"], typer.Option(help="What to write.")] = "text",
) -> None:
    """Put the paper's claims, the question behind them, and the claims of the runs' own recipes to the test.

    Each claim has a rule that was fixed before the run. The verdict is supported, contradicted, cannot tell (not at
    this power), or not run, with its evidence: effect, interval, p after Holm, and the minimum detectable effect. The
    family of comparisons is that of `polybatch report` on the same runs, so that both give the same verdicts.

    Example: polybatch claims runs/news-sw-ne runs/paper-small
    """
    from polybatch.claims import FORMATS, put_to_test
    from polybatch.statistics import Method

    method = Method(permutations=permutations, seed=seed)
    typer.echo(FORMATS[format](put_to_test(runs, method=method, progress=make_progress())))
