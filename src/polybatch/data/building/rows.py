"""One item as a row of a table: normalised texts by column, and its keys; or the reason why it is none. No files."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from polybatch.records import Item
from polybatch.text.normalisation import Normalisation, normalise

NO_QUERY, NO_PASSAGE, NO_TEXT = "no query", "no passage", "neither query nor passage"
EMPTIED = {
    NO_QUERY: "no query left by normalisation",
    NO_PASSAGE: "no passage left by normalisation",
    NO_TEXT: "no text left by normalisation",
}
NOT_UNICODE = "half of a surrogate pair, which is not Unicode text"


class Row(NamedTuple):
    """A row: texts by column (`query.sw`, `passage.en`, `negative_1.en`), names as the source has them, and hashes.

    `keys` are 64-bit hashes of the names, 0 for an empty one; `digest` is a hash of everything in the row.
    """

    texts: dict[str, str]
    names: tuple[str, ...]
    keys: tuple[int, ...]
    digest: bytes


def make_row(item: Item, normalisation: Normalisation) -> Row | str:
    """The row of an item, or why it gives none. Texts and hard negatives that normalisation empties are not there."""
    queries, passages = _normalised(item.queries, normalisation), _normalised(item.passages, normalisation)
    if not queries or not passages:
        reason = NO_PASSAGE if queries else NO_QUERY if passages else NO_TEXT
        had_both = any(item.queries.values()) and any(item.passages.values())
        return EMPTIED[reason] if had_both else reason
    negatives = [found for one in item.negatives if (found := _normalised(one, normalisation))]
    names = (item.id, item.group, *item.further)
    sides = [("query", queries), ("passage", passages)]
    sides += [(f"negative_{number}", one) for number, one in enumerate(negatives, start=1)]
    texts = {f"{side}.{code}": one[code] for side, one in sides for code in sorted(one)}
    try:
        keys = tuple(map(key_of_name, names))
        digest = _digest([*names, "", *(part for pair in texts.items() for part in pair)])
    except UnicodeEncodeError:
        return NOT_UNICODE
    return Row(texts, names, keys, digest)


def key_of_name(name: str) -> int:
    """A hash of 64 bits, from 1 on; 0 is that of the empty name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1 if name else 0


def _normalised(texts: Mapping[str, str], normalisation: Normalisation) -> dict[str, str]:
    found = {code: normalise(text, normalisation) for code, text in texts.items()}
    return {code: text for code, text in found.items() if text and not text.isspace()}


def _digest(parts: Iterable[str]) -> bytes:
    data = [part.encode() for part in parts]
    lengths = ",".join(str(len(one)) for one in data).encode()  # so that the border between two texts counts
    return blake2b(b"\0".join([lengths, *data]), digest_size=16).digest()
