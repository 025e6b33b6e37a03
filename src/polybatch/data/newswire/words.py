"""What fills a slot, in every language: names from CLDR, other words from our lexicon. Not here: sentences."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.numbers import format_decimal

LANGUAGES: tuple[str, ...] = ("en", "ne", "sw")

_SAME_WORDS = {"partner": "country", "rival": "currency"}  # two slots of one story that draw from one list
_NEPALI_DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")


@cache
def _vocabularies() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    locales = {language: Locale(language) for language in LANGUAGES}
    lexicon = tomllib.loads(files("polybatch.data.newswire").joinpath("lexicon.toml").read_text(encoding="utf-8"))

    def names(table: str, codes: Iterable[str]) -> tuple[Mapping[str, str], ...]:
        return tuple({it: str(getattr(locales[it], table)[code]) for it in LANGUAGES} for code in codes)

    def dates(table: str, numbers: Iterable[int]) -> tuple[Mapping[str, str], ...]:
        # Not "stand-alone": once Swahili was asked for, Babel 2.18 gives its days as the Nepali ones there.
        wide = {it: getattr(locales[it], table)["format"]["wide"] for it in LANGUAGES}
        return tuple({it: str(wide[it][number]) for it in LANGUAGES} for number in numbers)

    return {
        "country": names("territories", lexicon["names"]["country"]),
        "currency": names("currencies", lexicon["names"]["currency"]),
        "language": names("languages", lexicon["names"]["language"]),
        "month": dates("months", range(1, 13)),
        "weekday": dates("days", range(7)),
        **{
            slot: tuple(dict(zip(lexicon["languages"], word, strict=True)) for word in words)
            for slot, words in lexicon["words"].items()
        },
    }


def vocabulary(slot: str) -> tuple[Mapping[str, str], ...]:
    """The words that may fill a word slot, each in every language; KeyError for a number slot."""
    return _vocabularies()[_SAME_WORDS.get(slot, slot)]


def number(slot: str, value: int, language: str) -> str:
    """A number as a newspaper prints it: grouped as in CLDR, in Devanagari digits in Nepali.

    The value of the slot `amount` counts tens of millions (in Nepali, crores), so that each language can use its
    own unit.
    """
    if slot == "amount":
        units = {"en": f"{value * 10} million", "sw": f"milioni {value * 10}", "ne": f"{value} करोड"}
        text = units[language]
    else:
        text = str(format_decimal(value, locale=language))
    return text.translate(_NEPALI_DIGITS) if language == "ne" else text


def filling(slot: str, value: int, language: str) -> str:
    """The text that fills a slot: a word by its place in the vocabulary of the slot, or a number."""
    words = _vocabularies().get(_SAME_WORDS.get(slot, slot))
    return number(slot, value, language) if words is None else words[value][language]
