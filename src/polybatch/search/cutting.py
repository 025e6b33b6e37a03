"""Documents into the passages that an index holds, each with its language and its hashes. No model, no engine."""

from collections.abc import Sequence
from dataclasses import replace

from polybatch.data.formats.bounds import FIELD, TEXT
from polybatch.errors import Fault
from polybatch.languages import check_language
from polybatch.provenance import content_hash
from polybatch.search.records import UNKNOWN, Document, Passage, unstorable
from polybatch.text.identification import identify
from polybatch.text.passages import cut_passages

TOKENS = 180  # of a passage, as in data building
LONGEST_ID = 1_024  # characters
LONGEST = 16_000  # characters of a passage: a word without end is cut
BEGINNING = 1_000  # characters of a document, of which its language is told
SHORT = 20  # letters; the language of a shorter passage is that of its document


def cut(document: Document, fingerprint: str, *, among: Sequence[str] = (), tokens: int = TOKENS) -> list[Passage]:
    """The passages of a document, in order; none where it has neither text nor title.

    A document without a language has its passages identified one by one, among some languages where they are given;
    with one given, that is it. `fingerprint` is that of the model, for the hash of what is encoded.
    """
    given = document.language or (among[0] if len(among) == 1 else None)
    whole = given or _languages([f"{document.title}\n{document.text}"[:BEGINNING]], among)[0]
    texts = [
        text[start : start + LONGEST]
        for text in cut_passages(document.text, language=whole, tokens=tokens)
        for start in range(0, len(text), LONGEST)
    ]
    texts = texts or [document.title.strip()] * bool(document.title.strip())
    languages = [whole] * len(texts) if given or len(texts) == 1 else _languages(texts, among)
    content = content_of(document)
    passages = [
        Passage(
            id=f"{document.id}#{number}",
            document=document.id,
            number=number,
            parts=len(texts),
            content=content,
            hash="",
            language=language if sum(map(str.isalpha, text)) >= SHORT else whole,
            title=document.title,
            text=text,
            date=document.date,
            source=document.source,
            url=document.url,
        )
        for number, (text, language) in enumerate(zip(texts, languages, strict=True))
    ]
    return [replace(one, hash=content_hash([fingerprint, one.encoded])) for one in passages]


def content_of(document: Document) -> str:
    """The hash of all that a document says, by which a changed one is known."""
    day = document.date.isoformat() if document.date else ""
    told = (document.text, document.title, document.language or "", day, document.source, document.url)
    return content_hash(told)


def document_faults(document: Document, where: str) -> list[Fault]:
    """What is wrong with a document that is to be indexed: every fault."""
    faults = []
    if not document.id or len(document.id) > LONGEST_ID:
        faults.append(Fault(where, f"an id of {len(document.id)} characters", f"1 to {LONGEST_ID}"))
    if len(document.text) > TEXT:
        faults.append(Fault(where, f"a text of {len(document.text):,} characters", f"up to {TEXT:,}; cut it"))
    for name in ("title", "source", "url"):
        if (length := len(getattr(document, name))) > FIELD:
            faults.append(Fault(where, f"{name} of {length} characters", f"up to {FIELD}"))
    for name in ("id", "text", "title", "source", "url"):
        if bad := unstorable(getattr(document, name)):
            faults.append(Fault(where, f"{name} has {bad}", "plain text"))
    if document.language is not None:
        faults += check_language(document.language, where=where)
    return faults


def _languages(texts: Sequence[str], among: Sequence[str]) -> list[str]:
    return [found.language or UNKNOWN for found in identify(texts, among or None)]
