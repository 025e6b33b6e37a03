"""What goes over the border as JSON: requests and answers, and their limits. Nothing is looked up here."""

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from polybatch.data.formats.bounds import FIELD
from polybatch.search.cutting import LONGEST_ID
from polybatch.search.records import METHOD, TOP, Document, Hit, Method, SearchRequest
from polybatch.search.server import limits

DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_day(value: Any) -> Any:
    """A day is only what is written as one: seconds since 1970 would do for pydantic."""
    if not isinstance(value, datetime.date) and not (isinstance(value, str) and DAY.fullmatch(value)):
        raise ValueError("not a day such as 2024-05-31")
    return value


Code = Annotated[str, Field(min_length=2, max_length=16, examples=["sw"])]
Day = Annotated[datetime.date, BeforeValidator(_written_day)]
Name = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
Line = Annotated[str, Field(max_length=FIELD)]
Names = Annotated[list[Name], Field(max_length=limits.NAMES)]


class Form(BaseModel):
    """A form that has the fields it names and no other."""

    model_config = ConfigDict(extra="forbid")


class Search(Form):
    """What is looked for, and where. No languages or sources are all of them; both days are included."""

    query: str = Field(min_length=1, max_length=limits.QUERY, examples=["floods in the capital"])
    index: Name | None = Field(None, description="Which index, by its name; the first where none is named.")
    query_language: Code | None = Field(None, description="The language of the query; it changes no ranking.")
    languages: list[Code] = Field([], max_length=limits.NAMES, description="Languages of the passages.")
    sources: Names = Field([], description="Sources of the passages.")
    since: Day | None = Field(None, description="The first day; what has no date is left out.")
    until: Day | None = Field(None, description="The last day; what has no date is left out.")
    top: int = Field(TOP, ge=1, le=limits.TOP, description="How many hits.")
    balance: bool = Field(False, description="Merge a list per language, so that none crowds out the others.")
    method: Method = Field(METHOD, description="Vectors of the model, words, or both fused.")
    by_document: bool = Field(
        False, description="A hit is the best passage of a document in a language, the others stand in `further`."
    )

    def request(self) -> SearchRequest:
        """The record that a searcher takes."""
        return SearchRequest(
            query=self.query,
            query_language=self.query_language,
            languages=tuple(dict.fromkeys(self.languages)),
            top=self.top,
            since=self.since,
            until=self.until,
            sources=tuple(dict.fromkeys(self.sources)),
            balance=self.balance,
            method=self.method,
            by_document=self.by_document,
        )


class FurtherPassage(BaseModel):
    """Another passage of a document that was found."""

    id: str
    text: str
    score: float


class FoundPassage(BaseModel):
    """A passage that was found. `score` is comparable within one answer only."""

    rank: int
    id: str
    document: str
    language: str
    title: str
    text: str
    score: float
    date: datetime.date | None
    source: str
    url: str
    found_by: list[str]
    further: list[FurtherPassage]

    @classmethod
    def of(cls, hit: Hit) -> "FoundPassage":
        """A hit as it is sent."""
        names = ("rank", "id", "document", "language", "title", "text", "score", "date", "source", "url")
        further = [FurtherPassage(id=other.id, text=other.text, score=other.score) for other in hit.further]
        return cls(**{name: getattr(hit, name) for name in names}, found_by=list(hit.found_by), further=further)


class SearchAnswer(BaseModel):
    """The passages that were found, best first; fewer than asked for where there are no more."""

    index: str
    milliseconds: float
    hits: list[FoundPassage]


class DocumentForm(Form):
    """A document. Without a language, its passages are identified one by one."""

    id: Id
    text: str
    title: Line = ""
    language: Code | None = None
    date: Day | None = None
    source: Line = ""
    url: Line = ""

    def document(self) -> Document:
        """The record that a searcher takes."""
        return Document(**self.model_dump())

    @classmethod
    def of(cls, document: Document) -> "DocumentForm":
        """A document as it is sent; it was within the limits when it came in, or came in by another way."""
        names = ("id", "text", "title", "language", "date", "source", "url")
        return cls.model_construct(**{name: getattr(document, name) for name in names})


class WhichDocument(Form):
    """A document by its id."""

    id: Id
    index: Name | None = Field(None, description="Which index, by its name; the first where none is named.")


class Deletions(Form):
    """Documents to delete, by their ids; one that is not held is passed over."""

    id: list[Id] = Field(min_length=1, max_length=limits.NAMES)
    index: Name | None = Field(None, description="Which index, by its name; all of them where none is named.")


class Additions(Form):
    """Documents to add, or to change where their id is held already."""

    documents: list[DocumentForm] = Field(min_length=1, max_length=limits.DOCUMENTS)
    index: Name | None = Field(None, description="Which index, by its name; all of them where none is named.")


class Added(BaseModel):
    """What adding did to an index: documents new, changed, the same, empty; passages encoded, or kept."""

    new: int
    changed: int
    same: int
    empty: int
    encoded: int
    kept: int


class Language(BaseModel):
    """A language of an archive: its name in English and in itself, its direction, its passages."""

    code: str
    name: str
    own_name: str
    direction: Literal["ltr", "rtl"]
    passages: int


class IndexLanguages(BaseModel):
    """An index with its model, and the languages of its passages, most passages first."""

    name: str
    model: str
    strategy: str | None
    passages: int
    languages: list[Language]


class Languages(BaseModel):
    """The languages of every index that is served."""

    indices: list[IndexLanguages]


class Health(BaseModel):
    """That the server answers, and with what."""

    status: Literal["ok"]
    version: str
    indices: list[str]
    writing: bool
