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

# controls but tab and line ends, unpaired surrogates, noncharacters, byte-order marks, the replacement character
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffd-\uffff]")
SHOWN = 40  # characters of a text that a finding quotes


def check_encoding(column: Column, task: Task) -> Wrong:
    """Characters that no text should have: traces of a wrong decoding or of a broken export."""
    for place, at in _first_unfit(column.texts):
        found = column.texts[place][at]
        what = "replacement character" if found == "\ufffd" else "character"
        yield place, f"{what} U+{ord(found):04X} at {at + 1}: {quoted(column.texts[place], at)}"


def _first_unfit(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The texts with an unfit character, and the place of the first in each.

    All texts are looked through as one array of codes: that takes a third of the time of a regular expression.
    """
    import numpy as np

    codes = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    found = np.flatnonzero(_unfit().take(codes, mode="clip"))
    if not len(found):
        return
    ends = np.cumsum([len(text) + 1 for text in texts])
    places, firsts = np.unique(np.searchsorted(ends, found, side="right"), return_index=True)
    for place, at in zip(places.tolist(), found[firsts].tolist(), strict=True):
        yield place, at - (int(ends[place]) - len(texts[place]) - 1)


@cache
def _unfit() -> "np.ndarray":
    """Which codes are unfit; at 0x10000, to which all higher ones are clipped, none."""
    import numpy as np

    return np.array([bool(_UNFIT.match(chr(code))) for code in range(BMP)] + [False])


def check_mojibake(column: Column, task: Task) -> Wrong:
    """UTF-8 that was read as another encoding, as ftfy's heuristic sees it."""
    from ftfy import fix_encoding
    from ftfy.badness import BADNESS_RE

    for place in _perhaps_mojibake(column.texts):
        text = column.texts[place]
        if found := BADNESS_RE.search(text):
            here = quoted(text, found.start())
            mended = fix_encoding(here)
            yield place, f"{here}, perhaps {mended}" if mended != here else here


def _perhaps_mojibake(texts: Sequence[str]) -> list[int]:
    """The places of texts that ftfy's heuristic may find something in; few of them are such that it does not.

    RE2, which Arrow brings, looks through a text in a thirtieth of the time that Python's regular expressions take.
    """
    import pyarrow as pa
    from pyarrow.compute import match_substring_regex

    places = [place for place, text in enumerate(texts) if not text.isascii()]
    if not places:
        return []
    beyond_ascii = [texts[place] for place in places]
    try:
        array = pa.array(beyond_ascii, pa.string())
    except UnicodeEncodeError:  # half a surrogate pair, which is nothing to the heuristic
        array = pa.array([text.encode(errors="replace") for text in beyond_ascii], pa.string())
    found = match_substring_regex(array, _badness())
    return [place for place, one in zip(places, found.to_pylist(), strict=True) if one]


@cache
def _badness() -> str:
    """ftfy's heuristic as RE2 takes it: without white space and comments, and with no class of Unicode's letters."""
    from ftfy.badness import BADNESS_RE

    pattern = re.sub(r"(\\.|\[[^]]*\])|#.*|\s+", r"\1", BADNESS_RE.pattern)
    beyond_ascii = "\x80-\U0010ffff"
    return pattern.replace(r"\w", f"[0-9A-Za-z_{beyond_ascii}]").replace(r"\s", f"[\t-\r\x1c- {beyond_ascii}]")


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
    from polybatch.text.identification import differs

    for place, text in enumerate(column.texts):
        if found := differs(text, column.language):
            yield place, f"looks like {found.language} ({found.probability:.2f}): {quoted(text)}"


def quoted(text: str, around: int = 0) -> str:
    """A piece of a text, in quotation marks, with the place that is meant; whatever cannot be shown is escaped."""
    start = max(0, around - SHOWN // 2)
    piece = text[start : start + SHOWN]
    ends = ("…" if start else "", "…" if start + SHOWN < len(text) else "")
    return repr(f"{ends[0]}{piece}{ends[1]}")
