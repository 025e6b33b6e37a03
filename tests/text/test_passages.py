"""Claims about sentences and passages."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.text.passages import count_words, cut_passages, join_sentences, sentences

TEXTS = {
    "en": ["Mr. Smith paid 3.50 dollars.", "He left at once!", "Did he?"],
    "sw": ["Rais alisema ng'ombe wameibiwa.", "Watu walishangaa?", "Ndiyo."],
    "ne": ["नेपालमा वर्षा भयो।", "सबै खुसी भए॥", "अर्को वाक्य कहाँ छ?"],
    "ar": ["ذهب إلى السوق؟", "نعم.", "ثم عاد۔"],
    "zh": ["今天下雨。", "他说：“好的。”", "然后走了！"],
    "am": ["ይህ ነው።", "ሌላ ዓረፍተ ነገር።", "መጨረሻ።"],
    "my": ["ကျွန်တော်သွားသည်။", "သူလာသည်။"],
    "en-emoji": ["Farmers 👩🏽‍🌾 met 😀 today.", "Then 𐐷 left 😀."],
}
marks = st.sampled_from([". ", "। ", "。", "?\n", " ", "", "ที่", "😀", "\ud83d", "\r\n\r\n", "\u3000"])
words = st.one_of(st.sampled_from(["Mr", "ng'ombe", "वर्षा", "ฉันไปตลาดวันนี้", "今天下雨", "3.14"]), st.text(max_size=8))
running = st.lists(st.tuples(words, marks), max_size=40).map(lambda pairs: "".join(map("".join, pairs)))
languages = st.sampled_from(["en", "sw", "ne", "th", "zh", "sr_Cyrl", "xx", ""])


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", TEXTS)
def test_sentences_end_where_the_script_ends_them(language: str) -> None:
    expected = TEXTS[language]
    code = language.partition("-")[0]
    assert sentences(join_sentences(expected), code) == expected
    assert sentences("\n".join(expected), code) == expected


def test_thai_has_no_marks_and_is_cut_between_words() -> None:
    text = "ฉันไปตลาด วันนี้อากาศดี เขากลับบ้าน"
    assert sentences(text, "th") == [text]
    passages = cut_passages(text, language="th", tokens=3)
    assert passages == ["ฉันไปตลาด", "วันนี้อากาศ", "ดี เขากลับ", "บ้าน"]


@given(running, languages, st.integers(1, 12))
def test_nothing_but_white_space_is_lost_and_no_passage_is_too_long(text: str, language: str, tokens: int) -> None:
    for count in (None, len, lambda part: len(part.split())):
        passages = cut_passages(text, language=language, tokens=tokens, count=count)
        assert without_spaces("".join(passages)) == without_spaces(text)
        assert all(passage == passage.strip() != "" for passage in passages)
        if count == len:  # but for single words
            long = [one for one in passages if len(one) > tokens]
            assert all(cut_passages(one, language=language, tokens=1, count=len) == [one] for one in long)


@given(running, languages)
def test_sentences_lose_nothing_but_white_space(text: str, language: str) -> None:
    assert without_spaces("".join(sentences(text, language))) == without_spaces(text)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=30), st.integers(1, 40))
def test_passages_are_whole_sentences_as_many_as_fit(lengths: list[int], tokens: int) -> None:
    made = [" ".join(["Word"] * (length - 1) + ["End."]) for length in lengths]
    expected: list[list[str]] = []
    for sentence in made:  # by hand: add a sentence while it fits
        length = len(sentence.split())
        if length > tokens:
            pieces = sentence.split()
            expected.extend([" ".join(pieces[at : at + tokens])] for at in range(0, length, tokens))
            expected.append([])
        elif expected and expected[-1] and len(" ".join([*expected[-1], sentence]).split()) <= tokens:
            expected[-1].append(sentence)
        else:
            expected.append([sentence])
    assert cut_passages(" ".join(made), language="en", tokens=tokens) == [" ".join(one) for one in expected if one]


def test_a_word_too_long_alone_is_a_passage() -> None:
    assert cut_passages("a " + "b" * 50 + " c", language="en", tokens=10, count=len) == ["a", "b" * 50, "c"]
    assert cut_passages(" \n ", language="en") == []
    with pytest.raises(ValueError, match="0 tokens"):
        cut_passages("a", language="en", tokens=0)


def test_words_are_counted_in_scripts_without_spaces() -> None:
    assert count_words("ฉันไปตลาด", "th") == 3
    assert count_words("नेपालमा वर्षा भयो।", "ne") == 3
    assert count_words("...", "en") == 0


def test_chinese_sentences_are_joined_without_a_space_and_korean_ones_with_one() -> None:
    assert join_sentences(["今天下雨。", "然后走了！"]) == "今天下雨。然后走了！"
    assert join_sentences(["안녕하세요", "잘 가요."]) == "안녕하세요 잘 가요."
    assert join_sentences([]) == ""


def test_news_in_swahili_is_cut_into_sentences_of_at_most_180_words(real_data: Path) -> None:
    text = (real_data / "lafand-mt/data/text_files/en-swa/dev.swa").read_text(encoding="utf-8")
    passages = cut_passages(text, language="sw")
    assert without_spaces("".join(passages)) == without_spaces(text)
    assert all(count_words(passage, "sw") <= 180 for passage in passages)
    assert sum(count_words(passage, "sw") for passage in passages) / len(passages) > 150


@pytest.mark.parametrize("sentence", ["a. ", "A. ", "😀. "])
def test_cutting_a_long_text_takes_memory_for_little_more_than_the_text(sentence: str) -> None:
    text = sentence * 100_000
    cut_passages(text[:300], language="en")  # what is loaded once
    tracemalloc.start()
    passages = cut_passages(text, language="en")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert " ".join(passages).split() == text.split()
    assert most < 20 * len(text)  # a pair of numbers for every word is a hundred times the text
