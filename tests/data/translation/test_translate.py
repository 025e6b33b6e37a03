"""Claims about translating texts: sentence by sentence, each once, from the cache if it is there, and only if good."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.translation.cache import Cache
from polybatch.data.translation.command import CommandTranslator
from polybatch.data.translation.model import load_translator
from polybatch.data.translation.quality import Filter, Likeness, chrf
from polybatch.data.translation.translate import translate
from polybatch.data.translation.translator import Translation, open_translator
from polybatch.errors import DataError, ModelError


def asked(folder: Path) -> list[str]:
    path = folder / "asked.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_a_text_is_translated_sentence_by_sentence_and_each_distinct_one_once(program: str, tmp_path: Path) -> None:
    translator = CommandTranslator(program)
    found = translate(["Good news. City water.", "Rain.", "City water."], "en", "sw", translator)
    assert [one.text for one in found] == ["nzuri habari. mji maji.", "mvua.", "mji maji."]
    assert sorted(asked(tmp_path)) == ["en sw City water.", "en sw Good news.", "en sw Rain."]


def test_a_text_without_a_letter_stays_as_it_is_and_one_without_anything_is_refused(
    program: str, tmp_path: Path
) -> None:
    found = translate(["***", "64 %", " \n"], "en", "sw", CommandTranslator(program))
    assert found == [Translation("***"), Translation("64 %"), Translation("", "no text")]
    assert asked(tmp_path) == []


def test_what_is_in_the_cache_is_not_asked_again_whatever_text_it_stands_in(program: str, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.sqlite")
    translator = CommandTranslator(program)
    translate(["Good news. Rain."], "en", "sw", translator, cache=cache)
    cache.close()
    cache = Cache(tmp_path / "cache.sqlite")
    assert translate(["Rain. Water."], "en", "sw", translator, cache=cache)[0].text == "mvua. maji."
    assert asked(tmp_path)[2:] == ["en sw Water."]
    translate(["Rain."], "en", "ne", translator, cache=cache)
    assert asked(tmp_path)[3:] == ["en ne Rain."], "another language is another translation"


def test_another_translator_does_not_take_from_the_cache_of_the_first(program: str, tmp_path: Path, toy: Path) -> None:
    cache = Cache(tmp_path / "cache.sqlite")
    translate(["rain"], "en", "sw", load_translator(str(toy)), cache=cache)
    translate(["rain"], "en", "sw", CommandTranslator(program), cache=cache)
    assert asked(tmp_path) == ["en sw rain"]


def test_a_model_translates_texts_too(toy: Path, tmp_path: Path) -> None:
    translator = open_translator(str(toy), beams=2)
    cache = Cache(tmp_path / "cache.sqlite")
    for _ in range(2):
        found = translate(["good news", "rain\nwater people"], "en", "ne", translator, cache=cache)
        assert [one.text for one in found] == ["राम्रो समाचार", "वर्षा पानी मानिस"]


class Canned:
    """Answers that a test gives, by line."""

    identity = "canned"

    def __init__(self, **answers: str) -> None:
        self.answers = answers

    def check(self, source: str, target: str) -> None:
        if target == "zu":
            raise ModelError([])

    def translate(self, lines: Sequence[str], source: str, target: str) -> list[tuple[str, str]]:
        return [(self.answers.get(line, line), "") for line in lines]


ENGLISH = "The results of the election were announced on Monday."
SWAHILI = "Matokeo ya uchaguzi yalitangazwa siku ya Jumatatu."


@pytest.mark.parametrize(
    ("translation", "fault"),
    [
        (SWAHILI, ""),
        ("Matokeo ya kura.", "of quite another length"),
        (f"{SWAHILI} {SWAHILI} {SWAHILI} {SWAHILI}", "of quite another length"),
        (ENGLISH, "looks like en, not sw"),
    ],
)
def test_translations_of_another_length_or_language_are_refused(translation: str, fault: str) -> None:
    (found,) = translate([ENGLISH], "en", "sw", Canned(**{ENGLISH: translation}), accept=Filter())
    assert found == (Translation("", fault) if fault else Translation(translation))


def test_a_chinese_character_counts_as_three_letters() -> None:
    assert Filter().fault(ENGLISH, "周一公布了选举结果。", "zh") == ""
    assert Filter().fault(ENGLISH, "周一。", "zh") == "of quite another length"


def test_a_translation_that_does_not_come_back_is_refused_where_that_is_asked() -> None:
    kept = Canned(**{ENGLISH: SWAHILI, SWAHILI: "The results of the election were announced Monday."})
    lost = Canned(**{ENGLISH: SWAHILI, SWAHILI: "Somebody went to town for bread and a bit of fish."})
    accept = Filter(round_trip=0.5)
    assert translate([ENGLISH], "en", "sw", kept, accept=accept) == [Translation(SWAHILI)]
    assert translate([ENGLISH], "en", "sw", lost, accept=accept) == [Translation("", "does not come back")]
    assert translate([ENGLISH], "en", "sw", lost, accept=Filter()) == [Translation(SWAHILI)]


def test_a_translation_that_a_model_finds_unlike_its_text_is_refused_where_that_is_asked() -> None:
    vectors = {ENGLISH: (3.0, 4.0), SWAHILI: (4.0, 3.0), "rain": (1.0, 0.0), "mvua": (0.0, 0.0)}

    def encode(texts: Sequence[str]) -> np.ndarray:
        return np.array([vectors[text] for text in texts], dtype=np.float32)

    canned = Canned(**{ENGLISH: SWAHILI, "rain": "mvua"})
    for least, kept in ((0.95, Translation(SWAHILI)), (0.97, Translation("", "not like its text"))):
        accept = Filter(likeness=Likeness(encode, least))
        found = translate([ENGLISH, "rain", " "], "en", "sw", canned, accept=accept)
        assert found == [kept, Translation("", "not like its text"), Translation("", "no text")]
    assert translate([" "], "en", "sw", canned, accept=Filter(likeness=Likeness(encode))) == [
        Translation("", "no text")
    ]
    with pytest.raises(DataError, match="a cosine from -1 to 1"):
        Likeness(encode, 7.0)


def test_a_filter_that_makes_no_sense_is_refused() -> None:
    for ratio, back in ((1.0, None), (float("nan"), None), (3.0, 1.5), (3.0, -1.0)):
        with pytest.raises(DataError):
            Filter(ratio, round_trip=back)


def test_chrf_is_what_its_definition_gives() -> None:
    # unigrams 3 of 3 and of 4, bigrams 2 of 2 and of 3, trigrams 1 of 1 and of 2, the one of four 0 of 0 and of 1
    precision, recall = (1 + 1 + 1 + 0) / 4, (3 / 4 + 2 / 3 + 1 / 2 + 0) / 4
    assert chrf("abc", "a bcd") == pytest.approx(5 * precision * recall / (4 * precision + recall))
    assert (chrf("", ""), chrf("abc", ""), chrf("", "abc"), chrf("abc", "xyz")) == (1, 0, 0, 0)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_chrf_is_between_0_and_1_and_1_for_the_same(one: str, other: str) -> None:
    assert 0 <= chrf(one, other) <= 1
    assert chrf(one, one) == 1


def test_a_file_that_is_no_cache_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_text("not a database, but long enough to have a header " * 20)
    with pytest.raises(DataError, match="cannot be used as a cache of translations"):
        Cache(path)
    with pytest.raises(DataError):
        Cache(tmp_path)
