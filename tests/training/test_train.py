"""Claims about training one encoder."""

from pathlib import Path

import pytest
import torch

from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import ModelError
from polybatch.progress import Silent
from polybatch.sampling.plan import make_plan
from polybatch.sampling.table import AlignedTable
from polybatch.training.recipe import Batches, Training
from polybatch.training.tokens import TokenBatches, TokenTable
from polybatch.training.train import fit, read_record


@pytest.mark.parametrize("symmetric", [False, True])
def test_the_first_step_is_the_gradient_of_equation_one(make_corpus, symmetric: bool) -> None:  # type: ignore[no-untyped-def]
    corpus = make_corpus("c", ["en", "sw"], 12)
    texts = [text for item in corpus.items for side in (item.queries, item.passages) for text in side.values()]
    tokenizer = train_tokenizer(texts * 5, vocabulary=60)
    tokens = TokenTable(AlignedTable.from_corpora([corpus]), tokenizer, Silent())
    settings = Training(
        steps=1,
        batch_size=6,
        temperature=0.2,
        token_dropout=0,
        symmetric=symmetric,
        warmup=0,
        weight_decay=0,
        clip=0,
        learning_rate=0.01,
    )
    model = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=1)
    (weight,) = model.parameters()
    before = weight.detach().double().clone()
    mix = fit(model, tokens, settings, Batches(), strategy="x-y", seed=1, progress=Silent(), title="one step")
    assert (mix["kinds"], mix["rows"]) == ({"cross-lingual": 1}, 6)
    moved = weight.detach().double() - before

    # eq. 1 by hand, in float64; Adam's first step is the learning rate against the sign of the gradient
    weights = before.clone().requires_grad_(True)
    features = TokenBatches(tokens).fetch(make_plan(tokens.shape, "x-y", size=6, seed=1)[0])
    query, passage = (
        torch.nn.functional.normalize(
            torch.nn.functional.embedding_bag(features[f"{column}_input_ids"], weights, features[f"{column}_offsets"])
        )
        for column in ("query", "passage")
    )
    scores = query @ passage.T / settings.temperature
    loss = -(scores.diag() - scores.logsumexp(dim=1)).mean()
    if symmetric:
        loss = (loss - (scores.diag() - scores.logsumexp(dim=0)).mean()) / 2
    loss.backward()  # type: ignore[no-untyped-call]
    gradient = weights.grad
    assert gradient is not None
    clear = gradient.abs() > 1e-4
    assert clear.sum() > 50
    assert torch.equal(torch.sign(moved[clear]), -torch.sign(gradient[clear]))
    assert torch.allclose(moved[clear].abs(), torch.tensor(0.01, dtype=torch.float64), rtol=1e-2)


def test_a_loss_that_is_no_number_stops_the_training_and_says_so(make_corpus) -> None:  # type: ignore[no-untyped-def]
    corpus = make_corpus("c", ["en", "sw"], 12)
    tokenizer = train_tokenizer([item.queries["en"] for item in corpus.items] * 5, vocabulary=60)
    model = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=1)
    with torch.no_grad():
        next(iter(model.parameters())).fill_(float("nan"))
    tokens = TokenTable(AlignedTable.from_corpora([corpus]), tokenizer, Silent())
    settings = Training(steps=50, batch_size=6)
    with pytest.raises(ModelError, match="training x-y, step 50: the loss is not a number"):
        fit(model, tokens, settings, Batches(), strategy="x-y", seed=1, progress=Silent(), title="training x-y")


def test_a_model_of_someone_else_has_no_record(tmp_path: Path) -> None:
    assert read_record(tmp_path) == {}
    (tmp_path / "polybatch.json").write_text("[1]")
    assert read_record(tmp_path) == {}
    assert read_record("sentence-transformers/LaBSE") == {}
