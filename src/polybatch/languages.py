"""Languages by one code each, and what CLDR knows of them. Not here: language identification, translation."""

from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from polybatch.errors import Fault, nearest

NAMES = {
    "bengali": "bn",
    "chinese_simplified": "zh_Hans",
    "chinese_traditional": "zh_Hant",
    "kirundi": "rn",
    "pidgin": "pcm",
    "serbian_cyrillic": "sr_Cyrl",
    "serbian_latin": "sr_Latn",
}
"""Names that collections give to languages and that are not CLDR's own."""


@cache
def _known() -> frozenset[str]:
    return frozenset(Locale("en").languages)


@cache
def _named() -> dict[str, str]:
    found = {name.lower().replace(" ", "_"): code for code, name in Locale("en").languages.items() if "_" not in code}
    return found | NAMES


@lru_cache(maxsize=4096)
def language_code(code: str) -> str | None:
    """Our one code for a language that a collection may name differently, or None if CLDR does not know it.

    `sw`, `swa`, `swh`, `swh_Latn`, `sw-TZ` and `swahili` are all `sw`; `ne`, `nep`, `npi_Deva` and `nepali` are `ne`;
    `zho-CN` and `chinese_simplified` are `zh`. Script and region are dropped; a code goes before a name. The table is
    CLDR's list of language aliases and English names, with the few other names of `NAMES`.
    """
    return _base(code) or _base(_named().get(code.lower().replace(" ", "_"), ""))


def _base(code: str) -> str | None:
    first = code.replace("_", "-").split("-")[0].lower()
    base = str(get_global("language_aliases").get(first, first)).split("_")[0]
    return base if base in _known() else None


def is_usual_script(code: str) -> bool:
    """Whether a code or name is of its language's usual script (CLDR's likely one), or names no script at all.

    Upstream, `zho_Hant`, `npi_Latn` and `serbian_latin` stand beside `zho_Hans`, `npi_Deva` and `serbian_cyrillic`.
    """
    code = NAMES.get(code.lower(), code)
    script = next((part for part in code.replace("-", "_").split("_")[1:] if len(part) == 4), None)
    if script is None:
        return True
    likely = str(get_global("likely_subtags").get(language_code(code) or "", ""))
    return script in likely.split("_")


def upstream_names(code: str) -> list[str]:
    """The English names, in lower case with `_`, under which collections keep a language of ours: `['swahili']`."""
    return [name for name, of in _named().items() if language_code(of) == code]


def check_language(code: str, *, where: str) -> list[Fault]:
    """Faults of a language code that a user wrote: none where it is one of our codes."""
    ours = language_code(code)
    if ours == code:
        return []
    if ours:
        return [Fault(where, f"unknown language {code!r}", f"write {ours!r}")]
    near = nearest(code, _named())
    meant = f"did you mean {language_code(near)!r} ({near.capitalize()})? " if near else ""
    works = f"{meant}known: codes such as en, sw, ne, ar, hi, zh"
    return [Fault(where, f"unknown language {code!r}", works)]


def language_name(code: str, *, locale: str = "en") -> str:
    """The name of a language, in English unless another locale is asked for; the code itself where there is none."""
    try:
        name = Locale.parse(locale).languages.get(code)
    except (UnknownLocaleError, ValueError):
        name = None
    return str(name) if name else code
