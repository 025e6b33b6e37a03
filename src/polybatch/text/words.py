"""Words of any language for lexical search: one rule for all, by Unicode. No stemming, no stop words, no lexicon."""

import unicodedata
from functools import cache
from itertools import pairwise

import regex

from polybatch.text.normalisation import with_bounded_marks

SCRIPTS_WITHOUT_SPACES = ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")

RULE = 2
"""Which rule of words this is. An index keeps the words of its passages, and its rule; 1 folded case alone."""

UNSEEN = "\u00ad\u200c\u200d\u200e\u200f\u2060\ufeff\u0640"
"""Written or not at will: soft hyphen, joiners, marks of direction, and the tatweel, which only makes words longer."""

SCRIPTS_WITH_ACCENTS = ("Latin", "Greek")
SCRIPTS_WITH_POINTS = ("Arabic", "Hebrew", "Syriac")

ALIKE = str.maketrans({"ı": "i", "ی": "ي", "ى": "ي", "ک": "ك", "ہ": "ه"})
"""Letters that one keyboard writes and another does not: Turkish ı, Persian and Urdu forms of Arabic letters."""


def tokens(text: str) -> list[str]:
    """The words of a text in any language, in order, written so that ways of writing a word do not hide it.

    Compatibility forms, such as full-width letters, become the plain ones (NFKC), case is folded, decimal digits of all
    scripts become 0 to 9, and what is UNSEEN is dropped. So are accents of Latin and Greek letters, vowel points of
    Arabic and Hebrew, hamza and madda on another letter, and the nukta of the scripts of India; other marks, such as
    Devanagari vowel signs and the breve of Cyrillic й, make another letter and stay. Letters ALIKE become one. A word
    is a run of letters, combining marks and digits; the danda, apostrophes and all other punctuation part words. A run
    in a script that is written without spaces gives the pairs of neighbouring characters instead, a character being a
    letter with its marks; a character alone is a word. A text without a word gives none.
    """
    words, spaced, unspaced, without = _patterns()
    text = fold(text)
    if not without.search(text):  # three times as quick, and most texts are so
        return list(spaced.findall(text))
    return [one for run in words.findall(text) for one in (_pairs(run) if unspaced.match(run) else [run])]


def fold(text: str) -> str:
    """A text with its words written as `tokens` has them; folding it again changes nothing."""
    if text.isascii():
        return text.lower()
    dropped, digits = _folded()
    text = with_bounded_marks(text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    # what is dropped may have stood between marks
    text = with_bounded_marks(dropped.sub("", text)).translate(ALIKE)
    # a digit that Python's Unicode is too old to know stays as it is
    text = digits.sub(lambda found: str(unicodedata.decimal(found[0], found[0])), text)
    return unicodedata.normalize("NFC", text)


def _pairs(run: str) -> list[str]:
    characters = regex.findall(r"\X", run)
    return [one + other for one, other in pairwise(characters)] or characters


@cache
def _folded() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """What is dropped of a text in NFKD, and digits that are not ASCII."""
    accented = "".join(rf"\p{{Script={name}}}" for name in SCRIPTS_WITH_ACCENTS)
    pointed = "".join(rf"\p{{Script={name}}}" for name in SCRIPTS_WITH_POINTS)
    after = rf"[{accented}{pointed}]\K\p{{Mn}}+"  # by their letter: marks themselves are of no script, or of several
    nukta = r"\p{Canonical_Combining_Class=7}"
    return regex.compile(rf"[{UNSEEN}]|{after}|{nukta}"), regex.compile(r"(?![0-9])\p{Decimal_Number}")


@cache
def _patterns() -> tuple[regex.Pattern[str], ...]:
    """A run of a word in any script, in one with spaces alone, and what begins one in a script without.

    Then any character of a script without spaces.
    """
    letters = "".join(rf"\p{{Script_Extensions={name}}}" for name in SCRIPTS_WITHOUT_SPACES)
    unspaced = rf"(?:(?=[\p{{L}}\p{{N}}])[{letters}]\p{{M}}*)"
    letter = r"[\p{L}\p{M}\p{N}]"
    # a run ends where such a script begins or ends, so that "5G网络" is a word and a pair
    runs = rf"{unspaced}+|(?:(?!{unspaced}){letter})+"
    return tuple(map(regex.compile, (runs, rf"{letter}+", unspaced, rf"[{letters}]")))
