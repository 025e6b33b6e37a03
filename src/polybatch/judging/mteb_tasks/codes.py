"""Languages as MTEB writes them, `swa-Latn`, and back. Its filters match exactly: `swa` does not find `swh`."""

from babel.core import get_global

from polybatch.languages import is_usual_script, language_code


def mteb_codes(language: str) -> list[str]:
    """Every ISO 639-3 code under which MTEB may keep a language of ours: `sw` is `swh` in one task, `swa` in another.

    The macrolanguage, where there is one, comes last. A language that has no other code stands for itself.
    """
    from mteb.languages import ISO_TO_LANGUAGE

    aliases = get_global("language_aliases").items()
    found = [code for code, ours in aliases if ours == language and len(code) == 3 and code in ISO_TO_LANGUAGE]
    return found or [language]


def mteb_language(language: str) -> str:
    """A language of ours with its usual script (CLDR's likely one): `swa-Latn`, `nep-Deva`, `zho-Hans`."""
    likely = str(get_global("likely_subtags").get(language, ""))
    script = next((part for part in likely.split("_")[1:] if len(part) == 4), "Latn")
    return f"{mteb_codes(language)[-1]}-{script}"


def our_language(code: str) -> str:
    """Our code of a language that MTEB writes `swh-Latn`; one that CLDR lacks, or of an unusual script, stays as is."""
    ours = language_code(code)
    return ours if ours and is_usual_script(code) else code
