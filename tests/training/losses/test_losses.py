"""Claims about losses: each is its formula, in value and in gradient, on small real models in float64."""

from collections.abc import Callable
from math import exp, log
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch import Tensor

from polybatch.errors import RecipeError
from polybatch.training.losses import LOSSES, LossSettings, make_loss
from polybatch.training.losses.erasure import correlation
from polybatch.training.losses.making import SYMMETRIC
from tests.training.losses.batches import SIZE, columns_of, make_models, unit_vectors, value_and_gradient

TEMPERATURE = 0.2


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SentenceTransformer]:
    return make_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(params=["static", "lexical", "transformer"])
def model(request: pytest.FixtureRequest, models: dict[str, SentenceTransformer]) -> SentenceTransformer:
    return models[request.param].train()


def info_nce(queries: Tensor, passages: list[Tensor], temperature: float = TEMPERATURE) -> Tensor:
    """-1/n sum_i log( e^s(i, i) / sum_j e^s(i, j) ), written out."""
    every = torch.cat(passages)
    total = torch.zeros((), dtype=torch.float64)
    for i, query in enumerate(queries):
        scores = torch.stack([(query @ passage) / temperature for passage in every])
        total = total - torch.log(torch.exp(scores[i]) / torch.exp(scores).sum())
    return total / len(queries)


def divergence(left: Tensor, right: Tensor) -> Tensor:
    """1/n sum_i KL(left_i || right_i) of rows of probabilities."""
    return (left * torch.log(left / right)).sum() / len(left)


def symmetric(queries: Tensor, passages: list[Tensor]) -> Tensor:
    return (info_nce(queries, passages) + info_nce(passages[0], [queries])) / 2


def clear(sides: list[Tensor], columns: list[dict[str, Any]]) -> Tensor:
    queries, *passages, translations = sides
    there = torch.softmax(queries @ passages[0].T / TEMPERATURE, dim=1)
    back = torch.softmax(passages[0] @ translations.T / TEMPERATURE, dim=1)
    reverse = info_nce(passages[0], [translations])
    return 0.4 * info_nce(queries, passages) + 0.4 * reverse + 0.2 * divergence(back, there)


def lakda(sides: list[Tensor], columns: list[dict[str, Any]]) -> Tensor:
    queries, *passages, translations = sides
    every = torch.cat(passages)
    alike = divergence(torch.softmax(translations @ every.T, dim=1), torch.softmax(queries @ every.T, dim=1))
    return 0.5 * symmetric(queries, passages) + 0.5 * alike


def distillation(sides: list[Tensor], columns: list[dict[str, Any]]) -> Tensor:
    away = torch.zeros((), dtype=torch.float64)
    for side, column in zip(sides[:2], columns[:2], strict=True):
        for vector, teacher in zip(side, column["teacher"].double(), strict=True):
            away = away + (1 - vector @ teacher / teacher.norm()) / (2 * SIZE)
    return 0.2 * symmetric(sides[0], sides[1:]) + 0.8 * away


def listwise(sides: list[Tensor], columns: list[dict[str, Any]]) -> Tensor:
    teachers = [column["teacher"].double() for column in columns[:2]]
    queries, passages = (one / one.norm(dim=1, keepdim=True) for one in teachers)
    alike = torch.zeros((), dtype=torch.float64)
    for wanted, scores in (
        (queries @ passages.T / 0.3, sides[0] @ sides[1].T / TEMPERATURE),
        (passages @ queries.T / 0.3, sides[1] @ sides[0].T / TEMPERATURE),
    ):
        target = torch.softmax(wanted, dim=1)
        alike = alike + divergence(target, torch.softmax(scores, dim=1)) - (target * torch.log(target)).sum() / SIZE
    return 0.5 * symmetric(sides[0], sides[1:]) + 0.5 * alike / 2


def erasure(sides: list[Tensor], columns: list[dict[str, Any]]) -> Tensor:
    texts, languages = torch.cat(sides), torch.cat([column["language"] for column in columns])
    squares = [
        torch.corrcoef(torch.stack([component, (languages == one).double()]))[0, 1] ** 2
        for component in texts.T
        for one in set(languages.tolist())
    ]
    return 0.5 * symmetric(sides[0], sides[1:]) + 0.5 * torch.stack(squares).mean()


FORMULAS: dict[str, tuple[dict[str, Any], Callable[[list[Tensor], list[dict[str, Any]]], Tensor]]] = {
    "info-nce": ({"temperature": TEMPERATURE}, lambda sides, columns: symmetric(sides[0], sides[1:])),
    "equation-1": ({}, lambda sides, columns: info_nce(sides[0], sides[1:], temperature=1.0)),
    "clear": ({"temperature": TEMPERATURE}, clear),
    "lakda": ({"temperature": TEMPERATURE}, lakda),
    "distillation": ({"temperature": TEMPERATURE, "teacher": "drawn"}, distillation),
    "listwise-distillation": (
        {"temperature": TEMPERATURE, "teacher": "drawn", "teacher_temperature": 0.3},
        listwise,
    ),
    "erasure": ({"temperature": TEMPERATURE}, erasure),
}

WITH_A_TERM = [name for name, loss in LOSSES.items() if loss.term]


@pytest.mark.parametrize("negatives", [0, 1])
@pytest.mark.parametrize("name", FORMULAS)
def test_a_loss_is_its_formula_in_value_and_gradient(name: str, negatives: int, model: SentenceTransformer) -> None:
    options, formula = FORMULAS[name]
    settings = LossSettings(name=name, **options)
    columns = columns_of(model, settings, negatives=negatives)
    assert len(columns) == 2 + negatives + (settings.needs == "translations")
    found, gradient = value_and_gradient(model, make_loss(model, settings)(columns, None))
    expected, by_hand = value_and_gradient(model, formula(unit_vectors(model, columns), columns))
    assert found == pytest.approx(expected, rel=1e-9)
    assert by_hand.abs().max() > 1e-3
    torch.testing.assert_close(gradient, by_hand, rtol=1e-7, atol=1e-10)


def test_every_loss_has_a_formula_under_test() -> None:
    assert FORMULAS.keys() | {"cached-info-nce"} == LOSSES.keys()


def options_of(name: str, **others: Any) -> LossSettings:
    """A loss as its formula is tested, with the options of `others` that it takes."""
    given = FORMULAS[name][0] if name in FORMULAS else {}
    return LossSettings(
        name=name, **given | {key: value for key, value in others.items() if key in LOSSES[name].options}
    )


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("temperature", [1e-4, 1e4])
def test_a_loss_and_its_gradient_are_finite_at_any_temperature(
    name: str, temperature: float, models: dict[str, SentenceTransformer]
) -> None:
    model = models["transformer"].train()
    settings = options_of(name, temperature=temperature)
    columns = columns_of(model, settings, negatives=1)
    value, gradient = value_and_gradient(model, make_loss(model, settings)(columns, None))
    assert np.isfinite(value)
    assert value >= 0
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("name", LOSSES)
def test_the_order_of_the_rows_changes_no_loss(name: str, models: dict[str, SentenceTransformer]) -> None:
    model = models["transformer"].eval()
    settings = options_of(name)
    columns = columns_of(model, settings, negatives=1)
    order = torch.randperm(SIZE, generator=torch.Generator().manual_seed(1))
    turned = [
        {key: value[order] if isinstance(value, Tensor) else value for key, value in column.items()}
        for column in columns
    ]
    loss = make_loss(model, settings)
    assert any(not torch.equal(column["input_ids"], columns[side]["input_ids"]) for side, column in enumerate(turned))
    expected = value_and_gradient(model, loss([dict(column) for column in columns], None))
    value, gradient = value_and_gradient(model, loss(turned, None))
    assert value == pytest.approx(expected[0], rel=1e-9)
    torch.testing.assert_close(gradient, expected[1], rtol=1e-7, atol=1e-10)


def test_each_option_of_each_loss_is_documented_and_no_option_is_without_a_loss() -> None:
    documented = {name: field.description for name, field in LossSettings.model_fields.items()}
    assert all(documented.values())
    assert {option for loss in LOSSES.values() for option in loss.options} == documented.keys() - {"name"}
    for loss in LOSSES.values():
        assert f"{loss.name}: {loss.asks}" in str(documented["name"])
        assert ("weight" in loss.options) == (loss.weight > 0) == (loss.term is not None)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("negatives", [0, 1])
@pytest.mark.parametrize("name", ["static", "lexical", "transformer"])
def test_info_nce_is_that_of_sentence_transformers(name: str, negatives: int, both: bool, models: Any) -> None:
    model = models[name].train()
    columns = columns_of(model, LossSettings(), negatives=negatives)
    options: Any = SYMMETRIC if both else {}
    theirs = MultipleNegativesRankingLoss(model, scale=1 / TEMPERATURE, **options)
    expected = value_and_gradient(model, theirs([dict(one) for one in columns], None))
    ours = make_loss(model, LossSettings(temperature=TEMPERATURE, symmetric=both))
    found = value_and_gradient(model, ours(columns, None))
    assert found[0] == pytest.approx(expected[0], rel=1e-12)
    assert expected[1].abs().max() > 1e-3
    torch.testing.assert_close(found[1], expected[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("both", [False, True])
def test_the_cached_loss_gives_the_numbers_of_the_plain_one(models: dict[str, SentenceTransformer], both: bool) -> None:
    model = models["transformer"].train()
    columns = columns_of(model, LossSettings(), negatives=1)
    plain = make_loss(model, LossSettings(symmetric=both))
    cached = make_loss(model, LossSettings(name="cached-info-nce", symmetric=both, mini_batch=2))
    found = value_and_gradient(model, cached([dict(one) for one in columns], None))
    expected = value_and_gradient(model, plain([dict(one) for one in columns], None))
    assert found[0] == pytest.approx(expected[0], rel=1e-9)
    torch.testing.assert_close(found[1], expected[1], rtol=1e-7, atol=1e-10)


def test_a_static_encoder_has_no_cached_loss(models: dict[str, SentenceTransformer]) -> None:
    with pytest.raises(RecipeError, match="cached-info-nce is for transformers only; info-nce does the same"):
        make_loss(models["static"], LossSettings(name="cached-info-nce"))


def test_equation_one_cannot_fall_below_its_bound(models: dict[str, SentenceTransformer]) -> None:
    # each query at its passage and opposite to the other one: as good as cosines allow
    sides = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    loss: Any = make_loss(models["static"], LossSettings(name="equation-1"))
    assert float(loss.compute_loss_from_embeddings([sides, sides], None)) == pytest.approx(log(1 + 1 / exp(2)))


def test_a_batch_in_one_language_has_no_language_to_erase(models: dict[str, SentenceTransformer]) -> None:
    model = models["static"].train()
    settings = LossSettings(name="erasure", temperature=TEMPERATURE)
    columns = columns_of(model, settings, strategy="x-x-mono")
    assert len(set(torch.cat([column["language"] for column in columns]).tolist())) == 1
    sides = unit_vectors(model, columns)
    found, gradient = value_and_gradient(model, make_loss(model, settings)(columns, None))
    assert found == pytest.approx(0.5 * symmetric(sides[0], sides[1:]).item())
    assert torch.isfinite(gradient).all()


def test_correlation_is_one_where_a_component_is_the_language_and_nought_where_none_is() -> None:
    languages = torch.tensor([0, 0, 1, 1])
    told = torch.tensor([[1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, 1.0]])
    same = torch.tensor([[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]])
    assert float(correlation(told, languages)) == pytest.approx(1)
    assert float(correlation(same, languages)) == 0
    assert float(correlation(torch.ones(4, 2), languages)) == 0


@pytest.mark.parametrize("name", WITH_A_TERM)
def test_steps_down_the_gradient_lower_both_terms(name: str, models: dict[str, SentenceTransformer]) -> None:
    model = models["static"].train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    options, _ = FORMULAS[name]
    settings = LossSettings(name=name, **options | {"weight": 0.5})
    columns = columns_of(model, settings)
    loss: Any = make_loss(model, settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    seen: list[tuple[float, float]] = []
    for _ in range(30):
        optimizer.zero_grad()
        value = loss([dict(one) for one in columns], None)
        value.backward()
        vectors, _ = loss.embed([dict(one) for one in columns])
        contrast = float(loss.info_nce(vectors[:2]).detach())
        seen.append((contrast, float(value.detach()) - 0.5 * contrast))
        optimizer.step()
    model.load_state_dict(before)
    assert np.all(np.array(seen[-1]) < np.array(seen[0]))


@pytest.mark.parametrize("name", WITH_A_TERM)
def test_rows_without_what_a_loss_needs_are_refused_in_training_and_have_info_nce_in_evaluation(
    name: str, models: dict[str, SentenceTransformer]
) -> None:
    model = models["static"]
    options, _ = FORMULAS[name]
    loss = make_loss(model, LossSettings(name=name, **options))
    columns = columns_of(model, LossSettings())
    model.train()
    with pytest.raises(RecipeError, match=rf"{name} got rows without \w+; take the batches from loss_inputs"):
        loss(columns, None)
    model.eval()
    settings = LossSettings(temperature=TEMPERATURE, symmetric=name != "clear")
    assert loss(columns, None).item() == pytest.approx(make_loss(model, settings)(columns, None).item())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "equation-1", "temperature": 0.1}, "equation-1 has no option temperature; it takes none"),
        ({"name": "clear", "symmetric": True}, "clear has no option symmetric; it takes temperature, weight"),
        ({"mini_batch": 8}, "info-nce has no option mini_batch"),
        ({"name": "distillation"}, "distillation needs a teacher"),
        ({"name": "listwise-distillation"}, "listwise-distillation needs a teacher"),
        ({"name": "distillation", "teacher": "m", "teacher_reads": "queries"}, "no option teacher_reads"),
        ({"name": "clear", "weight": 0.9}, "weight and divergence of clear come to more than 1"),
        ({"name": "contrast"}, "Input should be 'info-nce'"),
        ({"temperature": 0.0}, "greater than 0"),
        ({"temperature": float("nan")}, "greater than 0|finite"),
        ({"weigth": 0.5}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_mean_nothing_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LossSettings(**given)
