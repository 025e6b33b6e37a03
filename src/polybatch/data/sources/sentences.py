"""Parallel sentences, each a query and a passage: of FLORES, SIB-200, bitext and TMX. Reads no file of its own."""

from collections.abc import Iterator, Mapping, Sequence

from polybatch.data.sources.grouping import Joined, passage_groups, text_key
from polybatch.data.sources.items import give, item_of
from polybatch.data.sources.source import Reading
from polybatch.records import Item

Sentence = tuple[str, str, str, Mapping[str, str]]
"""An id, a place, a document (empty if not known), and the text in each language."""


def sentence_items(name: str, found: list[Sentence], reading: Reading) -> Iterator[Item]:
    """An item a sentence: find its translation. Equal ones in any language are a group; a document is a further one.

    In one language the query is the passage: the monolingual rows of such a source teach nothing.
    """
    equal: Joined[tuple[str, str]] = Joined()
    for *_, texts in found:
        equal.join((code, text_key(text)) for code, text in texts.items())
    for id, where, document, texts in found:
        reading.read += 1
        group = equal.of(next((code, text_key(text)) for code, text in texts.items())) if texts else ("", "")
        yield from give(
            reading,
            where,
            id=f"{name}-{id}",
            group=f"{name}-{'-'.join(group)}",
            queries=texts,
            passages=texts,
            further=(f"{name}-{document}" if document else "",),
        )


def give_translations(
    reading: Reading, where: str, *, name: str, number: int, texts: dict[str, str], languages: Sequence[str]
) -> Iterator[Item]:
    """The item of a sentence and its translations, trimmed, for a source that streams. Equal ones share a group."""
    id = f"{name}-{number}"
    group, further = passage_groups(name, texts, languages, further=reading.further)
    item = item_of(reading, where, id=id, group=group, queries=texts, passages=texts, further=further)
    if item:
        yield item
