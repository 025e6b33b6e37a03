"""Claims about the out folder of an evaluation: every number can be computed again, and nothing goes unsaid."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from polybatch.data.newswire import newswire_collection
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import FaultyInputError, ResultsError
from polybatch.judging.evaluate import evaluate, evaluate_model
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.records import Collection
from polybatch.results.store import RANKS, Store
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA

MEASURES = ["mAP", "AWRF@20", "language_probe", "PEER@20"]


@pytest.fixture(scope="module")
def newswire() -> Collection:
    return newswire_collection(stories=30)


@pytest.fixture(scope="module")
def folder(newswire: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static encoder, untrained."""
    path = tmp_path_factory.mktemp("model")
    texts = [query.text for found in newswire.queries.values() for query in found]
    static_encoder(train_tokenizer(texts, vocabulary=300), dimension=16, deviation=0.1, seed=1).save(str(path))
    return path


def test_every_number_can_be_computed_again_from_what_is_written(newswire: Collection, tmp_path: Path) -> None:
    class Letters:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.array([[text.count(letter) for letter in "aeioutnrs "] for text in texts])

    names = ["mAP", "nDCG@10", "AWRF@20", "rank1_NR"]
    how = {"system": "letters", "strategy": None, "seed": None}
    found = evaluate(Letters(), [newswire], **how, out=tmp_path, progress=Silent(), measures=names)  # type: ignore[arg-type]
    ranks, top = Store(tmp_path).ranks, Store(tmp_path).top
    assert ranks.schema.equals(RANKS_SCHEMA)
    assert top.schema.equals(TOP_SCHEMA)
    assert Store(tmp_path).results == tuple(found.results) == tuple(measure(ranks, names, top=top))
    assert {one.measure for one in found.results} == set(names)


def test_the_manifest_keeps_the_notes_and_a_measure_that_refuses_does_not_stop_the_rest(
    folder: Path, tmp_path: Path
) -> None:
    evaluate_model(
        str(folder),
        ["newswire"],
        record={},
        data=None,
        languages=["en", "sw"],
        batch_size=64,
        out=tmp_path / "out",
        command="polybatch evaluate",
        progress=Silent(),
        measures=MEASURES,
        cache=tmp_path / "cache",
    )
    results = Store(tmp_path / "out").results
    assert {one.measure for one in results} == {"mAP", "AWRF@20", "language_probe"}
    (probe,) = (one for one in results if one.measure == "language_probe")
    assert 0.5 < probe.value <= 1
    assert probe.queries >= 10
    (note,) = Store(tmp_path / "out").stored_manifest["notes"]
    assert note.startswith("PEER@20: each language has one relevant passage")
    assert len(list((tmp_path / "cache").glob("*/*/vectors.npy"))) == 2


def test_a_text_that_is_no_measure_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(FaultyInputError, match=r"'MAP'; did you mean 'mAP'\? known: mAP"):
        evaluate_model(
            "no/such/model",
            ["no such collection"],
            record={},
            data=None,
            languages=None,
            batch_size=64,
            out=tmp_path,
            command="",
            progress=Silent(),
            measures=["MAP"],
        )


def test_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    ranks, top = RANKS_SCHEMA.empty_table(), TOP_SCHEMA.empty_table()
    Store(tmp_path).write_ranks(ranks)
    Store(tmp_path).write_top(top)
    assert Store(tmp_path).ranks.equals(ranks)
    assert Store(tmp_path).top.equals(top)


def test_ranks_of_another_form_are_refused_by_the_columns_that_they_lack(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"system": ["x"], "rank": [1]}), tmp_path / RANKS)
    with pytest.raises(ResultsError, match=r"ranks\.parquet: lacks the columns strategy, .*place.*; evaluate again"):
        _ = Store(tmp_path).ranks
