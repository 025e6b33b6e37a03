"""Claims about which weights learn, and what is saved of them, on real transformers of a few small layers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_model, save_model
from sentence_transformers import SentenceTransformer

from polybatch.encoders.building import build_encoder
from polybatch.encoders.settings import StaticEncoder, TransformerEncoder
from polybatch.errors import ModelError
from polybatch.training.tuning import apply_tuning, finish_tuning
from polybatch.training.tuning.settings import Tuning
from polybatch.training.tuning.targets import ATTENTION
from tests.models import make_transformer

TEXTS = [f"the river rose by {number} metres, mto uliongezeka" for number in range(60)]
LORA = Tuning(method="lora", rank=2, alpha=4.0)
STATIC = StaticEncoder(vocabulary=100, dimension=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_transformer(tmp_path_factory.mktemp("bert"), TEXTS)


def load(folder: Path) -> SentenceTransformer:
    return SentenceTransformer(str(folder), device="cpu")


def train(model: SentenceTransformer, steps: int = 3) -> None:
    """Some steps of InfoNCE on the texts beside one another."""
    learning = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=0.01)
    model.train()
    for _ in range(steps):
        left, right = (model(model.preprocess(TEXTS[side:10:2]))["sentence_embedding"] for side in (0, 1))
        cosines = torch.nn.functional.normalize(left) @ torch.nn.functional.normalize(right).T
        loss = torch.nn.functional.cross_entropy(cosines / 0.05, torch.arange(len(cosines)))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    model.eval()


def weights(model: SentenceTransformer) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def changed(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}


def tuned(folder: Path, tuning: Tuning, **options: Any) -> SentenceTransformer:
    model = load(folder)
    applied = apply_tuning(model, tuning)
    train(model)
    return finish_tuning(model, tuning, applied, **options)


def test_full_tuning_lets_all_learn_that_the_model_uses(folder: Path) -> None:
    before = weights(load(folder))
    assert before.keys() - changed(before, weights(tuned(folder, Tuning()))) <= {
        name
        for name in before
        if "pooler" in name or "key.bias" in name  # of a softmax over keys
    }


def test_lora_changes_nothing_before_the_first_step_and_only_attention_after(folder: Path) -> None:
    model = load(folder)
    before, vectors = weights(model), model.encode(TEXTS)
    applied = apply_tuning(model, LORA)
    assert np.allclose(model.encode(TEXTS), vectors, atol=1e-6)
    assert {name.rpartition(".lora_")[1] for name, one in model.named_parameters() if one.requires_grad} == {".lora_"}
    train(model)
    learned = model.encode(TEXTS)
    assert not np.allclose(learned, vectors, atol=1e-3)
    finish_tuning(model, LORA, applied)
    assert np.allclose(model.encode(TEXTS), learned, atol=1e-5), "merged, it encodes as it learned to"
    assert {name.split(".")[-2] for name in changed(before, weights(model))} == {"query", "key", "value"}
    assert all(weight.requires_grad for weight in model.parameters())


def test_a_model_tuned_with_lora_is_saved_as_a_plain_folder(folder: Path, tmp_path: Path) -> None:
    model = tuned(folder, LORA)
    model.save(str(tmp_path / "model"), create_model_card=False)
    assert not list((tmp_path / "model").rglob("adapter*"))
    assert "lora" not in "".join(path.read_text() for path in (tmp_path / "model").rglob("*.json"))
    again = load(tmp_path / "model")
    assert np.allclose(again.encode(TEXTS), model.encode(TEXTS), atol=1e-6)
    assert weights(again).keys() == weights(load(folder)).keys()


def test_loras_matrices_are_kept_apart_where_that_is_asked_for(folder: Path, tmp_path: Path) -> None:
    from peft import PeftModel

    keep = LORA.model_copy(update={"keep_adapter": True, "average": 0.5})
    model = tuned(folder, keep, adapter=tmp_path / "adapter")
    other: Any = load(folder)
    PeftModel.from_pretrained(other[0].model, str(tmp_path / "adapter")).merge_and_unload()
    whole = tuned(folder, LORA)
    assert np.allclose(other.encode(TEXTS), whole.encode(TEXTS), atol=1e-5), "they are those before averaging"
    assert not np.allclose(model.encode(TEXTS), whole.encode(TEXTS), atol=1e-3)
    assert {path.name for path in (tmp_path / "adapter").iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    tuned(folder, LORA, adapter=tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("layers", "learned"), [([0, 0], {"0"}), ([1, 1], {"1"}), ([0, 1], {"0", "1"})])
def test_lora_learns_in_the_layers_that_it_is_given(folder: Path, layers: list[int], learned: set[str]) -> None:
    before = weights(load(folder))
    after = weights(tuned(folder, LORA.model_copy(update={"layers": layers})))
    assert {name.partition(".layer.")[2].partition(".")[0] for name in changed(before, after)} == learned


def test_lora_learns_beside_the_modules_that_it_is_given(folder: Path) -> None:
    before = weights(load(folder))
    after = weights(tuned(folder, LORA.model_copy(update={"targets": ["dense"]})))
    assert {name.split(".")[-2] for name in changed(before, after)} == {"dense"}
    assert not any("pooler" in name for name in changed(before, after)), "what stands in no layer is left alone"


def test_lora_finds_attention_in_a_transformer_from_nothing() -> None:
    small = TransformerEncoder(vocabulary=100, layers=2, hidden_size=16, heads=2, intermediate=16, max_tokens=16)
    model = build_encoder(small, texts=lambda: TEXTS, seed=1)
    before = weights(model)
    tuning = LORA.model_copy(update={"layers": [0, 0]})
    applied = apply_tuning(model, tuning)
    train(model)
    finish_tuning(model, tuning, applied)
    assert changed(before, weights(model)) == {"0.model.layers.0.attn.Wqkv.weight"}


def test_rank_alpha_and_dropout_are_loras(folder: Path) -> None:
    model: Any = load(folder)
    apply_tuning(model, Tuning(method="lora", rank=3, alpha=12.0, dropout=0.25))
    query = model[0].model.encoder.layer[0].attention.self.query
    assert query.lora_A["default"].weight.shape == (3, 32)
    assert query.scaling["default"] == 4
    assert query.lora_dropout["default"].p == 0.25


def test_lora_starts_alike_for_a_seed(folder: Path) -> None:
    state = torch.get_rng_state()
    starts = []
    for seed in (1, 1, 2):
        model = load(folder)
        apply_tuning(model, LORA, seed=seed)
        starts.append(weights(model))
    assert not changed(starts[0], starts[1])
    assert changed(starts[0], starts[2])
    assert torch.equal(torch.get_rng_state(), state)


def test_a_checkpoint_of_a_model_with_lora_holds_all_that_going_on_needs(folder: Path, tmp_path: Path) -> None:
    model = load(folder)
    applied = apply_tuning(model, LORA)
    train(model, steps=2)
    save_model(model, str(tmp_path / "half.safetensors"))
    other = load(folder)
    other_applied = apply_tuning(other, LORA, seed=5)
    load_model(other, str(tmp_path / "half.safetensors"))
    for one, its in ((model, applied), (other, other_applied)):
        train(one, steps=1)
        finish_tuning(one, LORA, its)
    assert not changed(weights(model), weights(other))


def test_frozen_embeddings_do_not_learn(folder: Path) -> None:
    before = weights(load(folder))
    found = changed(before, weights(tuned(folder, Tuning(freeze_embeddings=True))))
    assert "0.model.embeddings.word_embeddings.weight" not in found
    assert "0.model.embeddings.position_embeddings.weight" in found


@pytest.mark.parametrize("average", [0.25, 0.5])
def test_saved_weights_are_the_average_of_those_tuned_and_those_before(folder: Path, average: float) -> None:
    before, after = weights(load(folder)), weights(tuned(folder, Tuning()))
    found = weights(tuned(folder, Tuning(average=average)))
    for name in before:
        assert torch.allclose(found[name], average * after[name] + (1 - average) * before[name], atol=1e-6)


def test_averaging_goes_for_static_encoders_and_for_lora_too(folder: Path) -> None:
    before, after = weights(load(folder)), weights(tuned(folder, LORA))
    found = weights(tuned(folder, LORA.model_copy(update={"average": 0.5})))
    for name in before:
        assert torch.allclose(found[name], (after[name] + before[name]) / 2, atol=1e-6)
    model: Any = build_encoder(STATIC, texts=lambda: TEXTS, seed=1)
    start = model[0].embedding.weight.detach().clone()
    applied = apply_tuning(model, Tuning(average=0.5))
    with torch.no_grad():
        model[0].embedding.weight.add_(1)
    finish_tuning(model, Tuning(average=0.5), applied)
    assert torch.allclose(model[0].embedding.weight, start + 0.5)


@pytest.mark.parametrize(
    ("tuning", "message"),
    [
        (
            LORA.model_copy(update={"layers": [1, 12]}),
            r"^tuning.layers: \[1, 12\]; the model has layers 0 to 1$",
        ),
        (
            LORA.model_copy(update={"targets": ["query", "q_proj"]}),
            r"^tuning.targets: no linear module q_proj in a layer; known: query, key, value, dense$",
        ),
    ],
)
def test_a_layer_or_module_that_is_not_there_is_named_with_those_that_are(
    folder: Path, tuning: Tuning, message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        apply_tuning(load(folder), tuning)


@pytest.mark.parametrize("tuning", [LORA, Tuning(freeze_embeddings=True)])
def test_what_makes_no_sense_of_a_static_encoder_is_refused(tuning: Tuning) -> None:
    model = build_encoder(STATIC, texts=lambda: TEXTS, seed=1)
    with pytest.raises(ModelError, match="with a static encoder, which is nothing but embeddings"):
        apply_tuning(model, tuning)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"method": "prefix"}, "'full' or 'lora'"),
        ({"rank": 4, "layers": [0, 1]}, 'rank, layers: only with method = "lora"'),
        ({"method": "lora", "layers": [3, 1]}, "the first comes before the last"),
        ({"method": "lora", "layers": [1]}, "at least 2 items"),
        ({"average": 0.0}, "greater than 0"),
        ({"method": "lora", "rank": 0}, "greater than or equal to 1"),
    ],
)
def test_a_table_that_does_not_work_is_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Tuning.model_validate(table)


def test_a_table_comes_back_as_it_was_written_out() -> None:
    for tuning in (Tuning(), Tuning(average=0.5), Tuning(method="lora", layers=[0, 2])):
        assert Tuning.model_validate(tuning.model_dump(mode="json")) == tuning
    assert all(field.description for field in Tuning.model_fields.values())


def test_every_familys_attention_is_told_by_several_names() -> None:
    assert len(set(ATTENTION.values())) == len(ATTENTION)
