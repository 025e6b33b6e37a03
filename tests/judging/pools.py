"""Random collections with many ties, and what brute force makes of them. Shared by the tests of the judge."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from polybatch.judging.ranks import tie_order
from polybatch.progress import Progress
from polybatch.records import SETTINGS, Collection, Passage, Query

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
    """A collection of few distinct vectors, so that ties abound, with equal texts among the passages, and grades.

    Where there are several languages, it may leave settings out, and queries then be passages themselves.
    """
    languages = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    # corners of a cube: cosines take few values, and those exactly
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)][1:], dtype=np.float32)
    questions = [f"q{number}" for number in range(draw(st.integers(1, 5)))]
    vectors: dict[str, np.ndarray] = {}
    queries: dict[str, tuple[Query, ...]] = {}
    passages: dict[str, tuple[Passage, ...]] = {}
    grades: dict[str, dict[str, int]] = {question: {} for question in questions}
    for code in languages:
        queries[code] = tuple(Query(question, question, f"{code} {question}") for question in questions)
        count = draw(st.integers(1, 12))
        passages[code] = tuple(Passage(f"{code}:{n}", f"text {rng.integers(6)}") for n in range(count))
        for question in questions:
            chosen = rng.choice(count, size=rng.integers(0, min(3, count) + 1), replace=False)
            grades[question] |= {f"{code}:{n}": int(rng.integers(1, 4)) for n in chosen}
    grades[questions[0]][f"{languages[0]}:0"] = 1
    for text in {one.text for side in (queries, passages) for found in side.values() for one in found}:
        vectors[text] = corners[rng.integers(len(corners))] * rng.choice([1, 2])
    judgements = {question: frozenset(found) for question, found in grades.items()}
    means = draw(st.sampled_from([SETTINGS, SETTINGS[1:], SETTINGS[2:]])) if len(languages) > 1 else SETTINGS
    return Collection("random", queries, passages, judgements, grades=grades, settings=means), TableEncoder(vectors)


class Case(NamedTuple):
    """One query in one pool, sorted whole: passage ids, best first, and their scores."""

    setting: str
    asked: str
    pool: str
    question: str
    order: list[str]
    scores: list[float]

    def rank(self, passage: str) -> float:
        """1, the passages with a better score, and half of the others with an equal one."""
        score = self.scores[self.order.index(passage)]
        return 1 + sum(one > score for one in self.scores) + (self.scores.count(score) - 1) / 2

    def place(self, passage: str) -> int:
        return self.order.index(passage) + 1


def brute_force(collection: Collection, encoder: TableEncoder) -> list[Case]:
    """Every query in every pool, sorted whole; ties by `tie_order`. A query that is a passage is not among them."""
    everything = [passage for code in collection.languages for passage in collection.passages[code]]
    places = dict(zip([p.id for p in everything], tie_order([p.id for p in everything]), strict=True))
    found = []
    for asked, queries in collection.queries.items():
        pools = [
            ("monolingual" if code == asked else "cross-lingual", code, list(collection.passages[code]))
            for code in collection.languages
        ]
        if len(collection.languages) > 1:
            pools.append(("multilingual", "all", everything))
        for setting, pool, passages in pools:
            for query in queries if setting in collection.settings else ():
                itself = {p.id for p in collection.passages[asked]} & collection.judgements[query.id]
                if "monolingual" in collection.settings:
                    itself = set()
                kept = [p for p in passages if p.id not in itself]
                scores = {p.id: cosine(encoder.vectors[query.text], encoder.vectors[p.text]) for p in kept}
                order = sorted(scores, key=lambda one, scores=scores: (-scores[one], places[one]))  # type: ignore[misc]
                found.append(Case(setting, asked, pool, query.id, order, [scores[one] for one in order]))
    return found


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Rounded, so that what ties in exact numbers ties here."""
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return round(float(one @ other / lengths), 4) if lengths else 0.0


def tiny() -> Collection:
    """One question, two passages."""
    passages = (Passage("en:1", "one"), Passage("en:2", "two"))
    return Collection("tiny", {"en": (Query("q", "q", "question"),)}, {"en": passages}, {"q": frozenset({"en:1"})})
