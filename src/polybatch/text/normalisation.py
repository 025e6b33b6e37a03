"""Normalise texts alike for training and search, by a table of switches. Not here: cleaning, case, transliteration."""

import re
import sys
import unicodedata
from functools import cache, lru_cache
from typing import Any, Literal, Self

import regex
from pydantic import BaseModel, ConfigDict, Field

JOINING_SCRIPTS = (
    *("Arabic", "Syriac", "Nko", "Mongolian", "Khmer", "Myanmar", "Tibetan"),
    *("Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala"),
)
"""Scripts in which a zero-width joiner or non-joiner within a word changes how, or whether, letters join."""

STRAIGHT = {"'": "‘’‚‛ʻʼ′＇׳", '"': "“”„‟«»″＂״"}
"""What is written as a straight single or double quotation mark; a letter-like apostrophe, as in Hausa, too."""

_INVISIBLE = (
    "\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f"  # control characters but for white space
    "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # halves of pairs, and code points that are no characters
)
MOST_MARKS = 30  # on end, as in Unicode's stream-safe format; no language has half as many
_JOINERS = re.compile("[\u200c\u200d]+")


class Normalisation(BaseModel):
    """`[normalisation]`: how texts are written before they are split into tokens; stored with the model.

    Nothing depends on the language, which of a query is often unknown: rules look at characters and their scripts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    form: Literal["none", "NFC", "NFKC"] = Field(
        "NFC", description="Unicode form: one spelling of each letter; NFKC also folds ligatures and full width"
    )
    joiners: Literal["keep", "script", "drop"] = Field(
        "script", description="zero-width joiners: `script` keeps them in scripts whose words need them, and in emoji"
    )
    quotes: Literal["keep", "straight"] = Field("straight", description="quotation marks and apostrophes as ' and \"")
    digits: Literal["keep", "ascii"] = Field("ascii", description="decimal digits of every script as 0 to 9")
    invisible: Literal["keep", "drop"] = Field(
        "drop", description="control characters, soft hyphens, zero-width spaces, marks of direction"
    )
    spaces: Literal["keep", "single"] = Field(
        "single", description="white space and line ends as one space, none at the ends"
    )

    def to_record(self) -> dict[str, Any]:
        """As plain JSON values, every switch by name."""
        return self.model_dump(mode="json")

    @classmethod
    def from_record(cls, record: Any) -> Self:
        """What `to_record` gave; a switch that is missing has its default. Raises pydantic's ValidationError."""
        return cls.model_validate(record)


def normalise(text: str, options: Normalisation) -> str:
    """The text as `options` have it; normalising it again changes nothing.

    The result may be empty. With `form`, canonically equivalent texts give equal ones, but for those with more than
    MOST_MARKS combining marks on end, which lose the others. Joiners: a run of them is one, kept between two letters or
    marks of the same of JOINING_SCRIPTS, after a virama where it is the zero-width joiner (it may end a word: Nepali
    र्‍, older Malayalam ന്‍), and between emoji; dropped elsewhere.
    """
    if text.isascii() and text.isprintable():  # which only spaces can change
        return text if options.spaces == "keep" else single_spaced(text)
    found = _replaced(options.quotes == "straight", options.digits == "ascii", options.invisible == "drop")
    while True:
        formed = text if options.form == "none" else _formed(text, options.form)
        text = found.sub(_replace, formed)
        if options.joiners != "keep" and ("\u200c" in text or "\u200d" in text):
            text = _JOINERS.sub(_kept_joiner if options.joiners == "script" else "", text)
        # what was dropped may have stood between marks, or between a letter and its accent, which the form then joins
        if text == formed or options.form == "none" or text == _formed(text, options.form):
            return text if options.spaces == "keep" else single_spaced(text)


def _formed(text: str, form: Literal["NFC", "NFKC"]) -> str:
    text = with_bounded_marks(text)
    formed = unicodedata.normalize(form, text)
    return formed if formed == text else with_bounded_marks(formed)  # one mark may be two in a form


def with_bounded_marks(text: str) -> str:
    """The text with at most MOST_MARKS combining marks on end: forms of Unicode sort them, in their number's square.

    Beyond the basic plane, where marks are rare, every character of a long run is looked at alone.
    """
    return text if text.isascii() else _many_marks().sub(_fewer_marks, text)


@cache
def _many_marks() -> re.Pattern[str]:
    """What finds more than MOST_MARKS characters on end that are sorted, or whose parts are; or are as rare."""
    marks = {code for code in range(0x300, 0x10000) if _is_mark(chr(code))}
    starts = sorted(code for code in marks if code - 1 not in marks)
    ends = sorted(code for code in marks if code + 1 not in marks)
    ranges = "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))
    return re.compile(f"[{ranges}\U00010000-{chr(sys.maxunicode)}]{{{MOST_MARKS + 1},}}")


@cache
def _is_mark(character: str) -> bool:
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", character)))


def _fewer_marks(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def single_spaced(text: str) -> str:
    """The text with every run of white space as one space, and none at its ends."""
    if "  " not in text and text.isprintable():  # of white space, the space alone is printable
        return text.strip(" ")
    return " ".join(text.split())


@cache
def _replaced(quotes: bool, digits: bool, invisible: bool) -> re.Pattern[str]:
    """What finds the characters to replace, all in one class, which is a quick scan in C: most texts have few."""
    characters = "".join(STRAIGHT.values()) * quotes + _INVISIBLE * invisible + _decimals() * digits
    return re.compile(f"[{characters}]" if characters else "(?!)")


@cache
def _decimals() -> str:
    """The decimal digits of all scripts but ASCII's, as a class of characters, and whatever is as rare."""
    zeros = (chr(code) for code in range(0x80, 0x10000) if unicodedata.decimal(chr(code), None) == 0)
    # one range beyond the basic plane: with each script's own there, a scan takes ten times as long
    return "".join(f"{zero}-{chr(ord(zero) + 9)}" for zero in zeros) + f"\U00010000-{chr(sys.maxunicode)}"


@cache
def _replacement(found: str) -> str:
    digit = unicodedata.decimal(found, None)
    if digit is not None:
        return str(digit)
    if found > "\uffff":  # found with the digits there, and none
        return found
    return next((straight for straight, quotes in STRAIGHT.items() if found in quotes), "")


def _replace(match: re.Match[str]) -> str:
    return _replacement(match[0])


def _kept_joiner(match: re.Match[str]) -> str:
    text, (start, end) = match.string, match.span()
    return _kept(text[start - 1 : start], match[0][0], text[end : end + 1])


@lru_cache(maxsize=4096)
def _kept(before: str, joiner: str, after: str) -> str:
    within = bool(before and after and _joins(before) & _joins(after))
    half = joiner == "\u200d" and before != "" and unicodedata.combining(before) == 9  # 9 is the class of viramas
    return joiner if within or half else ""


@cache
def _joins(character: str) -> frozenset[str]:
    """In which of JOINING_SCRIPTS, or among emoji, a character is a letter or a mark."""
    if regex.match(r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]", character):
        return frozenset({"emoji"})
    if not regex.match(r"[\p{L}\p{M}]", character):
        return frozenset()
    return frozenset(one for one in JOINING_SCRIPTS if regex.match(rf"\p{{Script={one}}}", character))
