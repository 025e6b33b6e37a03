"""Claims about what losses get beside the texts of a batch, and about whole trainings with it."""

from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator

from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import RecipeError
from polybatch.progress import Silent
from polybatch.sampling import HybridTrainer, make_plan
from polybatch.sampling.plan import Batch
from polybatch.table.aligned import AlignedTable
from polybatch.training.losses import LossSettings, make_loss
from polybatch.training.losses.inputs import loss_inputs, translations
from polybatch.training.losses.teacher import teacher_scores, teacher_vectors
from tests.models import make_transformer
from tests.sampling.trained import LANGUAGES, ROWS, arguments, make_table, text
from tests.training.losses.batches import drawn_teacher

CLEAR = LossSettings(name="clear")
SIDES = ("query", "passage", "negative_1")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return train_tokenizer(
        [text(side, code, row) for side in SIDES for code in LANGUAGES for row in range(ROWS)] * 3, vocabulary=200
    )


@pytest.fixture
def model(tokenizer: Any) -> SentenceTransformer:
    return static_encoder(tokenizer, dimension=16, deviation=0.1, seed=1)


def some_table(missing: int = 0) -> AlignedTable:
    """Rows in three languages; of the last rows of the first half, the query is in fewer."""
    return AlignedTable.from_columns(
        {
            f"{side}.{code}": [
                None if side == "query" and code in LANGUAGES[:missing] and row < ROWS // 2 else text(side, code, row)
                for row in range(ROWS)
            ]
            for side in SIDES[:2]
            for code in LANGUAGES
        }
    )


def test_translations_are_the_rows_own_queries_in_another_language_that_they_have() -> None:
    table = some_table(missing=1)
    plan = make_plan(table.shape, "hybrid", size=8, seed=1)
    drawn: Counter[tuple[int, int]] = Counter()
    for batch in plan.batches(0, 200):
        chosen = translations(table.shape, batch)
        for row, language, other in zip(batch.rows.tolist(), batch.queries.tolist(), chosen.tolist(), strict=True):
            assert other != language
            assert row >= ROWS // 2 or other != 0
            if row >= ROWS // 2:
                drawn[language, other] += 1
    assert len(drawn) == 6
    for language in range(3):
        some, others = (drawn[language, other] for other in range(3) if other != language)
        assert abs(some - others) < 5 * np.sqrt(some + others)


def test_translations_depend_on_row_and_batch_alone_so_that_ranks_draw_the_same() -> None:
    table = some_table()
    batch = make_plan(table.shape, "x-y", size=8, seed=1)[5]
    parts = np.concatenate([translations(table.shape, batch.part(rank, 2)) for rank in range(2)])
    assert parts.tolist() == translations(table.shape, batch).tolist()


def test_rows_with_a_query_in_one_language_are_refused_where_translations_are_needed(
    model: SentenceTransformer,
) -> None:
    found = "dataset table: 20 of 40 rows have their query in one language only; a loss that needs no translations"
    with pytest.raises(RecipeError, match=found):
        loss_inputs(some_table(missing=2), CLEAR, model=model)
    table = some_table(missing=2)
    assert loss_inputs(table, LossSettings(), model=model) is table


class Tokenized:
    """A source of batches that are features already."""

    def __init__(self, table: AlignedTable, model: SentenceTransformer) -> None:
        self.table, self.shape = table, table.shape
        self.collate = SentenceTransformerDataCollator(model.preprocess)

    def fetch(self, batch: Batch) -> Any:
        return self.collate(self.table.fetch(batch))


@pytest.mark.parametrize("tokenized", [False, True])
def test_the_translation_is_the_last_column(tokenizer: Any, model: SentenceTransformer, tokenized: bool) -> None:
    table = make_table()
    source: Any = Tokenized(table, model) if tokenized else table
    batch = make_plan(table.shape, "x-y", size=4, seed=1, negatives=1)[0]
    features = loss_inputs(source, CLEAR, model=model).fetch(batch)
    assert isinstance(features, dict)
    columns = [key.removesuffix("_input_ids") for key in features if key.endswith("_input_ids")]
    assert columns == ["query", "passage", "negative_1", "translation"]
    codes = [table.languages[one] for one in features["translation_language"].tolist()]
    expected = [text("query", code, row) for code, row in zip(codes, batch.rows.tolist(), strict=True)]
    tokens = [tokenizer.encode(one, add_special_tokens=False).ids for one in expected]
    assert features["translation_input_ids"].tolist() == [*chain(*tokens)]


def test_prompts_of_queries_go_before_translations_too(tokenizer: Any, model: SentenceTransformer) -> None:
    table = some_table()
    batch = make_plan(table.shape, "x-y", size=4, seed=1)[0]
    prompts = {"query": "passage ", "passage": "query "}
    plain, prompted = (loss_inputs(table, CLEAR, model=model, prompts=one).fetch(batch) for one in (None, prompts))
    assert isinstance(plain, dict)
    assert isinstance(prompted, dict)
    one = tokenizer.encode(
        "passage " + table.texts(0, table.languages[plain["translation_language"][0]], batch.rows)[0]
    )
    assert prompted["translation_input_ids"][: len(one.ids)].tolist() == one.ids


def test_languages_and_teachers_vectors_stand_beside_their_columns(model: SentenceTransformer) -> None:
    table = make_table()
    batch = make_plan(table.shape, "x-y", size=4, seed=1, negatives=1)[0]
    features: Any = loss_inputs(table, LossSettings(name="erasure"), model=model).fetch(batch)
    found = [features[f"{side}_language"].tolist() for side in SIDES]
    assert found == [batch.queries.tolist(), batch.passages.tolist(), batch.negatives[:, 0].tolist()]
    teacher = drawn_teacher(len(table), 16)
    settings = LossSettings(name="distillation", teacher="drawn")
    features = loss_inputs(table, settings, model=model, teacher=teacher).fetch(batch)
    assert np.array_equal(features["query_teacher"], teacher.queries[batch.rows])
    assert np.array_equal(features["passage_teacher"], teacher.passages[batch.rows])
    for vectors, message in ((None, "no vectors"), (drawn_teacher(7, 16), "vectors of 7 rows")):
        with pytest.raises(RecipeError, match=f"{message}; those of all 40 rows"):
            loss_inputs(table, settings, model=model, teacher=vectors)


class Counting:
    """A teacher whose vectors say which text they are of, and that counts what it reads."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions, self.read = dimensions, 0

    def encode_queries(self, texts: Any, progress: Any) -> np.ndarray:
        self.read += len(texts)
        seeds = [sum(map(ord, one)) + int(one.split()[-1]) * 1000 for one in texts]
        return np.stack([np.random.default_rng(seed).normal(size=self.dimensions) for seed in seeds])

    encode_passages = encode_queries


def test_a_teacher_reads_every_distinct_text_once_and_cosines_outlive_the_change_of_length() -> None:
    table = AlignedTable.from_columns(
        {
            f"{side}.{code}": [text(side, code, row % 10) for row in range(20)]
            for side in SIDES[:2]
            for code in ("en", "sw")
        }
    )
    teacher = Counting(8)
    same = teacher_vectors(table, teacher, language="en", dimensions=8, progress=Silent())
    assert teacher.read == 20
    assert np.allclose(np.linalg.norm(same.queries, axis=1), 1)
    longer = teacher_vectors(table, teacher, language="en", dimensions=12, progress=Silent())
    assert np.allclose(longer.queries @ longer.passages.T, same.queries @ same.passages.T, atol=1e-6)
    # 20 texts span no more than 20 dimensions, so that of 30 none is missed
    wide = teacher_vectors(table, Counting(30), language="en", dimensions=30, progress=Silent())
    shorter = teacher_vectors(table, Counting(30), language="en", dimensions=20, progress=Silent())
    assert shorter.queries.shape == (20, 20)
    assert np.allclose(shorter.queries @ shorter.passages.T, wide.queries @ wide.passages.T, atol=1e-5)


def test_a_teacher_without_texts_in_its_language_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"query.ne: 20 of 40 rows do not have it; the teacher reads every row in ne"):
        teacher_vectors(some_table(missing=2), Counting(8), language="ne", dimensions=8, progress=Silent())
    with pytest.raises(RecipeError, match=r"query.fi: 40 of 40 rows do not have it(.|\n)*passage.fi: 40 of 40"):
        teacher_vectors(some_table(), Counting(8), language="fi", dimensions=8, progress=Silent())


def test_a_teacher_of_scores_reads_what_nobody_translated_in_its_own_language() -> None:
    columns: dict[str, list[str | None]] = {
        f"{side}.{code}": [text(side, code, row) if code == "sw" or row < 4 else None for row in range(10)]
        for side in SIDES[:2]
        for code in ("en", "sw")
    }
    teacher = Counting(8)
    table = AlignedTable.from_columns(columns)
    found = teacher_scores(table, teacher, language="en", reads="both", progress=Silent())
    for side, vectors in (("query", found.queries), ("passage", found.passages)):
        read = [text(side, "en" if row < 4 else "sw", row) for row in range(10)]
        raw = teacher.encode_queries(read, None)
        raw /= np.linalg.norm(raw, axis=1, keepdims=True)
        raw -= raw.mean(axis=0)
        assert np.allclose(vectors, raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-5)


def test_a_teacher_that_reads_queries_alone_encodes_no_passage() -> None:
    teacher = Counting(8)
    found = teacher_scores(some_table(), teacher, language="sw", reads="queries", progress=Silent())
    assert teacher.read == ROWS
    assert np.array_equal(found.queries, found.passages)


@pytest.mark.parametrize("name", ["clear", "lakda", "distillation", "listwise-distillation", "erasure"])
def test_a_transformer_trains_with_every_loss_and_its_loss_falls(name: str, tmp_path: Path) -> None:
    table = make_table()
    texts = [text(side, code, row) for side in SIDES for code in LANGUAGES for row in range(ROWS)]
    model = SentenceTransformer(str(make_transformer(tmp_path, texts)), device="cpu")
    options: Any = {"teacher": "drawn"} if name.endswith("distillation") else {}
    settings = LossSettings(name=name, **options)
    source = loss_inputs(table, settings, model=model, teacher=drawn_teacher(ROWS, 32))
    training = arguments(tmp_path / "out", max_steps=24, logging_strategy="steps", logging_steps=8)
    trainer: Any = HybridTrainer(model, training, source, negatives=1, loss=make_loss(model, settings))
    trainer.train()
    losses = [one["loss"] for one in trainer.state.log_history if "loss" in one]
    assert len(losses) == 3
    assert losses[-1] < losses[0]
    assert torch.isfinite(torch.tensor(losses)).all()
