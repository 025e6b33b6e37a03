"""Languages by one code each, and what CLDR knows of them. Not here: language identification, translation."""

from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from polybatch.errors import Fault


@cache
def _known() -> frozenset[str]:
    return frozenset(Locale("en").languages)


def language_code(code: str) -> str | None:
    """Our one code for a language that a collection may name differently, or None if CLDR does not know it.

    `sw`, `swa`, `swh`, `swh_Latn` and `sw-TZ` are all `sw`; `ne`, `nep`, `npi_Deva` are `ne`; `zho-CN` is `zh`.
    Script and region are dropped. The table is CLDR's list of language aliases, so no table of ours can go stale.
    """
    base = code.replace("_", "-").split("-")[0].lower()
    base = get_global("language_aliases").get(base, base)
    return base if base in _known() else None


def check_language(code: str, *, where: str) -> list[Fault]:
    """Faults of a language code that a user wrote: none where it is one of our codes."""
    ours = language_code(code)
    if ours == code:
        return []
    works = f"write {ours!r}" if ours else "known: CLDR codes such as en, sw, ne, ar, hi, zh"
    return [Fault(where, f"unknown language {code!r}", works)]


def language_name(code: str, *, locale: str = "en") -> str:
    """The name of a language, in English unless another locale is asked for; the code itself where there is none."""
    try:
        name = Locale.parse(locale).languages.get(code)
    except (UnknownLocaleError, ValueError):
        name = None
    return str(name) if name else code
