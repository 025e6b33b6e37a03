"""Which language a text is in: py3langid, with CLD2 where a quick yes is enough. No downloads, no torch."""

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.text.normalisation import with_bounded_marks

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

NO_LANGUAGE = "zxx"  # py3langid's label of text that is in none: code, numbers, addresses
WITHIN = {"yue": "zh", "wuu": "zh", "ary": "ar", "arz": "ar", "no": "nb"}
"""What py3langid tells apart and text collections do not: written Cantonese and Wu, Moroccan and Egyptian Arabic."""

SHORTEST = 20  # letters; of shorter texts no model tells the language surely
SURE, AGREED = 0.9, 0.6  # probability of another language before `differs` says so; and where CLD2 says it too


class Identified(NamedTuple):
    """A language by our code, None for a text without a letter; and its probability among those it was chosen from."""

    language: str | None
    probability: float


def identify(texts: Sequence[str], among: Sequence[str] | None = None) -> list[Identified]:
    """The likeliest language of each text, among all that py3langid knows or, where given, among some.

    The same text always gets the same answer, in any order, thread or process. A text without a letter has no language.
    Raises DataError for codes of `among` that cannot be identified, with those that can.
    """
    identifier = _identifier() if among is None else _restricted(tuple(sorted(set(among))))
    return [_identify(text, identifier) for text in texts]


def identifiable() -> frozenset[str]:
    """Our codes of the languages that `identify` tells apart."""
    return frozenset(_codes()) - {NO_LANGUAGE}


def differs(text: str, language: str) -> Identified | None:
    """The language that a text surely is in, where that is another one than `language`; None where it may be right.

    A quick look by CLD2 ends most cases; what it doubts, `identify` must give to another language with a probability
    of .9 or more, or .6 if to that which CLD2 sees. Texts of under 20 letters, and languages that cannot be identified,
    are never said to differ.
    """
    language = _code(language)
    if language not in _codes() or sum(map(str.isalpha, text)) < SHORTEST or (quick := _quickly(text)) == language:
        return None
    found = _identify(text, _identifier())
    sure = found.probability >= (AGREED if found.language == quick else SURE)
    return found if sure and found.language not in (None, language) else None


def _identify(text: str, identifier: "LanguageIdentifier") -> Identified:
    if not any(map(str.isalpha, text)):
        return Identified(None, 0.0)
    text = with_bounded_marks(text)
    label, probability = identifier.classify(text)
    if probability > 0.5 and len(_codes()[_code(label)]) == 1:  # no sum of others can be more
        return Identified(None if label == NO_LANGUAGE else _code(label), probability)
    sums: dict[str, float] = {}
    for label, probability in identifier.rank(text):
        code = _code(label)
        sums[code] = sums.get(code, 0.0) + probability
    best = min(sums, key=lambda code: (-sums[code], code))
    return Identified(None if best == NO_LANGUAGE else best, min(1.0, sums[best]))


def _quickly(text: str) -> str | None:
    """CLD2's first guess; None where it refuses a text (it takes no control characters) or has none."""
    import pycld2

    try:
        _, _, found = pycld2.detect(text.encode(errors="replace"), bestEffort=True)
    except pycld2.error:
        return None
    label = found[0][1].split("-")[0]
    return None if label == "un" else _code(label)


@cache
def _code(label: str) -> str:
    """Our code of a model's label: `no` is `nb`, `zh-Hant` is `zh`."""
    return WITHIN.get(label) or language_code(label) or label


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [label for label in identifier.nb_classes if label == NO_LANGUAGE or language_code(label)]
    identifier.set_languages(known)  # a few labels are of varieties that CLDR has no code for
    return identifier


@cache
def _codes() -> dict[str, list[str]]:
    """The model's labels by our code."""
    found: dict[str, list[str]] = {}
    for label in dict.fromkeys(_identifier().nb_classes):
        found.setdefault(_code(label), []).append(label)
    return found


@lru_cache(maxsize=64)
def _restricted(among: Iterable[str]) -> "LanguageIdentifier":
    """The identifier with some languages only; a copy, so that no thread sees another's choice."""
    unknown = [code for code in among if code not in identifiable()] or ([] if among else [""])
    if unknown:
        works = f"known: {', '.join(sorted(identifiable()))}"
        raise DataError(Fault("language identification", f"cannot identify {code!r}", works) for code in unknown)
    identifier = copy(_identifier())
    identifier.set_languages([label for code in among for label in _codes()[code]])
    return identifier
