"""Some rows of a source as bytes for another process, and as columns of texts. Not here: what is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import msgpack

from polybatch.records import Item

SIDES = ("query", "passage")


class Column(NamedTuple):
    """The texts of one side in one language, and the numbers of the rows that have them, which rise."""

    side: str
    language: str
    rows: list[int]
    texts: list[str]


@dataclass(frozen=True)
class Chunk:
    """Rows numbered from `first` on: the group of each, and columns: queries, passages, negatives, each by language."""

    first: int
    groups: list[str]
    columns: list[Column]

    def side(self, side: str) -> dict[str, Column]:
        """The columns of one side, by language."""
        return {column.language: column for column in self.columns if column.side == side}


_Row = tuple[str, Mapping[str, str], Mapping[str, str], Sequence[Mapping[str, str]]]  # what checks look at of a row
_Side = dict[str, tuple[list[int], list[str]]]  # by language: numbers of rows, and their texts
Packed = bytes | _Row
"""A row for another process: as bytes, which takes a third of the time, or as it is where those cannot hold it."""

_to_bytes = msgpack.Encoder().encode
_of_bytes = msgpack.Decoder(_Row).decode


def packed(item: Item) -> Packed:
    """What checks look at of a row."""
    row = item.group, item.queries, item.passages, item.negatives
    try:
        return _to_bytes(row)
    except (UnicodeEncodeError, TypeError):  # half a surrogate pair, or a mapping that is no dict
        return row


def chunk_of(rows: Iterable[Packed], first: int) -> Chunk:
    """Rows, numbered from `first` on."""
    groups: list[str] = []
    sides: list[_Side] = [{}, {}]
    for row, given in enumerate(rows, start=first):
        group, queries, passages, negatives = _of_bytes(given) if isinstance(given, bytes) else given
        groups.append(group)
        _add(sides[0], row, queries)
        _add(sides[1], row, passages)
        for number, texts in enumerate(negatives, start=len(SIDES)):
            if number == len(sides):
                sides.append({})
            _add(sides[number], row, texts)
    names = [*SIDES, *(f"negative_{number}" for number in range(1, len(sides) - 1))]
    named = zip(names, sides, strict=True)
    return Chunk(first, groups, [Column(name, code, *side[code]) for name, side in named for code in sorted(side)])


def _add(side: _Side, row: int, texts: Mapping[str, str]) -> None:
    for language, text in texts.items():
        if language not in side:
            side[language] = ([], [])
        rows, column = side[language]
        rows.append(row)
        column.append(text)
