"""Claims about training one encoder."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dropout

from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import ModelError
from polybatch.records import ParallelCorpus
from polybatch.sampling.plan import make_plan
from polybatch.table.aligned import AlignedTable
from polybatch.training.tokens import TokenBatches
from polybatch.training.train import read_record
from tests.training.small import fit_corpus, small_recipe, token_table


def texts_of(corpus: ParallelCorpus) -> list[str]:
    return [text for item in corpus.items for side in (item.queries, item.passages) for text in side.values()]


@pytest.mark.parametrize("symmetric", [False, True])
def test_the_first_step_is_the_gradient_of_equation_one(make_corpus, symmetric: bool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    corpus = make_corpus("c", ["en", "sw"], 12)
    training = {"steps": 1, "batch_size": 6, "warmup": 0.0, "weight_decay": 0.0, "clip": 0.0, "learning_rate": 0.01}
    recipe = small_recipe(training=training | {"token_dropout": 0.0}, loss={"temperature": 0.2, "symmetric": symmetric})
    model = static_encoder(train_tokenizer(texts_of(corpus) * 5, vocabulary=60), dimension=8, deviation=0.1, seed=1)
    (weight,) = model.parameters()
    before = weight.detach().double().clone()
    fitted = fit_corpus(corpus, model, recipe, tmp_path)
    assert (fitted.mix["kinds"], fitted.mix["rows"]) == ({"cross-lingual": 1}, 6)
    moved = weight.detach().double() - before

    # eq. 1 by hand, in float64; Adam's first step is the learning rate against the sign of the gradient
    weights = before.clone().requires_grad_(True)
    tokens = token_table(AlignedTable.from_corpora([corpus]), model, tmp_path / "again")
    features = TokenBatches(tokens).fetch(make_plan(tokens.shape, "x-y", size=6, seed=1)[0])
    query, passage = (
        torch.nn.functional.normalize(
            torch.nn.functional.embedding_bag(features[f"{column}_input_ids"], weights, features[f"{column}_offsets"])
        )
        for column in ("query", "passage")
    )
    scores = query @ passage.T / recipe.loss.temperature
    loss = -(scores.diag() - scores.logsumexp(dim=1)).mean()
    if symmetric:
        loss = (loss - (scores.diag() - scores.logsumexp(dim=0)).mean()) / 2
    loss.backward()  # type: ignore[no-untyped-call]
    assert fitted.losses == [pytest.approx(loss.item(), abs=1e-5)]
    gradient = weights.grad
    assert gradient is not None
    clear = gradient.abs() > 1e-4
    assert clear.sum() > 50
    assert torch.equal(torch.sign(moved[clear]), -torch.sign(gradient[clear]))
    assert torch.allclose(moved[clear].abs(), torch.tensor(0.01, dtype=torch.float64), rtol=1e-2)


def test_a_loss_that_is_no_number_stops_the_training_and_its_batch_is_written_out(make_corpus, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    corpus = make_corpus("c", ["en", "sw"], 12)
    tokenizer = train_tokenizer(texts_of(corpus) * 5, vocabulary=60)
    model = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=1)
    with torch.no_grad():
        next(iter(model.parameters())).fill_(float("nan"))
    path = tmp_path / "checkpoints" / "batch-of-step-1.json"
    with pytest.raises(ModelError, match=r"training x-y, step 1: the loss is nan; its batch is in ") as caught:
        fit_corpus(corpus, model, small_recipe(training={"steps": 50, "batch_size": 6}), tmp_path)
    assert str(path) in str(caught.value)
    batch = json.loads(path.read_text(encoding="utf-8"))
    items = {item.queries["en"]: item for item in corpus.items} | {item.queries["sw"]: item for item in corpus.items}
    assert len(batch["rows"]) == 6
    for row in batch["rows"]:
        query, passage = row["direction"].split("-")
        assert items[row["query"]].queries[query] == row["query"]
        assert items[row["query"]].passages[passage] == row["passage"]
        assert corpus.items[row["row"]] is items[row["query"]]


def test_what_is_random_in_a_step_depends_on_its_number_alone(make_corpus, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    corpus = make_corpus("c", ["en", "sw"], 12)
    recipe = small_recipe(training={"steps": 4, "batch_size": 6})
    tokenizer = train_tokenizer(texts_of(corpus) * 5, vocabulary=60)
    losses = []
    for number, waste in enumerate((0, 3)):
        model = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=1)
        torch.manual_seed(number)
        torch.rand(waste)
        losses.append(fit_corpus(corpus, _noisy(model), recipe, tmp_path / str(number)).losses)
    assert losses[0] == losses[1]
    assert len(set(np.round(losses[0], 6))) == 4


def _noisy(model: SentenceTransformer) -> SentenceTransformer:
    """The model, with a dropout of its vectors."""
    model.append(Dropout(0.3))
    return model


def test_a_model_of_someone_else_has_no_record(tmp_path: Path) -> None:
    assert read_record(tmp_path) == {}
    (tmp_path / "polybatch.json").write_text("[1]")
    assert read_record(tmp_path) == {}
    assert read_record("sentence-transformers/LaBSE") == {}
