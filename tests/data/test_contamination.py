"""Claims about contamination: every similar pair is found, and no other; what is the same; what is left alone."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.collections.table import load_collection
from polybatch.data.contamination import SHORTEST, Match, Standing, find_contamination, words
from polybatch.data.sources.lines import load_lines
from polybatch.errors import DataError
from polybatch.records import Collection, Item, Passage, Query


def collection(passages: Sequence[str], queries: Sequence[str] = (), *, name: str = "test") -> Collection:
    return Collection(
        name,
        {"en": tuple(Query(f"q{number}", "", text) for number, text in enumerate(queries))},
        {"en": tuple(Passage(f"p{number}", text) for number, text in enumerate(passages))},
        {},
    )


def items(*texts: str) -> list[Item]:
    return [Item(str(number), "", {"en": text}, {}) for number, text in enumerate(texts)]


def test_the_same_text_is_found_whatever_its_case_and_spaces() -> None:
    tests = collection(["Heavy rain in Mombasa."], ["What rained in Mombasa?"])
    found = find_contamination(
        [
            Item("a", "", {"en": "what  rained in\nMOMBASA?"}, {"sw": "Mvua kubwa Mombasa."}),
            Item("b", "", {"en": "heavy rain in mombasa."}, {"en": "Heavy rain in Nairobi, then."}),
        ],
        [tests],
        near=None,
    )
    assert found.items == 2
    assert found.ids == {"a", "b"}
    assert found.matches[0] == Match("a", "query", "en", Standing("test", "query", "en", "q0"), 1.0)
    assert str(found.matches[1].standing) == "passage p0 of test in en"


def test_a_text_with_few_words_changed_is_nearly_the_same() -> None:
    text = "the commission said on monday that all results of this vote were final now"
    other = text.replace("monday", "tuesday")
    (match,) = find_contamination(items(other), [collection([text])]).matches
    assert match.similarity == pytest.approx(13 / 15)
    assert not find_contamination(items(other), [collection([text])], near=0.9).matches
    assert not find_contamination(items(other), [collection([text])], near=None).matches


def test_scripts_without_spaces_are_compared_by_pairs_of_characters() -> None:
    assert words("5G网络 是") == {"5g", "网络", "是"}
    text = "选举委员会公布了总统选举的结果，投票率达到百分之六十四"
    assert find_contamination(items(text.replace("六", "七")), [collection([text])]).ids == {"0"}
    assert words("नेपालको निर्वाचन") == {"नेपालको", "निर्वाचन"}


def test_texts_of_a_word_or_two_have_no_match() -> None:
    assert not find_contamination(items("(Photo) Nepal", "***"), [collection(["(Photo) Nepal", "***"])]).matches


def test_of_several_places_the_most_similar_and_then_the_first_is_named() -> None:
    tests = [collection(["a b c d e f", "a b c d e"]), collection(["a b c d e"], name="other")]
    (match,) = find_contamination(items("a b c d e"), tests).matches
    assert (match.standing, match.similarity) == (Standing("test", "passage", "en", "p1"), 1.0)
    (match,) = find_contamination(items("a b c d e."), [collection(["x a b c d e", "a b c d e x"])]).matches
    assert match.standing.id == "p0"
    assert match.similarity == pytest.approx(5 / 6)


TEXTS = st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=9).map(" ".join), max_size=12)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([0.1, 0.5, 2 / 3, 0.75, 0.8, 1.0]))
def test_every_near_pair_is_found_as_comparing_all_with_all_finds_it(
    train: list[str], test: list[str], near: float
) -> None:
    def best(text: str) -> float:
        mine = set(text.split())
        others = [set(other.split()) for other in test]
        found = [len(mine & other) / len(mine | other) for other in others if len(other) >= SHORTEST]
        return max(found, default=0.0) if len(mine) >= SHORTEST else 0.0

    expected = {str(number): best(text) for number, text in enumerate(train) if best(text) >= near - 1e-9}
    found = find_contamination(items(*train), [collection(test)], near=near)
    assert {match.item: match.similarity for match in found.matches} == pytest.approx(expected)


def test_a_similarity_that_is_none_is_refused() -> None:
    for near in (0, 1.5, float("nan")):
        with pytest.raises(DataError, match=r"a similarity over 0 and at most 1"):
            find_contamination([], [], near=near)


def test_training_on_the_lines_of_ntrex_is_seen_and_training_on_global_voices_is_clean(real_data: Path) -> None:
    tests = [load_collection("ntrex-sentences", data=real_data, languages=["en", "sw"])]
    folder = real_data / "ntrex/NTREX-128"
    same = load_lines("n", {"sw": [folder / "newstest2019-ref.swa.txt"]}, run=1).items
    assert len(find_contamination(same, tests, near=None).ids) / len(same) > 0.99
    folder = real_data / "lafand-mt/data/text_files/en-swa"
    other = load_lines("gv", {"en": [folder / "dev.en"], "sw": [folder / "dev.swa"]})
    assert find_contamination(other.items, tests).ids == frozenset()
