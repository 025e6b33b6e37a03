"""`polybatch judge-index`: how good search in an index is, with the measures that models are judged by."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import COLLECTIONS_HELP, MEASURES_HELP, Data, command_line, parse_languages
from polybatch.cli.progress import make_progress
from polybatch.errors import DataError, Fault
from polybatch.evaluation.families import DEFAULT
from polybatch.search.records import METHODS, MOST


def judge_index(
    index: Annotated[Path, typer.Argument(help="Folder that polybatch index made.", show_default=False)],
    *,
    out: Annotated[Path, typer.Option(help="Folder for results.json and ranks.parquet.", show_default=False)],
    on: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A collection whose passages the index holds under their ids; may be repeated. {COLLECTIONS_HELP}.",
            show_default=False,
        ),
    ] = None,
    queries: Annotated[
        Path | None,
        typer.Option(help="Your own queries: JSONL with _id, text and language.", show_default=False),
    ] = None,
    judgements: Annotated[
        Path | None,
        typer.Option(help="Which documents answer them: TREC qrels, or BEIR's (.tsv).", show_default=False),
    ] = None,
    data: Data = None,
    languages: Annotated[
        str | None,
        typer.Option(help="Languages of the collections, such as en,sw,ne.", show_default="all"),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            help=f"{', '.join(METHODS)}, or any of them with +balance; may be repeated.", show_default="all three"
        ),
    ] = None,
    depth: Annotated[int, typer.Option(help="Passages asked for with each query.", min=1, max=MOST)] = 100,
    measure: Annotated[
        list[str] | None,
        typer.Option(help=f"A measure; may be repeated. {MEASURES_HELP}.", show_default=", ".join(DEFAULT)),
    ] = None,
) -> None:
    """Judge search in an index: approximate, fused, balanced. Prints the table; each method is a system.

    Compare the out folder with that of polybatch evaluate MODEL, which ranks exactly. What a search does not find ties
    after all that it finds, so take measures with a cut-off no deeper than --depth.

    Example: polybatch judge-index news-index --queries q.jsonl --judgements qrels.txt --out results/index
    """
    from polybatch.report import load_runs, to_markdown
    from polybatch.search.judging import Way
    from polybatch.search.judging import judge_index as judge

    known = {str(way): way for one in METHODS for way in (Way(one), Way(one, balance=True))}
    chosen = method or list(METHODS)
    if unknown := [one for one in chosen if one not in known]:
        raise DataError(Fault("--method", repr(one), ", ".join(known)) for one in unknown)
    options: list[str | Path] = [word for one in on or () for word in ("--on", one)]
    options += ["--queries", queries] if queries else []
    options += ["--judgements", judgements] if judgements else []
    options += [word for one in method or () for word in ("--method", one)]
    judge(
        index,
        on or (),
        data=data,
        languages=parse_languages(languages),
        queries=queries,
        judgements=judgements,
        ways=[known[one] for one in dict.fromkeys(chosen)],
        depth=depth,
        measures=measure or DEFAULT,
        out=out,
        command=command_line("judge-index", index, *options, "--depth", str(depth), "--out", out),
        progress=make_progress(),
    )
    typer.echo(to_markdown(load_runs([out])))
