"""`polybatch instructions`: rows that teach a model to follow instructions, and whether it does (p-MRR)."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.errors import DataError
from polybatch.languages import check_language


def poison(
    triples: Annotated[
        Path,
        typer.Argument(help="Tab-separated, per line: an instruction, a query and a passage.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="The .jsonl file to write.", show_default=False)],
    language: Annotated[str, typer.Option(help="Language of the texts.")] = "en",
    seed: Annotated[int, typer.Option(help="Seed of the choice among suitable negatives.", min=0)] = 1,
) -> None:
    """Write training rows with two poisoned hard negatives for each triple: a wrong instruction, a wrong query.

    A recipe trains on them with source = "jsonl" under [[train]], negatives = 2 under [batches], the default loss and
    an encoder without prompts. A row searches from the passage for "instruction query". Prints the number of rows.
    After arXiv 2505.21439.

    Example: polybatch instructions poison triples.tsv --out data/instructed.jsonl
    """
    from polybatch.training.instructed import read_triples, write_poisoned

    if faults := list(check_language(language, where="--language")):
        raise DataError(faults)
    rows = write_poisoned(read_triples(triples), out, language=language, seed=seed)
    typer.echo(f"{rows:,} rows with two negatives each: {out}")


def p_mrr(
    old: Annotated[Path, typer.Argument(help="Out folder of evaluate, with instructed queries.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="The same with changed instructions.", show_default=False)],
) -> None:
    """Measure whether ranks follow a changed instruction: p-MRR from -100 to 100, 0 if the model ignores it.

    Both folders need the same passages, query ids and judgements; only the texts of the queries differ. The judgements
    name the passages that the change makes irrelevant. A passage that falls from rank r to s scores 1 - r/s, and one
    that rises scores s/r - 1. The result is the mean over passages, then over queries. After arXiv 2403.15246.

    Example: polybatch instructions p-mrr results/instructed results/changed
    """
    from polybatch.training.instructed import read_following, to_text

    typer.echo(to_text(read_following(old, new)))
