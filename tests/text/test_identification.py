"""Claims about language identification: our codes, the same answer always, right on real text, careful in doubt."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.errors import DataError
from polybatch.languages import check_language, language_code
from polybatch.text.identification import Identified, differs, identifiable, identify

SENTENCES = {
    "en": "The electoral commission has published the results of the election.",
    "sw": "Tume ya uchaguzi imetangaza matokeo ya uchaguzi wa rais.",
    "ne": "निर्वाचन आयोगले निर्वाचनको नतिजा सार्वजनिक गरेको छ।",
    "hi": "चुनाव आयोग ने राष्ट्रपति चुनाव के परिणाम घोषित कर दिए हैं।",
    "zh": "选举委员会公布了总统选举的结果。",
    "nb": "Valgkommisjonen har offentliggjort resultatene av presidentvalget i går kveld.",
}


def test_sentences_are_identified_by_our_codes() -> None:
    found = identify(list(SENTENCES.values()))
    assert [one.language for one in found] == list(SENTENCES)
    assert all(0.5 < one.probability <= 1 for one in found)


def test_every_identifiable_language_is_a_code_of_ours() -> None:
    codes = identifiable()
    assert {"en", "sw", "ne", "am", "ha", "ig", "so", "yo", "rw"} <= codes
    assert not any(check_language(code, where="") for code in codes)


def test_a_text_without_a_letter_has_no_language() -> None:
    assert identify(["", " ", "12:30", "—…"]) == [Identified(None, 0.0)] * 4


def test_among_some_languages_one_of_them_is_chosen() -> None:
    assert [one.language for one in identify([SENTENCES["hi"]], among=["ne", "en"])] == ["ne"]
    assert identify(["Habari"], among=["sw"]) == [Identified("sw", 1.0)]


def test_languages_that_cannot_be_identified_are_refused_with_those_that_can() -> None:
    with pytest.raises(DataError, match=r"cannot identify 'tlh'; known: .*sw") as caught:
        identify(["Habari"], among=["tlh", "en", "qqq"])
    assert len(caught.value.faults) == 2
    with pytest.raises(DataError):
        identify(["Habari"], among=[])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60) | st.sampled_from(list(SENTENCES.values())), max_size=6), st.randoms())
def test_an_answer_depends_on_the_text_alone(texts: list[str], random) -> None:  # type: ignore[no-untyped-def]
    answers = dict(zip(texts, identify(texts), strict=True))
    random.shuffle(texts)
    assert [answers[text] for text in texts] == identify(texts)
    assert all(0 <= one.probability <= 1 for one in answers.values())


def test_threads_that_choose_among_other_languages_do_not_meet() -> None:
    pairs = [["en", "sw"], ["ne", "hi"], ["zh", "nb"]] * 8
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda among: identify(list(SENTENCES.values()), among=among), pairs))
    for among, answers in zip(pairs, found, strict=True):
        assert answers == identify(list(SENTENCES.values()), among=among)


def test_a_text_of_its_language_does_not_differ_and_one_of_another_does() -> None:
    assert [differs(text, code) for code, text in SENTENCES.items()] == [None] * len(SENTENCES)
    assert differs(SENTENCES["nb"], "no") is None
    found = differs(SENTENCES["en"], "sw")
    assert found
    assert found.language == "en"


def test_short_texts_and_languages_that_no_model_knows_are_never_said_to_differ() -> None:
    assert differs("The results", "sw") is None
    assert differs(SENTENCES["en"], "tlh") is None
    assert differs("\x00\ud800" + SENTENCES["sw"], "sw") is None, "what CLD2 refuses is no reason"


def test_ntrex_sentences_are_identified_and_never_said_to_differ(real_data: Path) -> None:
    wrong = doubted = count = 0
    for path in sorted((real_data / "ntrex/NTREX-128").glob("*.txt")):
        code = language_code(path.name.split(".")[1])
        assert code
        lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line][:200]
        count += len(lines)
        wrong += sum(one.language != code for one in identify(lines))
        doubted += sum(differs(line, code) is not None for line in lines)
    assert count == 13 * 200
    assert wrong / count < 0.01
    assert doubted == 0


def test_importing_loads_no_model() -> None:
    code = "import sys, polybatch.text.identification; assert not {'py3langid', 'pycld2', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_flood_of_marks_takes_no_time() -> None:
    started = time.process_time()
    identify(["a" + "\u0301\u0316" * 100_000])
    assert time.process_time() - started < 5
