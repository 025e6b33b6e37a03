"""Claims about near-ties: an order that rounding decides is counted and said; exact ties and clear orders are not."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from polybatch.judging.judge import judge_collection, judge_vectors
from polybatch.judging.near_ties import near_tie_notes
from polybatch.judging.top import Top
from polybatch.records import Collection, Passage, Query

SAID = "queries have passages among their first 10 whose scores differ only by rounding"


def collection(queries: int = 20, passages: int = 30) -> Collection:
    """Each query has a passage in both languages."""
    return Collection(
        name="news",
        licence="ours",
        queries={"en": tuple(Query(f"q{n}", f"q{n}", f"question {n}") for n in range(queries))},
        passages={
            code: tuple(Passage(f"{code}{n}", f"{code} text {n}") for n in range(passages)) for code in ("en", "sw")
        },
        judgements={f"q{n}": frozenset({f"en{n}", f"sw{n}"}) for n in range(queries)},
    )


def notes_of(vectors: np.ndarray, asked: np.ndarray) -> Sequence[str]:
    half = len(vectors) // 2
    judged = judge_vectors({"en": asked}, {"en": vectors[:half], "sw": vectors[half:]}, collection(), system="m")
    return [note for note in judged.notes if SAID in note]


def test_vectors_that_differ_by_rounding_alone_are_counted() -> None:
    draw = np.random.default_rng(1)
    one = draw.normal(size=64)
    vectors = (one * (1 + 1e-7 * draw.normal(size=(60, 64)))).astype(np.float32)
    (note,) = notes_of(vectors, draw.normal(size=(20, 64)).astype(np.float32))
    found, asked = (int(word) for word in note.split() if word.isdigit() and word != "10")
    assert (asked, note.startswith("news: ")) == (20, True)
    assert 15 <= found <= 20


def test_vectors_that_are_apart_or_exactly_alike_are_not() -> None:
    draw = np.random.default_rng(2)
    asked = draw.normal(size=(20, 64)).astype(np.float32)
    assert notes_of(draw.normal(size=(60, 64)).astype(np.float32), asked) == []
    assert notes_of(np.ones((60, 64), dtype=np.float32), asked) == []


def test_equal_texts_are_no_near_tie() -> None:
    class Reader:
        def encode_queries(self, texts: Sequence[str], progress: object) -> np.ndarray:
            return np.random.default_rng(3).normal(size=(len(texts), 8)).astype(np.float32)

        encode_passages = encode_queries

    same = collection()
    texts = {code: tuple(replace(one, text="the same") for one in found) for code, found in same.passages.items()}
    judged = judge_collection(Reader(), replace(same, passages=texts), system="m")
    assert not [note for note in judged.notes if SAID in note]


@pytest.mark.parametrize(
    ("first", "near"),
    [
        ([0.9, 0.8999999], True),
        ([0.9, 0.899], False),
        ([30.0, 29.99999], True),  # as BM25 scores
        ([0.9, 0.9], False),
        ([0.9], False),
        ([1.0, 0.1, 1e-7, 2e-8], True),  # the error of a cosine is that of its vectors' length, not its own
        ([0.0, -1e-7], False),
    ],
)
def test_near_is_measured_by_the_largest_score(first: list[float], near: bool) -> None:
    size = 12
    scores = np.full((1, size), -np.inf, dtype=np.float32)
    scores[0, : len(first)] = first
    passages = np.full((1, size), -1)
    passages[0, : len(first)] = range(len(first))
    top = Top(scores, np.zeros((1, size), dtype=np.int64), passages)
    assert bool(near_tie_notes("news", top, np.arange(4))) == near
    assert near_tie_notes("news", top, np.zeros(4, dtype=np.int64)) == []


def test_a_few_among_many_are_not_said_and_no_top_says_nothing() -> None:
    scores = np.tile(np.linspace(1, 0.5, 12, dtype=np.float32), (100, 1))
    scores[:4, 1] = scores[:4, 0] - np.float32(1e-7)
    top = Top(scores, np.zeros((100, 12), dtype=np.int64), np.tile(np.arange(12), (100, 1)))
    assert near_tie_notes("news", top, np.arange(12)) == []
    scores[:5, 1] = scores[:5, 0] - np.float32(1e-7)
    (note,) = near_tie_notes("news", top, np.arange(12))
    assert note.startswith("news: 5 of 100 queries")
    assert near_tie_notes("news", None, np.arange(12)) == []
