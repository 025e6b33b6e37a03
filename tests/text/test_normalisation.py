"""Claims about normalisation."""

import json
import sys
import time
import unicodedata
from typing import Any, Literal, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from polybatch.text.normalisation import (
    JOINING_SCRIPTS,
    MOST_MARKS,
    STRAIGHT,
    Normalisation,
    normalise,
    with_bounded_marks,
)

SWITCHES = {name: get_args(field.annotation) for name, field in Normalisation.model_fields.items()}
KEPT = Normalisation(form="none", joiners="keep", quotes="keep", digits="keep", invisible="keep", spaces="keep")
options = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in SWITCHES.items()}).map(
    lambda values: Normalisation(**values)
)
# few characters, so that joiners, accents, viramas and spaces meet
awkward = st.text(
    st.sampled_from(
        "a é\u0301\u0327\u200c\u200d\u200bरय\u094dने१می\u0653اन്\u0d4d’“\u00a0\u0085\n0￡ﬁ´👩🏽\ufe0f\ud800\u00ad"
    )
)
texts = st.one_of(awkward, st.text(), st.text(st.characters()))


@given(texts, options)
@example("e\u200c\u0301", Normalisation())
@example("´ \u0301", Normalisation(form="NFKC"))
def test_normalising_again_changes_nothing(text: str, chosen: Normalisation) -> None:
    once = normalise(text, chosen)
    assert normalise(once, chosen) == once


@given(texts)
def test_texts_that_unicode_holds_equal_become_one(text: str) -> None:
    for chosen in (Normalisation(), Normalisation(form="NFKC")):
        written = {normalise(unicodedata.normalize(form, text), chosen) for form in ("NFC", "NFD")}
        assert written == {normalise(text, chosen)}


@given(texts)
def test_with_every_switch_off_nothing_changes(text: str) -> None:
    assert normalise(text, KEPT) == text


@given(texts)
def test_no_letter_is_lost(text: str) -> None:
    chosen = Normalisation()
    kept = [
        one for one in unicodedata.normalize("NFC", text) if one.isalpha() and one not in "".join(STRAIGHT.values())
    ]
    written = normalise(text, chosen)
    # letters may still be joined with accents that came beside them
    assert len([one for one in unicodedata.normalize("NFD", written) if one.isalpha()]) == len(
        [one for one in unicodedata.normalize("NFD", "".join(kept)) if one.isalpha()]
    )


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("गर\u094d\u200dयो", "गर\u094d\u200dयो"),  # Nepali, eyelash ra
        ("र\u200d\u094dय", "र\u200d\u094dय"),  # a joiner before the virama, as Bengali has it too
        ("അവന\u0d4d\u200d", "അവന\u0d4d\u200d"),  # Malayalam, a letter that ends a word
        ("ශ\u0dca\u200dරී", "ශ\u0dca\u200dරී"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("می\u200c\u200c\u200cخواهم", "می\u200cخواهم"),
        ("می\u200c خواهم\u200c", "می خواهم"),
        ("co\u200doperate \u200dx\u200c", "cooperate x"),
        ("新\u200d聞", "新聞"),
        ("नेपाल\u200d sw\u200dahili", "नेपाल swahili"),
        ("👩\u200d🌾 👩🏽\u200d🌾 🌾\u200d", "👩\u200d🌾 👩🏽\u200d🌾 🌾"),
    ],
)
def test_joiners_stay_where_the_script_needs_them(given_text: str, expected: str) -> None:
    assert normalise(given_text, Normalisation()) == expected
    assert "\u200d" not in normalise(given_text, Normalisation(joiners="drop"))
    assert normalise(given_text, Normalisation(joiners="keep", spaces="keep")) == given_text


@pytest.mark.parametrize(
    ("chosen", "given_text", "expected"),
    [
        ({}, "ng’ombe ngʼombe ng‘ombe", "ng'ombe ng'ombe ng'ombe"),
        ({}, "« ndiyo » „ja“ “yes”", '" ndiyo " "ja" "yes"'),
        ({"quotes": "keep"}, "ng’ombe «a»", "ng’ombe «a»"),
        ({}, "२०१५ ٢٠١٥ ۲۰۱۵ ２０１５", "2015 2015 2015 2015"),
        ({"digits": "keep"}, "२०१५", "२०१५"),
        ({}, "½ ² ① 三", "½ ² ① 三"),  # numbers that are no decimal digits
        ({}, " a\u00a0b\u3000\r\n c\t", "a b c"),
        ({"spaces": "keep"}, " a\u00a0b\n", " a\u00a0b\n"),
        ({}, "\ufeffa\u00adb\u200bc\u200f\u0007\ud83d", "abc"),
        ({"invisible": "keep"}, "a\u00adb\u200b", "a\u00adb\u200b"),
        ({}, "a\u0600\u06dd", "a\u0600\u06dd"),  # format characters that are seen
        ({}, "ﬁ ｋ", "ﬁ ｋ"),
        ({"form": "NFKC"}, "ﬁ ｋ", "fi k"),
        ({"form": "none"}, "e\u0301", "e\u0301"),
        ({}, "e\u0301", "é"),
        ({}, "\u200b \u00ad", ""),
    ],
)
def test_each_switch_does_what_it_says(chosen: dict[str, Any], given_text: str, expected: str) -> None:
    assert normalise(given_text, Normalisation(**chosen)) == expected


@given(options)
def test_it_is_stored_as_json_and_read_again(chosen: Normalisation) -> None:
    assert Normalisation.from_record(json.loads(json.dumps(chosen.to_record()))) == chosen


def test_a_switch_that_is_unknown_is_refused() -> None:
    with pytest.raises(ValidationError, match="stemming"):
        Normalisation.from_record({"stemming": True})
    with pytest.raises(ValidationError, match="NFC"):
        Normalisation.from_record({"form": "NFD"})
    assert Normalisation.from_record({}) == Normalisation()


def test_every_script_that_joins_is_known_to_unicode() -> None:
    import regex

    assert all(regex.compile(rf"\p{{Script={one}}}") for one in JOINING_SCRIPTS)


def test_the_decimal_digits_of_every_script_become_ascii() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if (digit := unicodedata.decimal(character, None)) is not None:
            assert normalise(character, Normalisation()) == str(digit)


@pytest.mark.parametrize(
    "run", ["\u0301\u0316", "\u0316\u200b\u0301\u00ad\u0327", "\u0f73", "\U0001d165\u0301", "\uff9e\u0301"], ids=ascii
)
@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_a_run_of_marks_is_bounded_and_takes_no_time(run: str, form: Literal["NFC", "NFKC"]) -> None:
    started = time.process_time()
    text = normalise("a" + run * 100_000 + "b", Normalisation(form=form))
    assert time.process_time() - started < 5  # sorted one by one, as many marks take minutes
    assert len(text) <= MOST_MARKS + 2
    assert text.endswith("b")
    assert normalise(text, Normalisation(form=form)) == text


def test_marks_of_any_language_are_no_run_to_bound() -> None:
    zalgo = "h" + "\u0301" * MOST_MARKS
    assert with_bounded_marks(zalgo) == zalgo
    assert with_bounded_marks(zalgo + "\u0316" + "e\u0301") == zalgo + "e\u0301"
    assert with_bounded_marks("😀" * 100) == "😀" * 100
