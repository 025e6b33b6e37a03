"""Claims about fusion: the formula with ties shared, an encoder as a scorer ranks as it does alone, names and cache."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.newswire import newswire_collection
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import ModelError
from polybatch.judging.baselines.fusion import EncoderScorer, ReciprocalRankFusion
from polybatch.judging.evaluate import evaluate_model
from polybatch.judging.judge import rank_collection
from polybatch.progress import Progress, Silent
from polybatch.records import Collection
from polybatch.results.store import Store
from tests.judging.pools import TableEncoder, judged


class Given:
    """A scorer of scores that are given."""

    def __init__(self, scores: list[list[float]]) -> None:
        self.scores = np.array(scores, dtype=np.float32)

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        return lambda queries: self.scores


@settings(deadline=None)  # the first call loads scipy
@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=3))
def test_a_score_is_the_sum_of_reciprocal_mean_ranks(scores: list[list[int]]) -> None:
    scorers = [Given([list(map(float, one))]) for one in scores]
    fused = ReciprocalRankFusion(scorers).prepare(["a", "b", "c", "d"], Silent())(["q"])
    assert fused.dtype == np.float32
    for place in range(4):
        expected = 0.0
        for one in scores:
            above, level = sum(x > one[place] for x in one), one.count(one[place])
            expected += 1 / (60 + above + (level + 1) / 2)
        assert fused[0, place] == pytest.approx(expected, rel=1e-6)


def test_a_scorer_that_tells_nothing_apart_changes_no_order() -> None:
    told, silent = Given([[3, 1, 2]]), Given([[0, 0, 0]])
    fused = ReciprocalRankFusion([told, silent]).prepare(["a", "b", "c"], Silent())(["q"])
    assert np.argsort(-fused[0]).tolist() == [0, 2, 1]


@settings(deadline=None)  # the first call loads torch
@given(judged())
def test_an_encoder_as_a_scorer_is_ranked_as_the_encoder_itself(case: tuple[Collection, TableEncoder]) -> None:
    collection, encoder = case
    one = rank_collection(encoder, collection, system="x")
    other = rank_collection(EncoderScorer(encoder), collection, system="x")
    assert one.drop_columns(["score"]).equals(other.drop_columns(["score"]))


def test_vectors_that_are_not_finite_or_do_not_fit_are_refused() -> None:
    encoder = TableEncoder({"good": np.ones(2), "bad": np.array([np.nan, 1]), "long": np.ones(3)})
    with pytest.raises(ModelError, match="1 of 2 passages have NaN"):
        EncoderScorer(encoder).prepare(["good", "bad"], Silent())
    with pytest.raises(ModelError, match="1 of 1 queries have NaN"):
        EncoderScorer(encoder).prepare(["good"], Silent())(["bad"])
    with pytest.raises(ModelError, match="queries have 3 dimensions, passages 2"):
        EncoderScorer(encoder).prepare(["good"], Silent())(["long"])


def test_a_fusion_is_a_system_of_its_own_and_its_vectors_are_kept(tmp_path: Path) -> None:
    texts = [query.text for found in newswire_collection(stories=30).queries.values() for query in found]
    model = static_encoder(train_tokenizer(texts, vocabulary=300), dimension=16, deviation=0.1, seed=1)
    model.save(str(tmp_path / "model"))

    def run(name: str, model: str, *, fuse_bm25: bool) -> None:
        evaluate_model(
            model,
            ["newswire"],
            record={"strategy": "hybrid", "seed": 2} if fuse_bm25 else {},
            data=None,
            languages=["en", "sw"],
            batch_size=64,
            out=tmp_path / name,
            command="polybatch evaluate",
            progress=Silent(),
            cache=tmp_path / "cache",
            fuse_bm25=fuse_bm25,
        )

    run("bm25", "bm25", fuse_bm25=False)
    assert not (tmp_path / "cache").exists()
    run("fused", str(tmp_path / "model"), fuse_bm25=True)
    assert list((tmp_path / "cache").glob("*/*/vectors.npy"))
    ranks = [Store(tmp_path / name).ranks.select(["rank"]) for name in ("bm25", "fused")]
    assert not ranks[0].equals(ranks[1])
    assert {(row.system, row.strategy, row.seed) for row in Store(tmp_path / "bm25").results} == {("bm25", None, None)}
    assert {(row.system, row.strategy, row.seed) for row in Store(tmp_path / "fused").results} == {
        ("hybrid+bm25", None, 2)
    }
    assert Store(tmp_path / "bm25").stored_manifest["model"] == "bm25"
    with pytest.raises(ModelError, match="bm25: cannot be fused with BM25"):
        run("wrong", "bm25", fuse_bm25=True)
