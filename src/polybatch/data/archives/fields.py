"""A row with named fields as an article: what each must look like, what is missing, what is markup. Reads no file."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from polybatch.data.archives.dates import ISO, Dates
from polybatch.data.archives.names import Names, Place, follow
from polybatch.errors import Fault
from polybatch.languages import language_code
from polybatch.provenance import content_hash
from polybatch.text.html import fragment_text

MISSING = {"", "nan", "NaN", "NAN", "None", "null", "NULL", "NaT", "<NA>", "#N/A", "\\N"}
"""What programs write into a field that has nothing."""

NO_LANGUAGE = {"nan", "none", "null", "und", "mul", "zxx", "x-default"}
"""Codes that name no language, in lower case; `nan` is Min Nan Chinese, but never meant."""

UNPUBLISHED = {"draft", "auto-draft", "pending", "private", "trash", "future", "inherit", "scheduled"}
NO_ARTICLES = {
    *("attachment", "nav_menu_item", "revision", "page", "custom_css", "customize_changeset", "oembed_cache"),
    *("user_request", "wp_block", "wp_template", "wp_template_part", "wp_global_styles", "wp_navigation"),
}
"""Types of a WordPress post that are no article."""

NOT_PUBLISHED, EMPTY = "not published, or no article", "neither text nor title"


@dataclass(frozen=True, slots=True)
class Article:
    """An article of an archive. `language` None is not said; `date` is the day it was published.

    `translations`: whatever names it shares with its translations, and their ids or addresses.
    """

    id: str
    text: str
    title: str = ""
    language: str | None = None
    date: datetime.date | None = None
    source: str = ""
    url: str = ""
    translations: tuple[str, ...] = ()


class Fields:
    """What the fields of an archive's rows mean: names, given or known, and the order of its dates."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._names = Names(given)
        self.dates = Dates()

    def article(self, row: Mapping[str, Any], where: str, note: Callable[[str, str], None]) -> Article | list[Fault]:
        """The article that a row says, or what is wrong with it: every fault. No faults: it is none, which `note` says.

        What is missing, empty, null or NaN, or says so in words (MISSING), is empty; numbers become text, markup its
        text. Languages are our codes, or what is one of them by another name (`swh_Latn`, `Swahili`). Without an id,
        the address is it; without either, a hash of title and text.
        """
        places = self._names.places(tuple(row))
        values = {field: _value(row, of) for field, of in places.items()}
        if _unpublished(values["status"], values["type"]):
            note(NOT_PUBLISHED, where)
            return []
        faults: list[Fault] = []
        plain = {field: _text(field, values[field], where, faults) for field in ("id", "text", "title", "language")}
        plain |= {field: _text(field, values[field], where, faults) for field in ("source", "url")}
        column = f"{where.rpartition(':')[0]}: {next((key for key, _ in places['date']), '')}"
        article = Article(
            id=plain["id"].strip().strip("\ufeff"),
            text=_readable(plain["text"]),
            title=" ".join(_readable(plain["title"]).split()),
            language=_language(plain["language"].strip(), where, faults),
            date=self._day(values["date"], column, where, faults),
            source=unescape(plain["source"]).strip(),
            url=unescape(plain["url"]).strip(),
            translations=tuple(_names(values["translations"])),
        )
        if faults:
            return faults
        if not article.text.strip() and not article.title:
            unknown = [key for key in row if not any(key == at for of in places.values() for at, _ in of)]
            if unknown and not places["text"] and not places["title"]:
                there = ", ".join(map(str, row))[:200]
                return [Fault(where, f"no text and no title; the fields are {there}", "--field text=NAME says which")]
            note(EMPTY, where)
            return []
        return replace(article, id=article.id or article.url or f"content-{_content(article)}")

    def _day(self, value: Any, column: str, where: str, faults: list[Fault]) -> datetime.date | None:
        try:
            return None if value == "" else self.dates.day(value, column)
        except (ValueError, OverflowError):
            faults.append(Fault(where, f"date {str(value)[:80]!r}", ISO))
            return None


def _value(row: Mapping[str, Any], places: Sequence[Place]) -> Any:
    """The first value that says something; an object or a list only where none of its fields is known."""
    nested: Any = ""
    at = ""
    for key, path in places:
        value = row.get(key)
        if path:
            value = follow(value, path)
            if key == at and value is not None:
                nested = ""
            if isinstance(value, dict | list):
                continue
        elif isinstance(value, dict | list) and value:
            nested, at = nested or value, key
            continue
        if not is_missing(value):
            return value
    return nested


def is_missing(value: Any) -> bool:
    """Whether a value is none: null, NaN, infinite, empty, or a word that says so."""
    if isinstance(value, str):
        return value.strip() in MISSING
    if isinstance(value, float):
        return value != value or value in (float("inf"), float("-inf"))
    return value is None or (isinstance(value, list | dict) and not value)


def _text(field: str, value: Any, where: str, faults: list[Fault]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if value == int(value) else str(value)
    faults.append(Fault(where, f"{field} is {type(value).__name__}", "text"))
    return ""


def _readable(text: str) -> str:
    """A text without its markup; one that has none is itself."""
    return fragment_text(text) if "<" in text or "&" in text else text


def _language(text: str, where: str, faults: list[Fault]) -> str | None:
    if not text or text.lower() in NO_LANGUAGE:
        return None
    code = language_code(text)
    if code is None:
        faults.append(Fault(where, f"unknown language {text[:80]!r}", "codes such as en, sw, ne"))
    return code


def _unpublished(status: Any, kind: Any) -> bool:
    return status is False or (isinstance(status, str) and status.strip().lower() in UNPUBLISHED) or kind in NO_ARTICLES


def _names(value: Any) -> Iterator[str]:
    """The names and addresses within a value of any form."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _names(one)
    elif isinstance(value, list):
        for one in value:
            yield from _names(one)
    elif not is_missing(value) and not isinstance(value, bool):
        yield str(value).strip()


def _content(article: Article) -> str:
    safe = (text.encode(errors="surrogatepass").decode(errors="replace") for text in (article.title, article.text))
    return content_hash(list(safe))[:16]
