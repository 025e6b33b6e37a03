"""`polybatch data negatives`: hard negatives of a built table, by BM25 or by a model."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import command_line
from polybatch.cli.progress import make_progress
from polybatch.judging.baselines.table import BASELINES


def negatives(
    table: Annotated[Path, typer.Argument(help="A folder that data build wrote.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the table with negatives.", show_default=False)],
    by: Annotated[
        str, typer.Option(help=f"What ranks: {', '.join(BASELINES)}, or a sentence-transformers folder or hub name.")
    ] = "bm25",
    count: Annotated[int, typer.Option(help="Negatives per row, in every language of its passages.")] = 1,
    first: Annotated[int, typer.Option(help="Best rank that a negative may have.")] = 30,
    last: Annotated[int, typer.Option(help="Worst rank that a negative may have.")] = 100,
    below: Annotated[float, typer.Option(help="A negative must score below this share of the positive's score.")] = 0.9,
    seed: Annotated[int, typer.Option(help="Seed of the choice among suitable passages.", min=0)] = 1,
    batch_size: Annotated[int, typer.Option(help="Texts that a model encodes at once.", min=1)] = 64,
    device: Annotated[str, typer.Option(help="Device that computes scores: cpu, cuda, ...")] = "cpu",
) -> None:
    """Mine hard negatives into a new table, to train on with negatives = COUNT under [batches].

    For each direction, a query is ranked against the passages of one language: its own if it has a passage there.
    Passages of the same passage group (and so translations), of a further group, or with the same text are never
    taken. If too few passages fit, the row gets random ones; both kinds are counted. The texts of the table stay the
    same, and negatives that it had are replaced.

    Example: polybatch data negatives tables/news --out tables/news-bm25 --by bm25
    """
    from polybatch.data.building import open_built
    from polybatch.data.negative_columns import check_out, write_negatives
    from polybatch.data.negatives import Ranker, Rule, mine

    rule = Rule(count, first, last, below, seed)
    rule.check()
    built = open_built(table)
    check_out(built, out)
    progress = make_progress()
    ranker: Ranker
    if by in BASELINES:
        ranker = BASELINES[by](())
    else:
        from polybatch.encoders.loading import load_encoder
        from polybatch.judging.baselines.fusion import EncoderScorer

        ranker = EncoderScorer(load_encoder(by, batch_size=batch_size, device=device), device=device)
    mined = list(mine(built.table, ranker, rule, progress=progress))
    options = ["--by", by, "--count", str(count), "--first", str(first), "--last", str(last), "--below", str(below)]
    command = command_line("data", "negatives", table, "--out", out, *options, "--seed", str(seed))
    write_negatives(built, mined, out, rule=rule, by=by, command=command)
    for one in mined:
        typer.echo(f"{one.dataset} in {one.language}: {one.mined:,} mined, {one.drawn:,} drawn at random")
