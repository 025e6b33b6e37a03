"""A row with named fields as a document: which names mean what, and what each must look like. Reads no file."""

from collections.abc import Mapping
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from polybatch.errors import Fault
from polybatch.languages import language_code
from polybatch.search.cutting import document_faults
from polybatch.search.records import Document

NAMES = {
    "id": ("id", "_id", "docid", "doc_id", "guid"),
    "text": ("text", "body", "content", "article", "contents"),
    "title": ("title", "headline"),
    "language": ("language", "lang"),
    "date": ("date", "published", "publication_date", "pubDate", "timestamp"),
    "source": ("source", "publisher", "site"),
    "url": ("url", "link"),
}
"""The names under which a field of a document is looked for, the first that is there."""


def to_document(row: Mapping[str, Any], where: str, faults: list[Fault]) -> Document | None:
    """The document that a row says, by the first of NAMES that it has; None, with faults at `where`, where it is wrong.

    Without an id, the URL is it. A field that is missing, empty or null is empty; numbers become text. Languages are
    our codes or anything that is one of them by another name (`swh_Latn`, `Swahili`).
    """
    found = {field: _first(row, names) for field, names in NAMES.items()}
    wrong: list[Fault] = []
    plain = {
        field: _text(field, found[field], where, wrong)
        for field in ("id", "text", "title", "language", "source", "url")
    }
    day = _day(found["date"], where, wrong)
    language = _language(plain["language"], where, wrong)
    id = plain["id"] or plain["url"]
    if not id:
        wrong.append(Fault(where, "no id", f"one of {', '.join(NAMES['id'] + NAMES['url'])}"))
    told = {field: plain[field].strip() for field in ("title", "source", "url")}
    document = Document(id, plain["text"], language=language, date=day, **told)
    wrong += document_faults(document, where) if id else []
    faults += wrong
    return None if wrong else document


def to_day(text: str) -> date | None:
    """The day of a date or time in ISO 8601 or as mail and RSS write it; None where it is neither."""
    text = text.strip()
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, IndexError, TypeError):
        return None


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), "")


def _text(field: str, value: Any, where: str, faults: list[Fault]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    faults.append(Fault(where, f"{field} is {type(value).__name__}", "text"))
    return ""


def _day(value: Any, where: str, faults: list[Fault]) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if value == "":
        return None
    day = to_day(value) if isinstance(value, str) else None
    if day is None:
        faults.append(Fault(where, f"date {value!r}", "2024-05-31, or Fri, 31 May 2024 10:00:00 GMT"))
    return day


def _language(text: str, where: str, faults: list[Fault]) -> str | None:
    if not text.strip():
        return None
    code = language_code(text.strip())
    if code is None:
        faults.append(Fault(where, f"unknown language {text!r}", "codes such as en, sw, ne"))
    return code
