"""`polybatch data translate`: training rows in more languages, by any translation model or program."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.options import parse_languages
from polybatch.cli.progress import make_progress

SHOWN = 3  # places of each reason that are printed


def translate(
    rows: Annotated[
        Path,
        typer.Argument(
            help="A .jsonl, .tsv or .tmx file of rows, or a folder that data build wrote.", show_default=False
        ),
    ],
    origin: Annotated[str, typer.Option("--from", help="Language to translate from, such as en.", show_default=False)],
    to: Annotated[str, typer.Option(help="Languages to translate into, such as sw,ne.", show_default=False)],
    translator: Annotated[
        str,
        typer.Option(
            help="A translation model by folder or hub name: NLLB, M2M-100, mBART-50, MADLAD-400 or OPUS-MT; or "
            "[bold]'command:PROGRAM {source} {target}'[/bold], which reads lines and writes as many.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="The .jsonl file to write.", show_default=False)],
    cache: Annotated[
        Path | None,
        typer.Option(help="File that keeps every translation.", show_default="translations.sqlite beside --out"),
    ] = None,
    longest_ratio: Annotated[
        float, typer.Option(help="Refuse a translation this many times longer or shorter than its text.")
    ] = 3.0,
    any_language: Annotated[
        bool, typer.Option("--any-language", help="Do not check the language of translations.")
    ] = False,
    round_trip: Annotated[
        float | None,
        typer.Option(
            help="Translate back, and refuse texts with a lower chrF, 0 to 1, such as 0.4.",
            show_default="not translated back",
        ),
    ] = None,
    quality_model: Annotated[
        str | None,
        typer.Option(
            help="A multilingual sentence-transformers model by folder or hub name, such as "
            "sentence-transformers/LaBSE: refuse a translation that is not like its text.",
            show_default="none asked",
        ),
    ] = None,
    least_likeness: Annotated[
        float, typer.Option(help="Least cosine of a text and its translation by the quality model.")
    ] = 0.7,
    languages: Annotated[
        str | None,
        typer.Option(help="Languages to read of a file; a .tmx file needs them.", show_default="all there are"),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Sentences that a model translates at once.", min=1)] = 16,
    beams: Annotated[int, typer.Option(help="Beams of a model's search.", min=1)] = 4,
    device: Annotated[str, typer.Option(help="Device of the model: cpu, cuda, ...")] = "cpu",
) -> None:
    """Translate queries and passages of training rows into more languages. Prints what was made and refused.

    The output has the same ids and groups, and a recipe reads it with source = "jsonl". Texts are translated sentence
    by sentence, and each distinct sentence once. Existing language versions are kept. Translations are kept in a
    cache: a run that was stopped continues, and a later run translates only what is new.

    Example: polybatch data translate rows.jsonl --from en --to sw --translator facebook/m2m100_418M --out new.jsonl
    """
    from polybatch.data.opening import open_source
    from polybatch.data.translation.quality import Filter, Likeness
    from polybatch.data.translation.rows import translate_rows
    from polybatch.data.translation.translator import open_translator

    likeness = None
    if quality_model is not None:
        from polybatch.encoders.loading import load_encoder
        from polybatch.progress import Silent

        encoder = load_encoder(quality_model, batch_size=batch_size, device=device)
        likeness = Likeness(lambda texts: encoder.encode_passages(texts, Silent()), least_likeness)
    accept = Filter(longest_ratio, not any_language, round_trip, likeness)
    targets = parse_languages(to, option="--to") or []
    source = open_source(rows, languages=parse_languages(languages))
    done = translate_rows(
        source,
        rows.parent,
        out,
        origin=origin,
        targets=targets,
        translator=open_translator(translator, batch_size=batch_size, beams=beams, device=device),
        cache=cache or out.parent / "translations.sqlite",
        accept=accept,
        progress=make_progress(),
    )
    typer.echo(f"{out}: {done.rows:,} rows of {done.reading.read:,} read")
    for reason, count in sorted(done.reading.left_out.items()):
        typer.echo(f"  left out: {reason}: {count:,}, such as {', '.join(done.reading.places[reason][:SHOWN])}")
    for code in targets:
        typer.echo(f"  {code}: {done.made[code]:,} translated, {done.kept[code]:,} there before")
        for (language, reason), count in sorted(done.refused.items()):
            if language == code:
                places = "; ".join(done.places[language, reason][:SHOWN])
                typer.echo(f"    none: {reason}: {count:,}, such as {places}")
