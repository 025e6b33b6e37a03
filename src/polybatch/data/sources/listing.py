"""The list of sources as text, Markdown or JSON: what each is, its licence, size, languages, where it comes from."""

import json
from collections.abc import Callable

from polybatch.data.sources.source import About
from polybatch.data.sources.table import SOURCES

HEADINGS = ("source", "what", "licence", "size", "languages", "from", "folder")


def to_text() -> str:
    """A paragraph a source."""
    parts = []
    for name, source in SOURCES.items():
        about = source.about
        lines = [f"{name}: {about.what}", f"  licence: {about.licence}", f"  from: {about.upstream}"]
        lines += [f"  size: {about.size}"] if about.size else []
        lines += [f"  languages: {_languages(about)}"]
        lines += [f"  folder: {about.folder}"] if about.folder else []
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def to_markdown() -> str:
    """A table, a row a source."""
    lines = [f"| {' | '.join(HEADINGS)} |", "|" + "---|" * len(HEADINGS)]
    for name, source in SOURCES.items():
        about = source.about
        folder = f"`{about.folder}`" if about.folder else ""
        row = (f"`{name}`", about.what, about.licence, about.size, _languages(about), about.upstream, folder)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def to_json() -> str:
    """A list of objects; languages are a list, none where the recipe says which."""
    rows = [
        {
            "source": name,
            "what": source.about.what,
            "licence": source.about.licence,
            "size": source.about.size,
            "languages": list(source.about.languages),
            "from": source.about.upstream,
            "folder": source.about.folder,
        }
        for name, source in SOURCES.items()
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


FORMATS: dict[str, Callable[[], str]] = {"text": to_text, "md": to_markdown, "json": to_json}


def _languages(about: About) -> str:
    return " ".join(about.languages) or "as the recipe says"
