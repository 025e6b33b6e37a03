"""Words of any language for lexical search: one rule for all, by Unicode. No stemming, no stop words, no lexicon."""

import unicodedata
from functools import cache
from itertools import pairwise

import regex

from polybatch.text.normalisation import with_bounded_marks

SCRIPTS_WITHOUT_SPACES = ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200c\u200d\u2060\ufeff"))  # soft hyphen, joiners: written or not at will


def tokens(text: str) -> list[str]:
    """The words of a text in any language, in order.

    Case is folded, spelling composed (NFC), zero-width joiners and soft hyphens are dropped, and decimal digits of all
    scripts become 0 to 9. A word is a run of letters, combining marks and digits: Devanagari vowel signs are marks and
    stay in theirs; the danda, apostrophes and all other punctuation part words. A run in a script that is written
    without spaces gives the pairs of neighbouring characters instead, a character being a letter with its marks; a
    character alone is a word. A text without a word gives none.
    """
    words, spaced, unspaced, without, digits = _patterns()
    text = unicodedata.normalize("NFD", with_bounded_marks(text.translate(UNSEEN))).casefold()
    text = unicodedata.normalize("NFC", text)
    # a digit that Python's Unicode is too old to know stays as it is
    text = digits.sub(lambda found: str(unicodedata.decimal(found[0], found[0])), text)
    if not without.search(text):  # three times as quick, and most texts are so
        return list(spaced.findall(text))
    return [one for run in words.findall(text) for one in (_pairs(run) if unspaced.match(run) else [run])]


def _pairs(run: str) -> list[str]:
    characters = regex.findall(r"\X", run)
    return [one + other for one, other in pairwise(characters)] or characters


@cache
def _patterns() -> tuple[regex.Pattern[str], ...]:
    """A run of a word in any script, in one with spaces alone, and what begins one in a script without.

    Then any character of a script without spaces, and digits that are not ASCII.
    """
    letters = "".join(rf"\p{{Script_Extensions={name}}}" for name in SCRIPTS_WITHOUT_SPACES)
    unspaced = rf"(?:(?=[\p{{L}}\p{{N}}])[{letters}]\p{{M}}*)"
    letter = r"[\p{L}\p{M}\p{N}]"
    # a run ends where such a script begins or ends, so that "5G网络" is a word and a pair
    runs = rf"{unspaced}+|(?:(?!{unspaced}){letter})+"
    patterns = (runs, rf"{letter}+", unspaced, rf"[{letters}]", r"(?![0-9])\p{Decimal_Number}")
    return tuple(map(regex.compile, patterns))
