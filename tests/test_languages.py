"""Claims about language codes."""

import pytest

from polybatch.languages import check_language, language_code, language_name


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        *[(code, "sw") for code in ("sw", "swa", "swh", "swh_Latn", "sw-TZ")],
        *[(code, "ne") for code in ("ne", "nep", "npi", "npi_Deva", "npi_Latn")],
        *[("zho-CN", "zh"), ("arb", "ar"), ("ell", "el"), ("eng", "en"), ("EN", "en")],
    ],
)
def test_a_language_has_one_code_whatever_a_collection_calls_it(foreign: str, ours: str) -> None:
    assert language_code(foreign) == ours


def test_a_code_that_cldr_does_not_know_is_none() -> None:
    assert language_code("qqq") is None
    (fault,) = check_language("qqq", where="here")
    assert str(fault).startswith("here: unknown language 'qqq'; known: CLDR codes")


def test_a_known_alias_in_user_input_is_a_fault_that_names_our_code() -> None:
    (fault,) = check_language("swa", where="recipe.toml:3")
    assert str(fault) == "recipe.toml:3: unknown language 'swa'; write 'sw'"
    assert check_language("sw", where="recipe.toml:3") == []


def test_names_come_from_cldr() -> None:
    assert [language_name(code) for code in ("sw", "ne", "tlh", "zz")] == ["Swahili", "Nepali", "Klingon", "zz"]
