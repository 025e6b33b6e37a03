"""Claims about BM25: the formula, statistics by language, one score for equal texts, and worth on real collections."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.collections.table import load_collections
from polybatch.judging.baselines.bm25 import K1, B, Bm25, languages_of
from polybatch.judging.judge import rank_collection
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.records import Collection, Passage, Query


def brute_force(query: str, passage: str, others: list[str]) -> float:
    """Lucene's BM25 over words apart by white space; `others` are all passages of its language."""
    lengths = [len(other.split()) for other in others]
    score = 0.0
    for word in query.split():
        holders = sum(word in other.split() for other in others)
        times = passage.split().count(word)
        if times:
            rarity = math.log(1 + (len(others) - holders + 0.5) / (holders + 0.5))
            length = 1 - B + B * len(passage.split()) / (sum(lengths) / len(lengths))
            score += rarity * times / (times + K1 * length)
    return score


texts = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=6).map(" ".join)


@settings(deadline=None)  # the first call loads the library
@given(st.lists(texts, min_size=1, max_size=8, unique=True), st.lists(texts, min_size=1, max_size=3), st.data())
def test_scores_are_the_formula_over_the_passages_of_one_language(
    passages: list[str], queries: list[str], data: st.DataObject
) -> None:
    homes = {text: data.draw(st.sampled_from(["en", "sw"])) for text in passages}
    scores = Bm25(homes).prepare(passages, Silent())(queries)
    assert scores.dtype == np.float32
    expected = [
        [brute_force(query, one, [other for other in passages if homes[other] == homes[one]]) for one in passages]
        for query in queries
    ]
    np.testing.assert_allclose(scores, np.reshape(expected, (len(queries), len(passages))), rtol=1e-5)


def test_a_query_without_a_known_word_scores_0_everywhere() -> None:
    score = Bm25().prepare(["one word", "…", "another word"], Silent())
    assert not score(["…", "", "unheard of"]).any()
    assert not Bm25().prepare(["…"], Silent())(["word"]).any()


def test_passages_of_one_language_are_ranked_alike_whatever_other_languages_are_there() -> None:
    queries = {"en": (Query("q", "q", "rare common"),)}
    english = tuple(Passage(f"en:{n}", text) for n, text in enumerate(["common", "rare common", "common common", "x"]))
    swahili = tuple(Passage(f"sw:{n}", f"common rare {n}") for n in range(5))
    alone = Collection("alone", queries, {"en": english}, {"q": frozenset({"en:1", "en:2"})})
    both = Collection("both", queries, {"en": english, "sw": swahili}, {"q": frozenset({"en:1", "en:2"})})
    scores = []
    for one in (alone, both):
        ranks = rank_collection(Bm25(languages_of([one])), one, system="bm25")
        rows = [row for row in ranks.to_pylist() if row["setting"] == "monolingual"]
        scores.append([(row["passage_id"], row["score"], row["rank"]) for row in rows])
    assert scores[0] == scores[1]


def mean_precision(collection: Collection, tokenize: Callable[[str], list[str]] | None) -> dict[str, float]:
    scorer = Bm25(languages_of([collection]), **({"tokenize": tokenize} if tokenize else {}))  # type: ignore[arg-type]
    ranks = rank_collection(scorer, collection, system="bm25")
    rows = measure(ranks, ["mAP"])
    return {row.query_language: row.value for row in rows if row.setting == "monolingual"}


@pytest.mark.parametrize(
    ("name", "expected", "by_white_space"),
    [
        ("ntrex-news", {"ne": 0.503, "sw": 0.622}, {"ne": 0.474, "sw": 0.510}),
        ("xquad-r", {"hi": 0.750, "th": 0.789, "zh": 0.795}, {"hi": 0.733, "th": 0.163, "zh": 0.028}),
    ],
)
def test_words_by_unicode_find_more_than_words_by_white_space(
    real_data: Path, name: str, expected: dict[str, float], by_white_space: dict[str, float]
) -> None:
    (collection,) = load_collections([name], data=real_data, languages=list(expected))
    found, plain = mean_precision(collection, None), mean_precision(collection, str.split)
    for code in expected:
        assert found[code] == pytest.approx(expected[code], abs=0.005)
        assert plain[code] == pytest.approx(by_white_space[code], abs=0.005)
