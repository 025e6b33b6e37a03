"""Checks of one text at a time: what is wrong with it, in words, or nothing. Pure functions."""

import re

from polybatch.data.checking.problem import Limits

# controls but tab and line ends, unpaired surrogates, noncharacters, byte-order marks, the replacement character
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffd-\uffff]")
# anything but ASCII and the quotes and dashes of plain typography: what mojibake must have
_UNUSUAL = re.compile("[^\x00-\x7f‘’“”–—…]")
SHOWN = 40  # characters of a text that a finding quotes


def check_encoding(text: str, side: str, language: str, limits: Limits) -> str:
    """Characters that no text should have: traces of a wrong decoding or of a broken export."""
    found = _UNFIT.search(text)
    if found is None:
        return ""
    what = "replacement character" if found[0] == "\ufffd" else "character"
    return f"{what} U+{ord(found[0]):04X} at {found.start() + 1}: {quoted(text, found.start())}"


def check_mojibake(text: str, side: str, language: str, limits: Limits) -> str:
    """UTF-8 that was read as another encoding, as ftfy's heuristic sees it."""
    if text.isascii() or not _UNUSUAL.search(text):
        return ""
    from ftfy import fix_encoding
    from ftfy.badness import BADNESS_RE

    found = BADNESS_RE.search(text)
    if found is None:
        return ""
    here = quoted(text, found.start())
    mended = fix_encoding(here)
    return f"{here}, perhaps {mended}" if mended != here else here


def check_empty(text: str, side: str, language: str, limits: Limits) -> str:
    """No letter and no digit: white space or punctuation alone."""
    return "" if any(map(str.isalnum, text)) else f"no letter and no digit in {quoted(text)}"


def check_too_long(text: str, side: str, language: str, limits: Limits) -> str:
    """More characters than an encoder reads."""
    most = limits.longest_query if side == "query" else limits.longest_passage
    return f"{len(text):,} characters, over {most:,}" if len(text) > most else ""


def check_language(text: str, side: str, language: str, limits: Limits) -> str:
    """Surely in another language, by language identification."""
    from polybatch.data.identification import differs

    found = differs(text, language)
    return f"looks like {found.language} ({found.probability:.2f}): {quoted(text)}" if found else ""


def quoted(text: str, around: int = 0) -> str:
    """A piece of a text, in quotation marks, with the place that is meant; whatever cannot be shown is escaped."""
    start = max(0, around - SHOWN // 2)
    piece = text[start : start + SHOWN]
    ends = ("…" if start else "", "…" if start + SHOWN < len(text) else "")
    return repr(f"{ends[0]}{piece}{ends[1]}")
