"""Checks of texts, a column at a time: what is wrong with each, in words. Pure functions.

Each gives the places of texts in their column, rising, and what was found there.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from polybatch.data.checking.chunk import Column
from polybatch.data.checking.problem import Task

if TYPE_CHECKING:
    import numpy as np

Wrong = Iterator[tuple[int, str]]
BMP = 0x10000  # codes of the basic multilingual plane
LONGEST = 8  # characters of what ftfy's heuristic finds, at most

# controls but tab and line ends, unpaired surrogates, noncharacters, byte-order marks, the replacement character
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffd-\uffff]")
SHOWN = 40  # characters of a text that a finding quotes


def check_encoding(column: Column, task: Task) -> Wrong:
    """Characters that no text should have: traces of a wrong decoding or of a broken export."""
    for place, at in _first_of(_unfit(), column.texts):
        found = column.texts[place][at]
        what = "replacement character" if found == "\ufffd" else "character"
        yield place, f"{what} U+{ord(found):04X} at {at + 1}: {quoted(column.texts[place], at)}"


def check_mojibake(column: Column, task: Task) -> Wrong:
    """UTF-8 that was read as another encoding, as ftfy's heuristic sees it."""
    from ftfy import fix_encoding
    from ftfy.badness import BADNESS_RE

    for place, at in _first_of(_telling(), column.texts):
        text = column.texts[place]
        if found := BADNESS_RE.search(text, max(0, at - LONGEST)):
            here = quoted(text, found.start())
            mended = fix_encoding(here)
            yield place, f"{here}, perhaps {mended}" if mended != here else here


def _first_of(characters: "np.ndarray", texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The texts with one of some characters, which are no line ends, and the place of the first in each.

    `characters` says of each code below 0x10000 whether it is one, and at 0x10000 of all from there on. All texts are
    looked through as one array of codes: that takes a third of the time of a regular expression.
    """
    import numpy as np

    codes = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    found = np.flatnonzero(characters[np.minimum(codes, BMP)])
    if not len(found):
        return
    ends = np.cumsum([len(text) + 1 for text in texts])
    places, firsts = np.unique(np.searchsorted(ends, found, side="right"), return_index=True)
    for place, at in zip(places.tolist(), found[firsts].tolist(), strict=True):
        yield place, at - (int(ends[place]) - len(texts[place]) - 1)


def _table(characters: re.Pattern[str]) -> "np.ndarray":
    """Which codes a class of characters holds, for `_first_of`; none of 0x10000 and over."""
    import numpy as np

    table = np.zeros(BMP + 1, dtype=bool)
    every = "".join(map(chr, range(BMP)))
    table[[found.start() for found in characters.finditer(every)]] = True
    return table


@cache
def _unfit() -> "np.ndarray":
    return _table(_UNFIT)


@cache
def _telling() -> "np.ndarray":
    """The characters of which whatever ftfy's heuristic finds has one, but for the quotes of plain typography.

    That are all that it knows but Greek and Cyrillic letters, dashes and the like, and one of those letters.
    """
    from ftfy.badness import MOJIBAKE_CATEGORIES

    common = ("common", "upper_common", "lower_common")
    telling = "".join(found for name, found in MOJIBAKE_CATEGORIES.items() if name not in common)
    return _table(re.compile(f"[{re.sub('[‘’“”]', '', telling)}Ђ]"))


def check_empty(column: Column, task: Task) -> Wrong:
    """No letter and no digit: white space or punctuation alone."""
    for place, text in enumerate(column.texts):
        if not text[:1].isalnum() and not any(map(str.isalnum, text)):
            yield place, f"no letter and no digit in {quoted(text)}"


def check_too_long(column: Column, task: Task) -> Wrong:
    """More characters than an encoder reads."""
    most = task.limits.longest_query if column.side == "query" else task.limits.longest_passage
    for place, length in enumerate(map(len, column.texts)):
        if length > most:
            yield place, f"{length:,} characters, over {most:,}"


def check_language(column: Column, task: Task) -> Wrong:
    """Surely in another language, by language identification."""
    from polybatch.data.identification import differs

    for place, text in enumerate(column.texts):
        if found := differs(text, column.language):
            yield place, f"looks like {found.language} ({found.probability:.2f}): {quoted(text)}"


def quoted(text: str, around: int = 0) -> str:
    """A piece of a text, in quotation marks, with the place that is meant; whatever cannot be shown is escaped."""
    start = max(0, around - SHOWN // 2)
    piece = text[start : start + SHOWN]
    ends = ("…" if start else "", "…" if start + SHOWN < len(text) else "")
    return repr(f"{ends[0]}{piece}{ends[1]}")
