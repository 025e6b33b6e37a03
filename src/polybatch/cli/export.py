"""`polybatch export`: stored results in the forms that other tools read. Loads no model."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import MEASURES_HELP
from polybatch.errors import Fault, ResultsError
from polybatch.measures.families import DEFAULT


def export(
    run: Annotated[Path, typer.Argument(help="Out folder of run or evaluate.", show_default=False)],
    per_query: Annotated[
        Path | None, typer.Option(help="File for every query's scores, as parquet.", show_default=False)
    ] = None,
    trec_run: Annotated[
        Path | None,
        typer.Option(help="Folder for TREC runs: the best of the multilingual pool.", show_default=False),
    ] = None,
    qrels: Annotated[Path | None, typer.Option(help="Folder for TREC qrels.", show_default=False)] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A measure of --per-query; may be repeated. {MEASURES_HELP}.", show_default=", ".join(DEFAULT)
        ),
    ] = None,
) -> None:
    """Write per-query scores, TREC runs and qrels of an out folder. Prints the files written.

    A run file holds the queries of one language, as deep as `evaluate` recorded them (its --top). Tied passages get
    scores that differ in the last bit, so that trec_eval, ir_measures and others see the order that was evaluated.

    Example: polybatch export results/hybrid --per-query scores.parquet --trec-run trec --qrels trec
    """
    from polybatch.measures.exchange import export_per_query, export_qrels, export_runs

    if per_query is None and trec_run is None and qrels is None:
        raise ResultsError([Fault("polybatch export", "nothing to write", "--per-query, --trec-run or --qrels")])
    written = export_per_query(run, per_query, measures=measure or DEFAULT) if per_query else []
    written += export_runs(run, trec_run) if trec_run else []
    written += export_qrels(run, qrels) if qrels else []
    for path in written:
        typer.echo(path)
