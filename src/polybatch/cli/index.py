"""`polybatch index`: an archive of articles as an index that can be searched, new or brought up to date."""

from pathlib import Path
from typing import Annotated

import typer

from polybatch.cli.ending import Ending, Quiet, show, then_command
from polybatch.cli.options import command_line, parse_languages
from polybatch.cli.progress import make_progress

MOST = 8  # languages that are counted by name
SHOWN = 10  # ids that are told before they are only counted


def index(
    model: Annotated[
        str, typer.Argument(help="A sentence-transformers folder or hub name; it encodes.", show_default=False)
    ],
    corpus: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files or folders: text, JSON, CSV, Parquet, WordPress' export, feeds and sitemaps saved to disk.",
            show_default=False,
        ),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder of the index; an existing one is updated.", show_default=False)],
    engine_uri: Annotated[
        str,
        typer.Option(
            help="Where passages are kept: s3://, gs:// or az:// for LanceDB, http://HOST:PORT for Milvus.",
            show_default="LanceDB within --out",
        ),
    ] = "",
    language: Annotated[
        str | None,
        typer.Option(
            help="Language of documents that name none; several, such as en,sw,ne, to choose among.",
            show_default="identified for each passage",
        ),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            help="A field under the archive's own name: text=content. docs/searching.md lists the known names.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse an archive with a single bad row.")] = False,
    allow_bad: Annotated[
        float | None,
        typer.Option(help="Share of the rows that may be bad; they are left out.", min=0, max=1, show_default="0.1"),
    ] = None,
    mirror: Annotated[bool, typer.Option("--mirror", help="Delete documents that the archive no longer has.")] = False,
    delete: Annotated[
        Path | None,
        typer.Option(
            help="A file that lists documents to delete, by id or content hash, one per line.", show_default=False
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(help="Encode on a Ray cluster: its address, or [bold]local[/bold].", show_default=False),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Texts encoded at once.", min=1)] = 64,
    device: Annotated[
        str | None, typer.Option(help="Device that encodes: cpu, cuda, ...", show_default="any GPU")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Index an archive: cut it into passages, identify languages, encode and store. Prints what the index holds.

    Run it again to continue after a stop, to add new documents and to replace changed ones; nothing is encoded twice.
    The fields are id, text, title, language, date, source and url, also under the names of common exports. Bad rows
    are left out and listed in OUT.left-out.jsonl.

    Example: polybatch index models/hybrid articles/ --out news-index
    """
    from polybatch.data.archives.names import parse_fields
    from polybatch.search.building import Changes, build_index

    options = ["--engine-uri", engine_uri] if engine_uri else []
    options += ["--language", language] if language else []
    options += [word for name in field or [] for word in ("--field", name)]
    options += ["--allow-bad", f"{allow_bad:g}"] if allow_bad is not None else []
    options += ["--ray", ray] if ray else []
    changes = Changes(
        corpus or [],
        parse_languages(language, option="--language") or [],
        mirror,
        delete,
        fields=parse_fields(field or []),
        strict=strict,
        allow_bad=allow_bad,
    )
    built = build_index(
        model,
        changes,
        out,
        uri=engine_uri,
        batch_size=batch_size,
        device=device,
        ray=ray,
        command=command_line("index", model, *changes.paths, *options, "--out", out),
        progress=make_progress(),
    )
    added = built.added
    counts = [f"{code} {count:,}" for code, count in sorted(built.passages.items(), key=lambda one: (-one[1], one[0]))]
    more = f" and {len(counts) - MOST} languages more" if len(counts) > MOST else ""
    told = [
        f"{out} holds {built.documents:,} documents in {sum(built.passages.values()):,} passages: "
        f"{', '.join(counts[:MOST])}{more}.",
        f"Documents: {added.new:,} new, {added.changed:,} changed, {added.same:,} as before, "
        f"{built.deleted:,} deleted.",
        f"Passages: {added.encoded:,} encoded, {added.kept:,} kept as they were.",
    ]
    written = [("index", out)]
    if built.missing:
        more = f" and {len(built.missing) - SHOWN:,} more" if len(built.missing) > SHOWN else ""
        told.append(f"To delete, but not there: {', '.join(built.missing[:SHOWN])}{more}.")
    if built.listing:
        told.append(f"Left out: {built.left_out:,} rows of the archive.")
        written.append(("rows left out", built.listing))
    if added.empty:
        told.append(f"Left out: {added.empty:,} documents without text or title.")
    then = [then_command("search", out, "your words"), then_command("serve", out)]
    show(Ending(told, written=written, then=then), quiet=quiet)
