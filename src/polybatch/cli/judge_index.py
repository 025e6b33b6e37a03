"""`polybatch evaluate INDEX`: how good search in an index is. Options and one call; the command is in evaluate.py."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import command_line
from polybatch.cli.progress import make_progress
from polybatch.errors import DataError, Fault
from polybatch.search.records import DEPTH, METHODS, MOST

PANEL = "Of an index"

Queries = Annotated[
    Path | None,
    typer.Option(
        help="Your own queries: JSONL with _id, text and language.", rich_help_panel=PANEL, show_default=False
    ),
]
Judgements = Annotated[
    Path | None,
    typer.Option(
        help="Relevance judgements of the index's documents: TREC qrels, or BEIR's (.tsv).",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
Ways = Annotated[
    list[str] | None,
    typer.Option(
        "--method",
        help=f"A way to search: {', '.join(METHODS)}, or one of them with +balance; may be repeated.",
        rich_help_panel=PANEL,
        show_default="the three, and dense+balance",
    ),
]
Depth = Annotated[int, typer.Option(help="Passages to retrieve per query.", rich_help_panel=PANEL, min=1, max=MOST)]


def is_index(name: str) -> bool:
    """Whether a name is that of a folder with an index, not of a model."""
    from polybatch.search.index import MANIFEST

    return (Path(name) / MANIFEST).is_file()


def judge_index(
    index: Path,
    on: Sequence[str],
    *,
    queries: Path | None,
    judgements: Path | None,
    ways: Sequence[str] | None,
    depth: int = DEPTH,
    data: Path | None,
    languages: Sequence[str] | None,
    measures: Sequence[str] | None,
    out: Path,
) -> None:
    """Judge each way to search as a system of its own; raises DataError for a way that is unknown."""
    from polybatch.measures.families import DEFAULT
    from polybatch.search.judging import WAYS, Way
    from polybatch.search.judging import judge_index as judge

    known = {str(way): way for one in METHODS for way in (Way(one), Way(one, balance=True))}
    if unknown := [one for one in ways or () if one not in known]:
        raise DataError(Fault("--method", repr(one), ", ".join(known)) for one in unknown)
    options: list[str | Path] = [word for one in on for word in ("--on", one)]
    options += ["--queries", queries] if queries else []
    options += ["--judgements", judgements] if judgements else []
    options += [word for one in ways or () for word in ("--method", one)]
    options += ["--depth", str(depth)] if depth != DEPTH else []
    options += ["--languages", ",".join(languages)] if languages else []
    options += [word for one in measures or () for word in ("--measure", one)]
    options += ["--data", data] if data else []
    judge(
        index,
        on,
        data=data,
        languages=languages,
        queries=queries,
        judgements=judgements,
        ways=[known[one] for one in dict.fromkeys(ways)] if ways else WAYS,
        depth=depth,
        measures=measures or DEFAULT,
        out=out,
        command=command_line("evaluate", index, *options, "--out", out),
        progress=make_progress(),
    )
