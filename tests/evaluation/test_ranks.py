"""Claims about ranks and measures, against brute force and ir_measures, on random pools with ties."""

from collections.abc import Sequence

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.errors import DataError, ModelError
from polybatch.evaluation.judge import rank_collection
from polybatch.evaluation.measures import measure
from polybatch.evaluation.ranks import tie_order
from polybatch.evaluation.results import RANKS_SCHEMA, Result
from polybatch.progress import Progress
from polybatch.records import Collection, Passage, Query

LANGUAGES = ("en", "ne", "sw")


class TableEncoder:
    """Gives each text the vector that stands for it in a table."""

    def __init__(self, vectors: dict[str, np.ndarray]) -> None:
        self.vectors = vectors
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        self.encoded.extend(texts)
        return np.stack([self.vectors[text] for text in texts])

    encode_passages = encode_queries


@st.composite
def judged(draw: st.DrawFn) -> tuple[Collection, TableEncoder]:
    """A collection of few distinct vectors, so that ties abound, with equal texts among the passages."""
    languages = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    # corners of a cube: cosines take few values, and those exactly
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)][1:], dtype=np.float32)
    questions = [f"q{number}" for number in range(draw(st.integers(1, 5)))]
    vectors: dict[str, np.ndarray] = {}
    queries: dict[str, tuple[Query, ...]] = {}
    passages: dict[str, tuple[Passage, ...]] = {}
    judgements: dict[str, set[str]] = {question: set() for question in questions}
    for code in languages:
        queries[code] = tuple(Query(question, question, f"{code} {question}") for question in questions)
        count = draw(st.integers(1, 12))
        passages[code] = tuple(Passage(f"{code}:{n}", f"text {rng.integers(6)}") for n in range(count))
        for question in questions:
            chosen = rng.choice(count, size=rng.integers(0, min(3, count) + 1), replace=False)
            judgements[question] |= {f"{code}:{n}" for n in chosen}
    judgements[questions[0]].add(f"{languages[0]}:0")
    for text in {one.text for side in (queries, passages) for found in side.values() for one in found}:
        vectors[text] = corners[rng.integers(len(corners))] * rng.choice([1, 2])
    frozen = {question: frozenset(found) for question, found in judgements.items()}
    return Collection("random", queries, passages, frozen), TableEncoder(vectors)


def rankings(collection: Collection, encoder: TableEncoder) -> dict[tuple[str, str, str, str], list[str]]:
    """Brute force: every pool sorted whole, by setting, query language, pool language, question."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    everything = [passage for code in collection.languages for passage in collection.passages[code]]
    places = dict(zip([p.id for p in everything], tie_order([p.id for p in everything]), strict=True))
    for asked, queries in collection.queries.items():
        pools = {
            ("monolingual" if code == asked else "cross-lingual", code): list(collection.passages[code])
            for code in collection.languages
        }
        if len(collection.languages) > 1:
            pools["multilingual", "all"] = everything
        for (setting, pool), passages in pools.items():
            for query in queries:

                def score(passage: Passage, query: Query = query) -> float:
                    one, other = encoder.vectors[query.text], encoder.vectors[passage.text]
                    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
                    return round(float(cosine), 4)

                order = sorted(passages, key=lambda passage: (-score(passage), places[passage.id]))
                found[setting, asked, pool, query.id] = [passage.id for passage in order]
    return found


def by_direction(results: list[Result], name: str) -> dict[tuple[str, str, str], Result]:
    return {
        (one.setting, one.query_language, one.passage_language): one
        for one in results
        if one.measure == name and one.query_language != "mean"
    }


@settings(max_examples=150, deadline=None)
@given(judged())
def test_measures_equal_brute_force_and_ir_measures_on_pools_with_ties(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    results = measure(rank_collection(encoder, collection, system="table"))
    expected: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    language_of = {p.id: code for code, found in collection.passages.items() for p in found}
    for (setting, asked, pool, question), order in rankings(collection, encoder).items():
        relevant = collection.judgements[question] & set(order)
        if not relevant:
            continue
        ranks = {passage: order.index(passage) + 1 for passage in relevant}
        hits = sorted(ranks.values())
        best = [
            min(rank for passage, rank in ranks.items() if language_of[passage] == code)
            for code in {language_of[passage] for passage in relevant}
        ]
        values = expected.setdefault((setting, asked, pool), {})
        ap = sum(number / rank for number, rank in enumerate(hits, start=1)) / len(hits)
        values.setdefault("mAP", []).append(ap)
        values.setdefault("R@1", []).append(sum(rank <= 1 for rank in hits) / len(hits))
        values.setdefault("R@10", []).append(sum(rank <= 10 for rank in hits) / len(hits))
        values.setdefault("rank_distance", []).append(max(best) - min(best))
        # scores by rank, so that no library breaks ties its own way
        run = [ir_measures.ScoredDoc("q", passage, -rank) for rank, passage in enumerate(order)]
        qrels = [ir_measures.Qrel("q", passage, 1) for passage in relevant]
        assert ir_measures.calc_aggregate([ir_measures.AP], qrels, run)[ir_measures.AP] == pytest.approx(ap, abs=1e-9)

    for name in ("mAP", "R@1", "R@10", "rank_distance"):
        found = by_direction(results, name)
        wanted = {key: value for key, value in expected.items() if name != "rank_distance" or key[0] == "multilingual"}
        assert found.keys() == wanted.keys()
        for key, one in found.items():
            assert one.value == pytest.approx(np.mean(wanted[key][name]), abs=1e-9)
            assert one.queries == len(wanted[key][name])


@settings(max_examples=50, deadline=None)
@given(judged())
def test_each_distinct_text_is_encoded_once(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    rank_collection(encoder, collection, system="table")
    passages = {passage.text for found in collection.passages.values() for passage in found}
    queries = {query.text for found in collection.queries.values() for query in found}
    assert sorted(encoder.encoded) == sorted([*passages, *queries])


def test_macro_means_count_directions_alike_and_say_how_many_queries_stand_behind() -> None:
    ranks = [
        ("q1", "en", "en", "monolingual", "en:1", 1),
        ("q2", "en", "en", "monolingual", "en:2", 1),
        ("q1", "sw", "sw", "monolingual", "sw:1", 2),
    ]
    (mean,) = [one for one in measure(table(ranks)) if one.measure == "mAP" and one.query_language == "mean"]
    assert mean.value == pytest.approx((1 + 0.5) / 2)
    assert mean.queries == 3
    assert mean.passage_language == "mean"


def test_rank_distance_lets_a_languages_best_passage_stand_for_it() -> None:
    ranks = [
        ("q1", "en", "en", "multilingual", "en:1", 4),
        ("q1", "en", "en", "multilingual", "en:2", 90),
        ("q1", "en", "sw", "multilingual", "sw:1", 11),
    ]
    values = {one.measure: one.value for one in measure(table(ranks)) if one.query_language == "en"}
    assert values["rank_distance"] == 11 - 4
    assert values["R@10"] == pytest.approx(1 / 3)


def test_ties_favour_no_language() -> None:
    count = 2000
    ids = [f"{code}:{number}" for code in LANGUAGES for number in range(count)]
    places = tie_order(ids)
    means = places.reshape(len(LANGUAGES), count).mean(axis=1)
    assert sorted(places) == list(range(len(ids)))
    assert np.ptp(means) < 0.05 * len(ids)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.full((2, 3), np.nan), r"2 of 2 passages have NaN or infinite values"),
        (np.zeros((3, 3)), r"the encoder gave passages of shape \(3, 3\); \(2, dimensions\) works"),
        (np.zeros(2), r"the encoder gave passages of shape \(2,\)"),
    ],
)
def test_vectors_that_are_none_are_refused(vectors: np.ndarray, message: str) -> None:
    class Broken:
        def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
            return vectors

        encode_passages = encode_queries

    with pytest.raises(ModelError, match=message):
        rank_collection(Broken(), tiny(), system="broken")


def test_a_collection_without_any_relevant_passage_is_refused() -> None:
    collection = Collection("none", tiny().queries, tiny().passages, {})
    encoder = TableEncoder({text: np.ones(2) for text in ("question", "one", "two")})
    with pytest.raises(DataError, match="no query has a relevant passage"):
        rank_collection(encoder, collection, system="x")


def test_zero_vectors_score_zero_and_do_not_break_a_ranking() -> None:
    encoder = TableEncoder({"question": np.ones(2), "one": np.zeros(2), "two": -np.ones(2)})
    ranks = rank_collection(encoder, tiny(), system="x")
    assert ranks.column("rank").to_pylist() == [1]


def tiny() -> Collection:
    passages = (Passage("en:1", "one"), Passage("en:2", "two"))
    return Collection("tiny", {"en": (Query("q", "q", "question"),)}, {"en": passages}, {"q": frozenset({"en:1"})})


def table(rows: list[tuple[str, str, str, str, str, int]]):  # type: ignore[no-untyped-def]
    import pyarrow as pa

    head = {"system": "s", "strategy": None, "seed": None, "collection": "c", "pool_size": 100}
    names = ("query_id", "query_language", "passage_language", "setting", "passage_id", "rank")
    records = [head | dict(zip(names, row, strict=True)) | {"cluster": row[0]} for row in rows]
    return pa.Table.from_pylist(records, schema=RANKS_SCHEMA)
