"""The records of search: documents, passages, requests, hits, and what an update did. Pure: no engine, no model."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from polybatch.errors import Fault
from polybatch.languages import check_language

Method = Literal["dense", "text", "hybrid"]

METHODS: Mapping[Method, str] = {
    "dense": "nearest neighbours of the query vector",
    "text": "BM25 over words",
    "hybrid": "reciprocal rank fusion of both",
}
"""How passages are found."""

METHOD: Method = "dense"
"""How they are found unless something else is asked for: words find the language of the query alone, so that fusion
with them gives that language a second vote."""

UNKNOWN = "und"
"""The language of a passage whose language could not be told, as BCP 47 has it."""

TOP = 10
MOST = 1_000  # hits that one request may ask for
LONGEST = 10_000  # characters of a query
DEPTH = 100  # hits asked for with each query where an index is judged


@dataclass(frozen=True, slots=True)
class Document:
    """A document of an archive. `id` is unique to the archive; `language` None is identified for each passage.

    `date` is the day it was published, where that is known.
    """

    id: str
    text: str
    title: str = ""
    language: str | None = None
    date: datetime.date | None = None
    source: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document as an index holds it, one of `parts`; `number` counts from 0, `id` is `document#number`.

    `content` is the hash of the whole document, by which a changed one is known; `hash` that of what was encoded, by
    which nothing is encoded twice. `language` is `und` where none could be told.
    """

    id: str
    document: str
    number: int
    parts: int
    content: str
    hash: str
    language: str
    title: str
    text: str
    date: datetime.date | None
    source: str
    url: str

    @property
    def encoded(self) -> str:
        """The text that is encoded, and whose words are found: a document's first passage has the title before it."""
        first = self.number == 0 and self.title.strip() not in ("", self.text.strip())
        return f"{self.title} {self.text}" if first else self.text


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found: `id` is the passage's, `document` that of its document, `text` the whole passage.

    `score` is comparable within one list only: a cosine (dense), BM25 (text), or a sum of reciprocal ranks (hybrid,
    and balanced lists of reciprocal ranks). `rank` counts from 1. `found_by` says which of `dense` and `text` found it.
    `content` is the hash of the whole document, the same for the same document under another id. `further` are the
    passages of the same document and language that were found after this one, where a request asks for documents.
    """

    id: str
    document: str
    language: str
    title: str
    text: str
    score: float
    rank: int
    date: datetime.date | None = None
    source: str = ""
    url: str = ""
    found_by: tuple[str, ...] = ()
    content: str = ""
    further: tuple["Hit", ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is looked for, and where. Empty `languages` and `sources` are all; both dates are included.

    `query_language` is who asks: it changes no ranking, and goes into logs and answers. With a date asked for, what
    has none is left out. `balance` merges a list per language, so that no language crowds out the others.
    `by_document`: a hit is the best passage of a document in a language, with the others that were found under it;
    `top` counts such hits.
    """

    query: str
    query_language: str | None = None
    languages: tuple[str, ...] = ()
    top: int = TOP
    since: datetime.date | None = None
    until: datetime.date | None = None
    sources: tuple[str, ...] = ()
    balance: bool = False
    method: Method = METHOD
    by_document: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages a search looks among; what is empty or None does not count. Both days are included."""

    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime.date | None = None
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What adding documents did: documents new, changed, the same as before, and empty, which are not held.

    And passages of the new and changed ones: `encoded`, or `kept`, whose vector was held already.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    empty: int = 0
    encoded: int = 0
    kept: int = 0


def request_faults(request: SearchRequest) -> list[Fault]:
    """What is wrong with a request, whoever made it: every fault, named by the field it is in."""
    faults = []
    if not request.query.strip():
        faults.append(Fault("query", "empty", "words to look for"))
    if len(request.query) > LONGEST:
        faults.append(Fault("query", f"{len(request.query)} characters", f"at most {LONGEST}"))
    if bad := unstorable(request.query):
        faults.append(Fault("query", bad, "plain text"))
    if not 1 <= request.top <= MOST:
        faults.append(Fault("top", str(request.top), f"1 to {MOST}"))
    for code in request.languages:
        faults += check_language(code, where="languages")
    if request.query_language is not None:
        faults += check_language(request.query_language, where="query_language")
    if request.method not in METHODS:
        faults.append(Fault("method", repr(request.method), ", ".join(METHODS)))
    if request.since and request.until and request.since > request.until:
        faults.append(Fault("since", f"{request.since} is after until, {request.until}", "an earlier day"))
    for source in request.sources:
        if bad := unstorable(source):
            faults.append(Fault("sources", bad, "plain text"))
    return faults


def unstorable(text: str) -> str:
    """Why a text can be neither stored nor asked for: a NUL, or half of a surrogate pair; empty where it can."""
    if "\0" in text:
        return "a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half of a surrogate pair"
    return ""
