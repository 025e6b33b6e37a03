"""Claims about words: right in every script, by example, and the same however a text is spelled, by property."""

import time
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.text.words import tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Waziri Mkuu's 3rd visit, 2019", ["waziri", "mkuu", "s", "3rd", "visit", "2019"]),
        ("Ng'ombe wa KENYA", ["ng", "ombe", "wa", "kenya"]),
        ("संसदको सदस्य छ। हुनुपर्छ", ["संसदको", "सदस्य", "छ", "हुनुपर्छ"]),
        ("गर्\u200dयो", ["गर्यो"]),
        ("१२३ ٤٥", ["123", "45"]),
        ("المركز السادس،", ["المركز", "السادس"]),
        ("黑豹队的防守。", ["黑豹", "豹队", "队的", "的防", "防守"]),
        ("5G网络李 308分", ["5g", "网络", "络李", "308", "分"]),
        ("コーヒー", ["コー", "ーヒ", "ヒー"]),
        ("ที่นี่", ["ที่นี่"]),
        ("รับของ", ["รับ", "บข", "ขอ", "อง"]),
        ("បាន\u200bដឹង។", ["បាន", "ដឹង"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("… — !", []),
        ("", []),
    ],
)
def test_words_are_right_in_every_script(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@settings(deadline=None)  # the first call loads what the rule needs
@given(st.text())
def test_composed_and_decomposed_spelling_give_the_same_words(text: str) -> None:
    composed, decomposed = (tokens(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    assert composed == decomposed == tokens(text)


@given(st.text())
def test_words_hold_letters_marks_and_digits_and_nothing_else(text: str) -> None:
    for word in tokens(text):
        assert regex.fullmatch(r"[\p{L}\p{M}\p{N}]+", word)


@given(st.lists(st.text("abcéझकाि", min_size=1), min_size=1))
def test_white_space_parts_words_and_makes_none(parts: list[str]) -> None:
    assert tokens("  ".join(parts)) == [word for part in parts for word in tokens(part)]


@given(st.text())
def test_words_are_the_same_beside_a_script_without_spaces_as_alone(text: str) -> None:
    assert tokens(f"{text} 网") == [*tokens(text), "网"]


def test_a_flood_of_marks_takes_no_time() -> None:
    started = time.process_time()
    assert len(tokens("a" + "\u0301\u0316\u200c" * 100_000)) == 1
    assert time.process_time() - started < 5
