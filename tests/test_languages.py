"""Claims about language codes."""

import pytest

from polybatch.languages import check_language, is_usual_script, language_code, language_name, upstream_names


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        *[(code, "sw") for code in ("sw", "swa", "swh", "swh_Latn", "sw-TZ")],
        *[(code, "ne") for code in ("ne", "nep", "npi", "npi_Deva", "npi_Latn")],
        *[(name, "ne") for name in ("nepali", "Nepali")],
        *[("swahili", "sw"), ("moroccan_arabic", "ary"), ("kirundi", "rn"), ("pidgin", "pcm"), ("bengali", "bn")],
        *[(name, "zh") for name in ("zho_Hans", "zho_Hant", "chinese_simplified", "chinese_traditional")],
        *[("prs_Arab", "fa"), ("pes_Arab", "fa"), ("twi", "ak"), ("twi_Latn", "ak"), ("ary_Arab", "ary")],
        *[("zho-CN", "zh"), ("arb", "ar"), ("ell", "el"), ("eng", "en"), ("EN", "en")],
    ],
)
def test_a_language_has_one_code_whatever_a_collection_calls_it(foreign: str, ours: str) -> None:
    assert language_code(foreign) == ours


@pytest.mark.parametrize(
    ("flores", "ours"),
    [
        ("arb_Arab", "ar"), ("deu_Latn", "de"), ("ell_Grek", "el"), ("eng_Latn", "en"), ("spa_Latn", "es"),
        ("hin_Deva", "hi"), ("npi_Deva", "ne"), ("rus_Cyrl", "ru"), ("swh_Latn", "sw"), ("tha_Thai", "th"),
        ("tur_Latn", "tr"), ("vie_Latn", "vi"), ("yor_Latn", "yo"), ("zho_Hans", "zh"),
    ],
)  # fmt: skip
def test_flores_codes_are_of_our_languages_in_their_usual_script(flores: str, ours: str) -> None:
    assert language_code(flores) == ours
    assert is_usual_script(flores)


def test_other_scripts_are_told_from_the_usual_one() -> None:
    unusual = ("zho_Hant", "npi_Latn", "hin_Latn", "arb_Latn", "urd_Latn", "chinese_traditional", "serbian_latin")
    assert not any(map(is_usual_script, unusual))
    assert all(map(is_usual_script, ("sw", "swahili", "zho-CN", "zh_TW", "chinese_simplified", "serbian_cyrillic")))


def test_a_language_is_named_as_upstream_names_it() -> None:
    assert upstream_names("sw") == ["swahili"]
    assert "kirundi" in upstream_names("rn")
    assert upstream_names("ak")[-1] == "twi"


def test_a_code_that_cldr_does_not_know_is_none() -> None:
    assert language_code("qqq") is None
    (fault,) = check_language("qqq", where="here")
    assert str(fault).startswith("here: unknown language 'qqq'; known: codes such as")


def test_a_known_alias_in_user_input_is_a_fault_that_names_our_code() -> None:
    (fault,) = check_language("swa", where="recipe.toml:3")
    assert str(fault) == "recipe.toml:3: unknown language 'swa'; write 'sw'"
    assert check_language("sw", where="recipe.toml:3") == []


def test_names_come_from_cldr() -> None:
    assert [language_name(code) for code in ("sw", "ne", "tlh", "zz")] == ["Swahili", "Nepali", "Klingon", "zz"]
