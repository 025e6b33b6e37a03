"""`polybatch search`: passages of an index for a query, in any language, as text or JSON."""

import json
import shutil
import textwrap
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from polybatch.cli.options import parse_languages
from polybatch.errors import DataError, Fault
from polybatch.languages import check_language
from polybatch.search.records import METHOD, METHODS, MOST, TOP, Hit, SearchRequest, request_faults

LINES = 3  # of a passage that are shown
METHODS_HELP = "; ".join(f"[bold]{name}[/bold]: {about}" for name, about in METHODS.items())


def search(
    index: Annotated[Path, typer.Argument(help="Folder that polybatch index made.", show_default=False)],
    query: Annotated[str, typer.Argument(help="The query, in any language.", show_default=False)],
    asked: Annotated[
        str | None, typer.Option("--from", help="Language of the query; recorded in the answer.", show_default=False)
    ] = None,
    languages: Annotated[
        str | None, typer.Option("--in", help="Languages to search, such as en,ne.", show_default="all")
    ] = None,
    top: Annotated[int, typer.Option(help="Documents to show, or passages.", min=1, max=MOST)] = TOP,
    passages: Annotated[
        bool, typer.Option("--passages", help="Show every passage by itself, not one a document.")
    ] = False,
    since: Annotated[str | None, typer.Option(help="First day, 2024-05-31.", show_default=False)] = None,
    until: Annotated[str | None, typer.Option(help="Last day.", show_default=False)] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="A source, as the archive names it; may be repeated.", show_default="all")
    ] = None,
    balance: Annotated[
        bool,
        typer.Option("--balance", help="Take hits from each language in turn, so that none crowds out the others."),
    ] = False,
    method: Annotated[str, typer.Option(help=f"{METHODS_HELP}.")] = METHOD,
    hybrid: Annotated[bool, typer.Option("--hybrid", help="The same as --method hybrid.")] = False,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    model: Annotated[
        str | None,
        typer.Option(help="Folder of the model, if it was moved.", show_default="as the index names it"),
    ] = None,
) -> None:
    """Search an index, across languages. Prints the best documents with their language, score, source and best passage.

    Scores are cosines (dense), BM25 (text) or sums of reciprocal ranks (hybrid, --balance). They order one list, and
    cannot be compared between lists. Queries are normalised, prefixed and truncated as in the model's training.

    Example: polybatch search news-index "floods after the dam broke" --in sw,ne --balance
    """
    faults: list[Fault] = list(check_language(asked, where="--from")) if asked else []
    request = SearchRequest(
        query,
        query_language=asked,
        languages=tuple(parse_languages(languages, option="--in") or ()),
        top=top,
        since=_day(since, "--since", faults),
        until=_day(until, "--until", faults),
        sources=tuple(source or ()),
        balance=balance,
        method="hybrid" if hybrid else method,  # type: ignore[arg-type]  # request_faults looks at it
        by_document=not passages,
    )
    faults += request_faults(request)
    if format not in FORMATS:
        faults.append(Fault("--format", repr(format), " or ".join(FORMATS)))
    if faults:
        raise DataError(faults)
    from polybatch.search.searcher import Searcher

    searcher = Searcher.open(index, model=model)
    typer.echo(FORMATS[format](request, searcher.search(request)))
    searcher.close()


def to_text(request: SearchRequest, hits: list[Hit]) -> str:
    """Hits for people: a line of facts, the title, and the beginning of the passage."""
    if not hits:
        return "nothing found"
    width = min(100, shutil.get_terminal_size().columns)
    return "\n\n".join(_entry(hit, width) for hit in hits)


def to_json(request: SearchRequest, hits: list[Hit]) -> str:
    """The request and its hits for programs."""
    found = {"request": asdict(request), "hits": [asdict(hit) for hit in hits]}
    return json.dumps(found, ensure_ascii=False, indent=1, default=_plain)


FORMATS = {"text": to_text, "json": to_json}


def _entry(hit: Hit, width: int) -> str:
    day = hit.date.isoformat() if hit.date else ""
    facts = [hit.language, f"{hit.score:.4f}", "+".join(hit.found_by), day, hit.source, hit.url or hit.document]
    snippet = textwrap.wrap(_shown(hit.text), width - 4, max_lines=LINES, placeholder=" …")
    title = [f"    {_shown(hit.title)}"] if hit.title else []
    lines = [f"{hit.rank:>2}  {'  '.join(_shown(fact) for fact in facts if fact)}", *title]
    further = [f"    and {len(hit.further)} more of its passages"] if hit.further else []
    return "\n".join([*lines, *(f"    {line}" for line in snippet), *further])


def _shown(text: str) -> str:
    """One line without characters that a terminal obeys."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable() or one in "\u200c\u200d")


def _day(text: str | None, option: str, faults: list[Fault]) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        faults.append(Fault(option, repr(text), "a day such as 2024-05-31"))
        return None


def _plain(value: Any) -> str:
    assert isinstance(value, date)
    return value.isoformat()
