"""Make an item of a row, or leave the row out with its reason: texts are trimmed, and what is empty is dropped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from polybatch.data.formats.bounds import TEXT
from polybatch.data.formats.texts import LONG
from polybatch.data.pairing import Document, Pairing, pairs
from polybatch.data.sources.source import Reading
from polybatch.records import Item

NO_QUERY, NO_PASSAGE = "no query", "no passage"
NOT_TEXT = "half a surrogate pair: not text"


def cleaned(text: Any) -> str:
    """A text without outer white space; empty where it is none. Half a surrogate pair is kept, for `give` to refuse."""
    return text.strip() if isinstance(text, str) else ""


def give(
    reading: Reading,
    where: str,
    *,
    id: str,
    group: str,
    queries: Mapping[str, Any],
    passages: Mapping[str, Any],
    negatives: Sequence[Mapping[str, Any]] = (),
    further: tuple[str, ...] = (),
) -> Iterator[Item]:
    """The item of a row that the caller has counted as read, or none, left out with its reason.

    Languages without a text are dropped. A negative without any text, or with the passage's own in some language, is
    dropped as well.
    """
    item = item_of(
        reading,
        where,
        id=id,
        group=group,
        queries=texts_of(queries, queries),
        passages=texts_of(passages, passages),
        negatives=[texts_of(one, one) for one in negatives],
        further=further,
    )
    if item:
        yield item


def item_of(
    reading: Reading,
    where: str,
    *,
    id: str,
    group: str,
    queries: dict[str, str],
    passages: dict[str, str],
    negatives: Sequence[dict[str, str]] = (),
    further: tuple[str, ...] = (),
) -> Item | None:
    """As `give`, of texts as `texts_of` gives them."""
    against = tuple([one for one in negatives if one and not one.items() & passages.items()]) if negatives else ()
    if not queries or not passages:
        reading.leave_out(NO_PASSAGE if queries else NO_QUERY, where)
    elif wrong := _wrong(id, group, *further, *queries.values(), *passages.values()) or next(
        filter(None, (_wrong(*one.values()) for one in against)), ""
    ):
        reading.leave_out(wrong, where)
    else:
        reading.where = where
        return Item(id, group, queries, passages, against, further)
    return None


def give_document(
    document: Document,
    kinds: Sequence[str],
    tokens: int,
    reading: Reading,
    where: str,
    *,
    further: tuple[str, ...] = (),
) -> Iterator[Item]:
    """The items of a document, each counted as read; or the document, counted as one row that is left out."""
    texts = [text for side in document.sentences.values() for text in side]
    texts += [*document.headlines.values(), *document.summaries.values()]
    if wrong := _wrong(document.id, *further, *texts):
        reading.read += 1
        reading.leave_out(wrong, where)
        return
    given = 0
    for item in pairs([document], kinds, Pairing(tokens=tokens)):
        given += 1
        reading.read += 1
        reading.where = where
        yield item._replace(further=further)
    if not given:
        reading.read += 1
        reading.leave_out("a document that gives no pair", where)


def texts_of(side: Mapping[str, Any], languages: Iterable[str]) -> dict[str, str]:
    """The texts of a side in some languages, trimmed, without what is empty or no text."""
    return {code: text for code in languages if isinstance(one := side.get(code), str) and (text := one.strip())}


def _wrong(*texts: str) -> str:
    """Why texts cannot be rows: too long, or no UTF-8, since JSON may escape half a surrogate pair."""
    try:
        for text in texts:
            if len(text) > TEXT:
                return LONG
            if not text.isascii():
                text.encode("utf-16-le")  # refuses what UTF-8 does, in a fourth of the time
    except UnicodeEncodeError:
        return NOT_TEXT
    return ""
