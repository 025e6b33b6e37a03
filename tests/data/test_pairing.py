"""Claims about pairs out of running text."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.data.pairing import PAIRINGS, Document, Pairing, pairs
from polybatch.errors import DataError
from polybatch.text.passages import count_words

KINDS = list(PAIRINGS)


def story(number: int, *, aligned: bool = True) -> Document:
    sentences = {
        "en": [f"Sentence {at} of story {number} is here." for at in range(5)],
        "sw": [f"Sentensi {at} ya habari {number} iko hapa." for at in range(5 if aligned else 3)],
    }
    return Document(
        f"d{number}", sentences, {"en": f"Head {number}", "sw": f"Kichwa {number}"}, {"en": f"Sum {number}"}, aligned
    )


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Documents whose every word names its document, its language and its place."""

    def document(number: int) -> Document:
        aligned = draw(st.booleans())
        codes = draw(st.lists(st.sampled_from(["en", "sw", "ne"]), min_size=1, unique=True))
        count = draw(st.integers(0, 9))
        sentences = {
            code: [
                " ".join([f"W{number}_{code}_{at}"] * draw(st.integers(0, 6)))
                for at in range(count if aligned else draw(st.integers(0, 9)))
            ]
            for code in codes
        }
        heads = {code: f"H{number}_{code}" for code in draw(st.sets(st.sampled_from(codes)))}
        return Document(f"d{number}", sentences, heads, heads, aligned)

    return [document(number) for number in range(draw(st.integers(0, 4)))]


pairings = st.builds(
    Pairing,
    tokens=st.integers(1, 20),
    count=st.sampled_from([None, lambda text: len(text.split())]),
    following=st.integers(1, 3),
    with_sentence=st.booleans(),
    seed=st.integers(0, 3),
)


def places(text: str) -> list[tuple[int, str, int]]:
    """Which sentences a text holds, each once."""
    words = [word for word, _ in groupby(text.split())]
    return [(int(number[1:]), code, int(at)) for number, code, at in (word.split("_") for word in words)]


@given(documents(), pairings)
def test_no_pair_crosses_a_document_or_a_language(stories: list[Document], pairing: Pairing) -> None:
    found = list(pairs(stories, KINDS, pairing))
    assert len({item.id for item in found}) == len(found)
    for item in found:
        for side in (item.queries, item.passages):
            assert side
            for code, text in side.items():
                assert text.strip()
                assert {word.split("_")[0][1:] for word in text.split()} == {item.group[1:]}
                assert {word.split("_")[1] for word in text.split()} == {code}


@given(documents(), pairings)
def test_a_sentence_that_is_held_out_stands_in_no_passage_of_its_own(stories: list[Document], pairing: Pairing) -> None:
    for item in pairs(stories, ["held-out"], pairing):
        held = {at for text in item.queries.values() for _, _, at in places(text)}
        rest = {at for text in item.passages.values() for _, _, at in places(text)}
        assert len(held) == 1
        assert not held & rest


@given(documents(), pairings)
def test_what_follows_a_sentence_comes_right_after_it(stories: list[Document], pairing: Pairing) -> None:
    for item in pairs(stories, ["next"], pairing):
        start = {at for text in item.queries.values() for _, _, at in places(text)}
        assert len(start) == 1
        for text in item.passages.values():
            found = [at for _, _, at in places(text)]
            assert found == sorted(found)
            assert min(found) >= min(start) + (not pairing.with_sentence)
            assert len(found) <= pairing.following + pairing.with_sentence


@given(documents(), pairings)
def test_the_headline_goes_to_every_word_of_its_document(stories: list[Document], pairing: Pairing) -> None:
    for document in stories:
        found = list(pairs([document], ["headline"], pairing))
        for code, sentences in document.sentences.items():
            text = " ".join(item.passages[code] for item in found if code in item.passages)
            assert text.split() == (" ".join(sentences).split() if document.headlines else [])


def test_aligned_sentences_are_paired_over_languages() -> None:
    found = {item.id: item for item in pairs([story(1)], KINDS, Pairing(tokens=21))}
    first = found["d1:headline.0"]
    assert first.passages["sw"].startswith("Sentensi 0")
    assert first.passages["en"].count("Sentence") == first.passages["sw"].count("Sentensi") == 3
    assert found["d1:next.3"].queries["sw"] == "Sentensi 3 ya habari 1 iko hapa."
    assert found["d1:next.3"].passages["en"] == "Sentence 4 of story 1 is here."
    assert "d1:next.4" not in found
    assert found["d1:summary"].passages["sw"].count("Sentensi") == 5
    assert {item.group for item in found.values()} == {"d1"}


def test_sentences_that_are_not_aligned_are_paired_in_one_language_only() -> None:
    for item in pairs([story(1, aligned=False)], ["next", "held-out"]):
        assert len(item.queries) == len(item.passages) == 1
        assert item.queries.keys() == item.passages.keys()
    assert next(pairs([story(1, aligned=False)], ["headline"])).passages.keys() == {"en", "sw"}


def test_a_sentence_that_is_held_out_is_chosen_by_the_seed() -> None:
    stories = [story(number) for number in range(20)]
    chosen = [[item.queries["en"] for item in pairs(stories, ["held-out"], Pairing(seed=seed))] for seed in (1, 1, 2)]
    assert chosen[0] == chosen[1] != chosen[2]
    assert len({text[:10] for text in chosen[0]}) == 5


def test_documents_are_read_one_at_a_time() -> None:
    def endless() -> Iterator[Document]:
        number = 0
        while True:
            yield story(number)
            number += 1

    found = pairs(endless(), ["summary"])
    assert [next(found).id for _ in range(3)] == ["d0:summary", "d1:summary", "d2:summary"]


def test_wrong_alignments_and_kinds_are_refused() -> None:
    with pytest.raises(DataError, match=r"document x: 1 sentences in en, 2 sentences in sw; as many in each"):
        Document("x", {"en": ["a"], "sw": ["b", "c"]}, aligned=True)
    with pytest.raises(DataError, match=r"no such kind: 'title'; known: headline, next, held-out, summary"):
        next(pairs([story(1)], ["title"]))


def test_pairs_of_translated_news(real_data: Path) -> None:
    folder = real_data / "ntrex"
    lines = {
        code: next((folder / "NTREX-128").glob(f"*.{name}.txt")).read_text(encoding="utf-8").splitlines()
        for code, name in (("en", "eng"), ("sw", "swa"))
    }
    marks = (folder / "DOCUMENT_IDS.tsv").read_text(encoding="utf-8").splitlines()
    stories = []
    for mark, group in groupby(range(len(lines["en"])), key=lambda line: marks[line]):
        at = list(group)
        sentences = {code: [text[line] for line in at[1:]] for code, text in lines.items()}
        stories.append(Document(mark, sentences, {code: text[at[0]] for code, text in lines.items()}, aligned=True))
    found = list(pairs(stories, KINDS))
    assert sum(":next." in item.id for item in found) == sum(len(one.sentences["en"]) - 1 for one in stories)
    headlines = [item for item in found if ":headline." in item.id]
    assert {item.group for item in headlines} == {one.id for one in stories}
    assert all(count_words(text, code) <= 180 for item in headlines for code, text in item.passages.items())
    assert all(item.queries.keys() == item.passages.keys() == {"en", "sw"} for item in found)
