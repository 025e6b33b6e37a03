"""`polybatch evaluate`: any sentence-transformers model on a collection."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import COLLECTIONS_HELP, Data, command_line, parse_languages
from polybatch.cli.progress import make_progress


def evaluate(
    model: Annotated[str, typer.Argument(help="A sentence-transformers folder or hub name.", show_default=False)],
    on: Annotated[
        list[str],
        typer.Option(
            help=f"A collection, or a folder with one in its upstream layout; may be repeated. {COLLECTIONS_HELP}.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for results.json and ranks.parquet.", show_default=False)],
    data: Data = None,
    languages: Annotated[
        str | None,
        typer.Option(help="Languages to judge, such as en,sw,ne.", show_default="all of the collection's"),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Texts encoded at once.", min=1)] = 64,
) -> None:
    """Judge a model in the three settings: monolingual, cross-lingual, multilingual. Prints the table.

    The model need not be trained here. Its own query and document prompts are applied.

    Example: polybatch evaluate models/hybrid --on ntrex-news --languages en,sw,ne --out results/hybrid
    """
    from polybatch.data.sources import load_collection
    from polybatch.encoders.loading import load_encoder
    from polybatch.errors import Fault, FaultyInputError, ResultsError
    from polybatch.evaluation.evaluate import describe_collection
    from polybatch.evaluation.evaluate import evaluate as judge
    from polybatch.evaluation.results import MANIFEST, read_manifest, write_manifest
    from polybatch.provenance import machine, versions
    from polybatch.report import load_runs, to_markdown
    from polybatch.training.train import read_record

    chosen = parse_languages(languages)
    faults: list[Fault] = []
    collections = []
    for one in on:
        try:
            collections.append(load_collection(one, data=data, languages=chosen))
        except FaultyInputError as error:
            faults.extend(error.faults)
    if faults:
        raise FaultyInputError(faults)
    if (out / MANIFEST).is_file() and read_manifest(out).get("kind") != "evaluate":
        raise ResultsError([Fault(str(out), "holds a run of a recipe", "name another --out")])
    encoder = load_encoder(model, batch_size=batch_size)
    record = read_record(model)
    strategy, seed = record.get("strategy"), record.get("seed")
    system = strategy or Path(model).name or model
    judge(encoder, collections, system=system, strategy=strategy, seed=seed, out=out, progress=make_progress())
    options = [word for one in on for word in ("--on", one)]
    options += ["--languages", languages] if languages else []
    manifest = {
        "polybatch": versions()["polybatch"],
        "kind": "evaluate",
        "finished": True,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command_line("evaluate", model, *options, "--out", out),
        "model": model,
        "systems": [{"system": system, "strategy": strategy}],
        "seeds": [] if seed is None else [seed],
        "collections": [describe_collection(one) for one in collections],
        "mix": [{"system": system, "seed": seed, **record["mix"]}] if record.get("mix") else [],
        "versions": versions(),
        "machine": machine(),
    }
    write_manifest(out, manifest)
    typer.echo(to_markdown(load_runs([out])))
