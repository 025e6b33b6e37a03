"""How families of translation models name languages, and where the name goes. Not here: the models."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from polybatch.languages import is_usual_script, language_code


@dataclass(frozen=True)
class Family:
    """A family of models, told by the tokens of its vocabulary.

    `token` is what the token of a language looks like, `code` being what the family calls the language. The token of
    the target is the `first` of the output, where the tokenizer marks the source by its code; or the `prefix` of the
    input, where nothing marks the source.
    """

    name: str
    token: str
    place: Literal["first", "prefix"]


FAMILIES = (
    Family("NLLB", r"(?P<code>[a-z]{3}_[A-Z][a-z]{3})", "first"),
    Family("M2M-100", r"__(?P<code>[a-z]{2,3})__", "first"),
    Family("mBART-50", r"(?P<code>[a-z]{2}_[A-Z]{2})", "first"),
    Family("MADLAD-400", r"<2(?P<code>[a-z]{2,3}(?:_[A-Z][a-z]{3})?)>", "prefix"),
    Family("OPUS-MT", r">>(?P<code>[a-z]{2,3}(?:_[A-Z][a-z]{3})?)<<", "prefix"),
)
"""Every family; OPUS-MT also has models of one pair of languages, which have no tokens for them."""


@dataclass(frozen=True)
class Named:
    """A language as a model has it: the family's code, and the token of its vocabulary."""

    code: str
    token: str


def languages_of(vocabulary: Iterable[str]) -> tuple[Family, Mapping[str, Named]] | None:
    """The family of a vocabulary, and its languages by our code; None where it names none.

    Of several tokens for one of our languages, that in the usual script is taken, then the shorter, then the first by
    name: `zho_Hans` for `zh`, `npi_Deva` for `ne`.
    """
    tokens = list(vocabulary)
    found = {
        family: [
            Named(match["code"], token) for token in tokens if (match := re.fullmatch(family.token, token)) is not None
        ]
        for family in FAMILIES
    }
    family = max(FAMILIES, key=lambda one: len(found[one]))
    languages: dict[str, Named] = {}
    for named in sorted(found[family], key=lambda one: (not is_usual_script(one.code), len(one.code), one.code)):
        if code := language_code(named.code):
            languages.setdefault(code, named)
    return (family, dict(sorted(languages.items()))) if languages else None
