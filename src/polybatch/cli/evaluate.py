"""`polybatch evaluate`: any sentence-transformers model, a baseline, run files or an index, on a collection."""

from pathlib import Path
from typing import Annotated, Any

import typer

from polybatch.cli.ending import Details, Quiet, then_command
from polybatch.cli.help import with_names
from polybatch.cli.judge_index import Depth, Judgements, Queries, Ways, is_index, judge_index
from polybatch.cli.measured import Form, show_measured
from polybatch.cli.options import COLLECTIONS_HELP, MEASURES_HELP, Data, command_line, parse_languages
from polybatch.cli.progress import make_progress
from polybatch.errors import DataError, Fault, ModelError
from polybatch.judging.baselines.table import BASELINES
from polybatch.measures.families import DEFAULT, TOP_SIZE
from polybatch.search.records import DEPTH

RUN = "run:"
MODEL_HELP = (
    f"A sentence-transformers folder or hub name, or a baseline: {', '.join(BASELINES)}. "
    f"[bold]{RUN}PATH[/bold] is a TREC run file from elsewhere, or a folder of them. "
    "A folder that polybatch index made is evaluated as it searches."
)


def evaluate(
    model: Annotated[str, typer.Argument(help=MODEL_HELP, show_default=False)],
    *,
    on: Annotated[
        list[str] | None,
        typer.Option(
            help="A collection, or a folder with one in its upstream layout or your own (BEIR, TREC); may be repeated. "
            "[bold]hub:NAME[/bold] first fetches it from the Hugging Face hub into the data folder. "
            "[bold]mteb:TASK[/bold] is a task of MTEB, run and fetched by MTEB. "
            f"{COLLECTIONS_HELP}.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results.json and ranks.parquet.", show_default=False)],
    data: Data = None,
    languages: Annotated[
        str | None,
        typer.Option(help="Languages to evaluate in, such as en,sw,ne.", show_default="all of the collection's"),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A measure; may be repeated. {MEASURES_HELP}.",
            show_default=", ".join(DEFAULT),
        ),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Texts encoded at once.", min=1)] = 64,
    cache: Annotated[
        Path | None,
        typer.Option(help="Folder that caches vectors by content.", show_default=False),
    ] = None,
    fuse_bm25: Annotated[
        bool, typer.Option("--fuse-bm25", help="Evaluate the reciprocal rank fusion of the model and BM25.")
    ] = False,
    top: Annotated[
        int,
        typer.Option(help="Best passages to record per query, over all languages; export writes them.", min=1),
    ] = TOP_SIZE,
    device: Annotated[str, typer.Option(help="Device that computes scores: cpu, cuda, ...")] = "cpu",
    queries: Queries = None,
    judgements: Judgements = None,
    method: Ways = None,
    depth: Depth = DEPTH,
    details: Details = False,
    form: Form = None,
    quiet: Quiet = False,
) -> None:
    """Evaluate a model in the three settings: monolingual, cross-lingual, multilingual. Prints a short table.

    The model may come from elsewhere. Its own query and document prompts are applied. bm25 is lexical search, with
    word statistics for each language; if you have a folder of that name, write ./bm25.

    The name of a run file tells what it ranks: SYSTEM.en.run has English queries and passages of all languages,
    SYSTEM.en-sw.run has Swahili passages, by their ids in the collection. `polybatch export` writes such files.
    Passages that a run does not name count as ranked after all that it names. stderr says which settings and cut-offs
    the run is too short for.

    An index is evaluated by its searches, with a system for each search method. Use a collection whose passages it
    holds under their ids, or --queries and --judgements with all that it holds. Passages that a search does not return
    count as tied after all that it returns. To see the cost of approximate search, compare with the results of the
    model, which ranks exactly.

    Example: polybatch evaluate models/hybrid --on ntrex-news --languages en,sw,ne --out results/hybrid
    """
    from polybatch.report import load_runs

    end: dict[str, Any] = {"written": [("results", out)], "then": [then_command("report", out, "--out", "report.html")]}
    end |= {"details": details, "form": form, "quiet": quiet}
    if is_index(model):
        if fuse_bm25:
            raise DataError([Fault("--fuse-bm25", "is of models", "--method hybrid")])
        judge_index(
            Path(model),
            on or (),
            queries=queries,
            judgements=judgements,
            ways=method,
            depth=depth,
            data=data,
            languages=parse_languages(languages),
            measures=measure,
            out=out,
        )
        show_measured(load_runs([out]), **end)
        return
    given = {"--queries": queries, "--judgements": judgements, "--method": method}
    faults = [Fault(name, f"is of indexes, and {model} is none", "--on") for name, value in given.items() if value]
    if not on:
        faults.append(Fault("--on", "missing", f"a collection. {with_names(COLLECTIONS_HELP)}"))
    if faults or not on:
        raise DataError(faults)
    options = [word for one in on for word in ("--on", one)]
    options += ["--languages", languages] if languages else []
    options += [word for one in measure or () for word in ("--measure", one)]
    options += ["--fuse-bm25"] if fuse_bm25 else []
    options += ["--top", str(top)] if top != TOP_SIZE else []
    where = ("--data", data) if data else ()
    shared: dict[str, Any] = {
        "data": data,
        "languages": parse_languages(languages),
        "measures": measure or DEFAULT,
        "top": top,
        "out": out,
        "command": command_line("evaluate", model, *options, *where, "--out", out),
        "progress": make_progress(),
    }
    if model.startswith(RUN):
        from polybatch.judging.evaluate_runs import evaluate_runs

        if len(on) > 1 or fuse_bm25 or on[0].startswith("mteb:"):
            raise ModelError([Fault(model, "is evaluated alone", "one collection, no task of MTEB, no fusion")])
        evaluate_runs(Path(model.removeprefix(RUN)), on[0], **shared)
    else:
        from polybatch.judging.evaluate import evaluate_model
        from polybatch.training.train import read_record

        evaluate_model(
            model,
            on,
            record=read_record(model),
            batch_size=batch_size,
            cache=cache,
            device=device,
            fuse_bm25=fuse_bm25,
            **shared,
        )
    show_measured(load_runs([out]), **end)
