"""`polybatch correct`: a model's vectors without what gives their language away. No training."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import Data, command_line
from polybatch.cli.progress import make_progress
from polybatch.correction.table import CORRECTIONS, PIVOT
from polybatch.errors import DataError, Fault, ModelError

CORRECTIONS_HELP = "; ".join(f"[bold]{name}[/bold]: {about}" for name, about in CORRECTIONS.items())


def correct(
    model: Annotated[str, typer.Argument(help="A sentence-transformers folder or hub name.", show_default=False)],
    by: Annotated[str, typer.Option(help=f"The correction. {CORRECTIONS_HELP}.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the corrected model.", show_default=False)],
    on_files: Annotated[
        str | None,
        typer.Option(help="Line-aligned files to fit on: en=dev.en,sw=dev.sw.", show_default=False),
    ] = None,
    from_recipe: Annotated[
        Path | None,
        typer.Option("--from", help="Fit on the training passages of this recipe instead.", show_default=False),
    ] = None,
    apart_from: Annotated[
        list[str] | None,
        typer.Option(
            help="A collection whose texts must not be fitted on; may be repeated. The tests of --from always count.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    rank: Annotated[
        int | None, typer.Option(help="Directions that lir (default 1) or lsar (default languages - 1) removes.", min=1)
    ] = None,
    pivot: Annotated[str, typer.Option(help="The language that shift moves the others to.")] = PIVOT,
    strength: Annotated[
        float | None,
        typer.Option(help="How far shift moves, from 0 to 1.", show_default="chosen on held-out items"),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Texts encoded at once.", min=1)] = 64,
) -> None:
    """Remove the language from a model's vectors, and save the result as a model. Prints the folder.

    The correction is fitted on parallel texts, in minutes on a CPU. Texts of a test collection are left out. Any
    program that uses sentence-transformers loads lsar. The other corrections identify the language of each text, or
    you name it: encode(texts, language="sw").

    Example: polybatch correct models/hybrid --by lsar --from recipes/news-sw-ne.toml --out models/hybrid+lsar
    """
    if (on_files is None) == (from_recipe is None):
        raise DataError([Fault("polybatch correct", "what to fit on", "either --on-files or --from")])
    if by not in CORRECTIONS:
        raise DataError([Fault("--by", repr(by), f"known: {', '.join(CORRECTIONS)}")])
    if out.resolve() == Path(model).resolve():
        raise ModelError([Fault("--out", f"{out} is the model itself", "name another folder")])
    from polybatch.correction.correct import correct_model, parse_files, system_name
    from polybatch.correction.development import development_texts, read_development
    from polybatch.data.collections.table import load_collections
    from polybatch.encoders.loading import RECORD, load_encoder
    from polybatch.training.train import read_record

    progress = make_progress()
    collections = [*load_collections(apart_from or (), data=data, languages=None)]
    if from_recipe:
        from polybatch.data.sources.source import load_corpus
        from polybatch.experiment.recipe import load_recipe

        recipe = load_recipe(from_recipe)
        corpora = tuple(load_corpus(source, data or Path()) for source in recipe.train)
        collections += load_collections(recipe.test, data=data, **recipe.test_languages())
    else:
        corpora = (read_development(parse_files(on_files or "")),)
    texts = development_texts(corpora, apart_from=collections)
    if texts.left_out:
        progress.say(f"{texts.left_out} items are also in a test collection and were left out")
    options = [word for one in apart_from or () for word in ("--apart-from", one)]
    source = ("--on-files", on_files or "") if from_recipe is None else ("--from", from_recipe)
    record = read_record(model)
    name = system_name(record.get("strategy") or Path(model).name, by)
    command = command_line("correct", model, "--by", by, *source, *options, "--out", out)
    found = correct_model(
        load_encoder(model, batch_size=batch_size),
        by,
        texts,
        out=out,
        progress=progress,
        rank=rank,
        pivot=pivot,
        strength=strength,
        beside={RECORD: record | {"strategy": name, "correction": {"command": command}}},
    )
    told = ", ".join(f"{code} {count}" for code, count in found.fitted["texts"].items())
    progress.say(f"{by} fitted on texts of each language: {told}")
    typer.echo(out)
