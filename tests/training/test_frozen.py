"""Claims about frozen lower layers: they run once per text, and the training is the same as without that."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel, XLMRobertaConfig, XLMRobertaModel

from polybatch.data.newswire import newswire_corpus
from polybatch.errors import ModelError
from polybatch.experiment.recipe import load_recipe
from polybatch.experiment.run import run_recipe, train_one
from polybatch.progress import Silent
from polybatch.records import Item, ParallelCorpus
from polybatch.sampling.plan import Batch, make_plan
from polybatch.table.aligned import AlignedTable
from polybatch.training.frozen import Halves, check_layers, cut_in_two, freeze_lower
from polybatch.training.losses import make_loss
from polybatch.training.losses.settings import LossSettings
from polybatch.training.states import LowerStates, StateStore
from polybatch.training.tokens import TokenBatches
from polybatch.training.tuning import apply_tuning
from tests.models import make_transformer
from tests.tiny import TINY
from tests.training.small import StopsAt, fit_corpus, small_recipe, token_table

WORDS = ["river", "night", "school", "market", "doctor", "harvest", "road", "water", "mto", "usiku", "shule", "soko"]
CORPUS = ParallelCorpus(
    "c",
    tuple(
        Item(
            f"c-{number}",
            f"c-{number}",
            {"en": f"{word} {number}", "sw": f"{word[::-1]} {number}"},
            {"en": " ".join(WORDS[: number % 9 + 1]) + f" {number}", "sw": f"{word * 2} {number}"},
        )
        for number, word in enumerate(WORDS * 4)
    ),
)
TEXTS = [text for item in CORPUS.items for side in (item.queries, item.passages) for text in side.values()]
SIZES: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 64}
BODIES: dict[str, Any] = {
    "bert": lambda size: BertModel(BertConfig(vocab_size=size, **SIZES)),
    "xlm-roberta": lambda size: XLMRobertaModel(
        XLMRobertaConfig(vocab_size=size, pad_token_id=0, max_position_embeddings=130, **SIZES)
    ),
}


def made(tmp_path: Path, body: str, *, dropout: float = 0.0) -> SentenceTransformer:
    """A transformer of four layers with random weights, the same each time."""
    base = make_transformer(tmp_path, TEXTS)
    model = SentenceTransformer(str(base), device="cpu")
    torch.manual_seed(3)
    whole = BODIES[body](len(model.tokenizer))
    for module in whole.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = dropout
    whole.config.attention_probs_dropout_prob = dropout
    first: Any = model[0]
    first.model = whole
    return model


def recipe(layers: int | None, **training: Any) -> Any:
    settings = {"steps": 6, "batch_size": 8, "learning_rate": 1e-3, "precision": "float32", "checkpoint_every": 0}
    return small_recipe(
        encoder={"kind": "pretrained", "model": "none"},
        training=settings | training,
        loss={"temperature": 0.1},
        tuning={"train_layers": layers} if layers else {},
    )


def learned(model: SentenceTransformer) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("layers", [1, 3, 4])
def test_loss_and_gradients_are_those_of_the_whole_model_with_the_same_layers_frozen(
    body: str, layers: int, tmp_path: Path
) -> None:
    model = made(tmp_path, body)
    freeze_lower(model, check_layers(model, layers))
    table = AlignedTable.from_corpora([CORPUS])
    tokens = TokenBatches(token_table(table, model, tmp_path / "tokens"))
    batch = make_plan(table.shape, "x-y", size=8, seed=1, length=1)[0]
    model.train()

    def loss_and_gradients(features: dict[str, Any]) -> tuple[float, dict[str, torch.Tensor]]:
        model.zero_grad()
        columns = [
            {key.removeprefix(f"{name}_"): value for key, value in features.items() if key.startswith(f"{name}_")}
            for name in ("query", "passage")
        ]
        loss = make_loss(model, LossSettings(temperature=0.1))(columns, None)
        loss.backward()
        return float(loss), {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}

    whole, gradients = loss_and_gradients(tokens.fetch(batch))
    with cut_in_two(model, 4 - layers, device="cpu") as halves:
        source = LowerStates(tokens, halves, StateStore(tmp_path / "states"), half_precision=False)
        parts, others = loss_and_gradients(source.fetch(batch))
        again, _ = loss_and_gradients(source.fetch(batch))
    assert parts == pytest.approx(whole, abs=1e-5) == again
    assert gradients.keys() == others.keys()
    assert {name.split(".layer.")[1][0] for name in others if ".layer." in name} == {
        str(number) for number in range(4 - layers, 4)
    }
    assert not any("embeddings" in name for name in others)
    for name, gradient in gradients.items():
        assert torch.allclose(gradient, others[name], atol=1e-5), name


def test_a_training_moves_only_the_last_layers_and_ends_as_one_of_the_whole_model(tmp_path: Path) -> None:
    first = made(tmp_path, "bert")
    before, plain = learned(first), copy.deepcopy(first)
    freeze_lower(plain, 3)
    ends = {}
    for name, model, how in (("cut", first, recipe(1)), ("plain", plain, recipe(None))):
        apply_tuning(model, how.tuning) if how.tuning.train_layers else None
        fitted = fit_corpus(CORPUS, model, how, tmp_path / name)
        ends[name] = (fitted.losses, learned(model))
    assert np.allclose(ends["cut"][0], ends["plain"][0], atol=1e-4)
    changed = {name for name, weight in ends["cut"][1].items() if not torch.equal(weight, before[name])}
    assert changed
    assert all(".layer.3." in name for name in changed)
    for name, weight in ends["cut"][1].items():
        assert torch.allclose(weight, ends["plain"][1][name], atol=1e-4), name


def test_each_text_goes_through_the_frozen_layers_once_in_all_trainings_that_share_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 0
    run = LowerStates._run

    def counted(self: LowerStates, texts: list[np.ndarray]) -> list[np.ndarray]:
        nonlocal rows
        rows += len(texts)
        return run(self, texts)

    monkeypatch.setattr(LowerStates, "_run", counted)
    model, how, states = made(tmp_path, "bert"), recipe(2, steps=30), StateStore(tmp_path / "states")
    apply_tuning(model, how.tuning)
    fit_corpus(CORPUS, copy.deepcopy(model), how, tmp_path / "a", states=states)
    once = rows
    assert 0 < once <= len(set(TEXTS))
    fit_corpus(CORPUS, copy.deepcopy(model), how, tmp_path / "b", states=states)
    assert rows == once
    full = StateStore(tmp_path / "full", most=0)
    kept, anew = (
        fit_corpus(CORPUS, copy.deepcopy(model), how, tmp_path / name, states=store).losses
        for name, store in (("c", states), ("d", full))
    )
    assert rows > 2 * once
    assert full.size == 0
    assert np.allclose(kept, anew, atol=1e-4), "a full store costs time alone"


def test_what_is_kept_never_exceeds_its_bound(tmp_path: Path) -> None:
    store = StateStore(tmp_path, most=10)
    store.put(b"a", b"12345")
    store.put(b"b", b"123456")
    store.put(b"c", b"12345")
    assert (store.get(b"a"), store.get(b"b"), store.get(b"c")) == (b"12345", None, b"12345")
    assert store.size == 10
    assert list(tmp_path.iterdir()) == [], "the file has no name: nothing is left behind by a process that is killed"


def test_frozen_layers_drop_nothing_out_while_the_others_do(tmp_path: Path) -> None:
    model = made(tmp_path, "bert", dropout=0.5).train()
    ids, mask = torch.arange(5, 17).reshape(2, 6), torch.ones(2, 6, dtype=torch.long)
    with cut_in_two(model, 2, device="cpu") as halves:
        model.train()

        def states(halves: Halves) -> torch.Tensor:
            found: torch.Tensor = halves.lower(input_ids=ids, attention_mask=mask).last_hidden_state
            return found

        assert torch.equal(states(halves), states(halves))
        one, other = (
            model({"input_ids": ids, "attention_mask": mask, "lower_states": states(halves)})["sentence_embedding"]
            for _ in range(2)
        )
    assert not torch.equal(one, other)


def test_16_bits_change_the_loss_by_a_hundredth_at_most(tmp_path: Path) -> None:
    model, losses = made(tmp_path, "bert"), []
    for precision in ("float32", "bfloat16"):
        how = recipe(2, precision=precision)
        tuned = copy.deepcopy(model)
        apply_tuning(tuned, how.tuning)
        losses.append(fit_corpus(CORPUS, tuned, how, tmp_path / precision).losses)
    assert np.allclose(losses[0], losses[1], rtol=0.01)


def test_a_training_of_upper_layers_that_is_stopped_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    how = recipe(2, steps=8, checkpoint_every=3)
    base = made(tmp_path, "bert", dropout=0.1)
    apply_tuning(base, how.tuning)
    whole, stopped = copy.deepcopy(base), copy.deepcopy(base)
    options: dict[str, Any] = {"strategy": "hybrid"}
    losses = fit_corpus(CORPUS, whole, how, tmp_path / "whole", **options).losses
    with pytest.raises(KeyboardInterrupt):
        fit_corpus(CORPUS, stopped, how, tmp_path / "stopped", progress=StopsAt(5), **options)
    resumed = copy.deepcopy(base)
    assert fit_corpus(CORPUS, resumed, how, tmp_path / "stopped", **options).losses == losses
    for name, weight in learned(resumed).items():
        assert torch.equal(weight, learned(whole)[name]), name


def test_the_saved_model_is_an_ordinary_folder(tmp_path: Path) -> None:
    model, how = made(tmp_path, "xlm-roberta"), recipe(1)
    names = set(model.state_dict())
    apply_tuning(model, how.tuning)
    fit_corpus(CORPUS, model, how, tmp_path / "fit")
    assert "forward" not in vars(model[0].model)
    model.save(str(tmp_path / "saved"), create_model_card=False)
    again = SentenceTransformer(str(tmp_path / "saved"), device="cpu")
    assert set(again.state_dict()) == names
    assert np.allclose(again.encode(TEXTS[:8]), model.encode(TEXTS[:8]), atol=1e-6)


def test_more_layers_than_there_are_and_other_forms_of_model_are_refused(tmp_path: Path) -> None:
    model = made(tmp_path, "bert")
    with pytest.raises(ModelError, match="5 of a model with 4 layers; 1 to 4"):
        check_layers(model, 5)
    other = copy.deepcopy(model)
    body: Any = other[0]
    body.model = DistilBertModel(DistilBertConfig(vocab_size=50, dim=32, n_layers=2, n_heads=2, hidden_dim=32))
    with pytest.raises(ModelError, match="a DistilBertModel"):
        check_layers(other, 1)


class Skipping(BertModel):  # type: ignore[no-untyped-call]
    """A transformer that adds its embeddings to what its layers give."""

    def forward(self, input_ids: Any = None, inputs_embeds: Any = None, **others: Any) -> Any:
        output: Any = super().forward(input_ids=input_ids, inputs_embeds=inputs_embeds, **others)
        output.last_hidden_state = output.last_hidden_state + self.embeddings(input_ids, inputs_embeds=inputs_embeds)
        return output


def test_a_model_whose_halves_are_not_the_whole_is_refused(tmp_path: Path) -> None:
    model: Any = made(tmp_path, "bert")
    model[0].model = Skipping(model[0].model.config)
    with (
        pytest.raises(ModelError, match="a Skipping, whose layers do not only follow one another"),
        cut_in_two(model, 2, device="cpu"),
    ):
        pass


@pytest.mark.parametrize("half_precision", [False, True])
def test_what_a_text_gives_does_not_depend_on_what_goes_with_it(half_precision: bool, tmp_path: Path) -> None:
    model = made(tmp_path, "bert")
    table = AlignedTable.from_corpora([CORPUS])
    tokens = TokenBatches(token_table(table, model, tmp_path / "tokens"))
    batch = make_plan(table.shape, "x-y", size=12, seed=1, length=1)[0]
    with cut_in_two(model, 3, device="cpu") as halves:

        def states(rows: slice) -> torch.Tensor:
            source = LowerStates(tokens, halves, StateStore(tmp_path / "states"), half_precision)
            part = Batch(
                batch.number,
                batch.kind,
                batch.languages,
                batch.rows[rows],
                batch.queries[rows],
                batch.passages[rows],
                batch.negatives[rows],
            )
            found: torch.Tensor = source.fetch(part)["passage_lower_states"]
            return found

        together = states(slice(None))
        assert together.dtype == (torch.float16 if half_precision else torch.float32)
        for row in range(len(batch)):
            alone = states(slice(row, row + 1))
            assert torch.equal(alone[0], together[row, : alone.shape[1]])
            assert not together[row, alone.shape[1] :].any(), "padding is zeros"


def test_a_system_trained_alone_is_the_one_of_a_run_whose_trainings_share_what_is_kept(tmp_path: Path) -> None:
    texts = [text for item in newswire_corpus(stories=40).items for text in item.passages.values()]
    base = make_transformer(tmp_path, texts)
    path = tmp_path / "r.toml"
    tables = f'[encoder]\nkind = "pretrained"\nmodel = "{base}"\n\n[tuning]\ntrain_layers = 1\n\n'
    rest = TINY.replace("[encoder]\nvocabulary = 600\ndimension = 16\n\n", tables)
    rest = rest.replace("seeds = [1, 2]", "seeds = [1]")
    path.write_text(rest.replace("240", "40").replace("batch_size = 16", "batch_size = 4"), encoding="utf-8")
    options: dict[str, Any] = {"data": None, "command": "", "progress": Silent()}
    run_recipe(load_recipe(path), out=tmp_path / "run", **options)
    train_one(load_recipe(path), "hybrid", seed=1, out=tmp_path / "alone", **options)
    folders = (tmp_path / "run/systems/hybrid-seed1/model", tmp_path / "alone")
    of_run, alone = (folder / "model.safetensors" for folder in folders)
    assert of_run.read_bytes() == alone.read_bytes()
    assert of_run.read_bytes() != (base / "model.safetensors").read_bytes()
