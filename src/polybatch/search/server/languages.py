"""The languages of an index as a page shows them: their names, their direction, how many passages each has."""

from functools import cache
from pathlib import PurePath
from typing import Literal

from babel import Locale, UnknownLocaleError

from polybatch.languages import language_name
from polybatch.search.searcher import Searcher
from polybatch.search.server.schemas import IndexLanguages, Language


def index_languages(name: str, searcher: Searcher) -> IndexLanguages:
    """An index and its languages, most passages first, ties by code."""
    counts, manifest = searcher.languages(), searcher.index.manifest
    return IndexLanguages(
        name=name,
        model=PurePath(str(manifest["model"])).name,  # where it lies is nobody else's business
        strategy=manifest.get("strategy"),
        passages=sum(counts.values()),
        languages=[_language(code, counts[code]) for code in sorted(counts, key=lambda code: (-counts[code], code))],
    )


def _language(code: str, passages: int) -> Language:
    return Language(
        code=code,
        name=language_name(code),
        own_name=language_name(code, locale=code),
        direction=_direction(code),
        passages=passages,
    )


@cache
def _direction(code: str) -> Literal["ltr", "rtl"]:
    try:
        return "rtl" if Locale.parse(code).text_direction == "rtl" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"
