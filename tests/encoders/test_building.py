"""Claims about the encoder that an `[encoder]` table asks for."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

from polybatch.encoders.building import build_encoder
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.settings import PretrainedEncoder, StaticEncoder, TransformerEncoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import ModelError, RecipeError
from polybatch.progress import Silent
from tests.models import make_transformer

TEXTS = [f"the river rose by {number} metres, mto uliongezeka, नदी बढ्यो" for number in range(60)]
SMALL = TransformerEncoder(vocabulary=200, layers=2, hidden_size=32, heads=2, intermediate=32, max_tokens=16)
WORDS = ["the river", "mto", "नदी बढ्यो"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_transformer(tmp_path_factory.mktemp("bert"), TEXTS)


@pytest.fixture(scope="module")
def plain(folder: Path) -> Path:
    """The same transformer as transformers saves it, without pooling and prompts."""
    return folder.parent / "base"


def pretrained(folder: Path, **options: object) -> SentenceTransformer:
    return build_encoder(PretrainedEncoder.model_validate({"model": str(folder)} | options), texts=None, seed=1)


def saved(model: SentenceTransformer, folder: Path) -> SentenceTransformer:
    model.save(str(folder), create_model_card=False)
    return SentenceTransformer(str(folder), device="cpu")


def test_static_is_the_static_encoder_over_the_same_tokenizer() -> None:
    settings = StaticEncoder(vocabulary=200, dimension=8)
    tokenizer = train_tokenizer(TEXTS, vocabulary=200)
    expected = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=3).encode(WORDS)
    assert np.array_equal(build_encoder(settings, texts=lambda: TEXTS, seed=3).encode(WORDS), expected)
    assert np.array_equal(build_encoder(settings, texts=None, seed=3, tokenizer=tokenizer).encode(WORDS), expected)


def test_what_starts_from_nothing_needs_texts() -> None:
    with pytest.raises(RecipeError, match="encoder: kind transformer without texts"):
        build_encoder(SMALL, texts=None, seed=1)


def test_a_transformer_from_nothing_is_the_same_for_a_seed() -> None:
    state = torch.get_rng_state()
    one, same, other = (build_encoder(SMALL, texts=lambda: TEXTS, seed=seed).encode(WORDS) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
    assert torch.equal(torch.get_rng_state(), state), "global randomness is left as it was"


def test_a_transformer_from_nothing_is_a_plain_folder(tmp_path: Path) -> None:
    model = build_encoder(SMALL, texts=lambda: TEXTS, seed=1)
    again = saved(model, tmp_path / "model")
    assert np.allclose(again.encode(WORDS), model.encode(WORDS), atol=1e-6)
    assert again.max_seq_length == 16
    written = "".join(path.read_text() for path in (tmp_path / "model").rglob("*.json"))
    assert "polybatch" not in written, "no trace of the folder that it was made in, nor of code of ours"


def test_a_transformer_keeps_the_subwords_of_its_tokenizer_and_marks_start_end_and_padding() -> None:
    tokenizer = train_tokenizer(TEXTS, vocabulary=200)
    model: Any = build_encoder(SMALL, texts=None, seed=1, tokenizer=tokenizer)
    marked = model.tokenizer
    ids = tokenizer.encode("the river").ids
    assert marked("the river")["input_ids"] == [marked.cls_token_id, *ids, marked.sep_token_id]
    rows = marked(["the river", "the"], padding=True)["input_ids"]
    assert rows[1][-1] == marked.pad_token_id
    assert len({marked.pad_token_id, marked.cls_token_id, marked.sep_token_id, marked.unk_token_id}) == 4
    assert model[0].model.config.vocab_size == tokenizer.get_vocab_size() + 3
    assert tokenizer.get_vocab_size() == train_tokenizer(TEXTS, vocabulary=200).get_vocab_size(), "not changed"


@pytest.mark.parametrize("pooling", ["mean", "cls", "max", "lasttoken"])
def test_a_transformer_pools_as_it_is_told(pooling: str) -> None:
    model = build_encoder(SMALL.model_copy(update={"pooling": pooling}), texts=lambda: TEXTS, seed=1)
    tokens = model.encode("the river rose", output_value="token_embeddings")
    one = {"mean": tokens.mean(0), "cls": tokens[0], "max": tokens.max(0).values, "lasttoken": tokens[-1]}[pooling]
    assert np.allclose(model.encode("the river rose"), one.numpy(), atol=1e-6)


def test_dropout_is_of_training_alone() -> None:
    model = build_encoder(SMALL.model_copy(update={"dropout": 0.5}), texts=lambda: TEXTS, seed=1)
    assert np.array_equal(model.encode(WORDS), model.encode(WORDS))
    model.train()
    features = model.preprocess(WORDS)
    assert not torch.equal(*(model(dict(features))["sentence_embedding"] for _ in range(2)))


def test_a_transformer_from_nothing_learns_translations() -> None:
    """InfoNCE on a few pairs: from far off to all found, in some seconds."""
    pairs = [(f"word{number} river", f"neno{number} mto") for number in range(16)]
    texts = [text for pair in pairs for text in pair]
    model = build_encoder(SMALL.model_copy(update={"dropout": 0.0}), texts=lambda: texts * 20, seed=1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    sides = [model.preprocess([pair[side] for pair in pairs]) for side in (0, 1)]
    model.train()
    losses = []
    for _ in range(30):
        left, right = (torch.nn.functional.normalize(model(dict(side))["sentence_embedding"]) for side in sides)
        loss = torch.nn.functional.cross_entropy(left @ right.T / 0.05, torch.arange(len(pairs)))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 < 1 < losses[0]


def test_prefixes_are_stored_so_that_any_loader_applies_them(folder: Path, tmp_path: Path) -> None:
    model = pretrained(folder, query_prefix="Query: ", passage_prefix="Passage: ")
    again = saved(model, tmp_path / "model")
    assert np.allclose(again.encode_query("mto"), again.encode("Query: mto", prompt=""), atol=1e-6)
    assert np.allclose(again.encode_document("mto"), again.encode("Passage: mto", prompt=""), atol=1e-6)
    assert again.prompts["passage"] == "Passage: "
    judged = load_encoder(str(tmp_path / "model"))
    assert np.allclose(judged.encode_queries(["mto"], Silent()), model.encode_query(["mto"]), atol=1e-6)


def test_a_plain_transformer_gets_what_its_family_has(plain: Path, tmp_path: Path) -> None:
    e5, labse, nameless = (
        shutil.copytree(plain, tmp_path / name) for name in ("multilingual-e5-small", "LaBSE", "nameless")
    )
    assert pretrained(e5).prompts == {"query": "query: ", "document": "passage: ", "passage": "passage: "}
    assert [pretrained(one)[1].pooling_mode for one in (e5, labse, nameless)] == ["mean", "cls", "mean"]
    assert set(pretrained(labse).prompts.values()) == {""}
    without = pretrained(e5, query_prefix="", passage_prefix="")
    assert set(without.prompts.values()) == {""}, "the family's prefixes can be overridden with none"
    without.save(str(tmp_path / "multilingual-e5-tuned"), create_model_card=False)
    again = pretrained(tmp_path / "multilingual-e5-tuned")
    assert set(again.prompts.values()) == {""}, "what a model was saved with stands above its family"


def test_a_models_own_pooling_and_prompts_stand_above_its_familys(tmp_path: Path) -> None:
    made = make_transformer(tmp_path / "made", TEXTS, prompts={"query": "find: ", "document": "text: "})
    labse = shutil.copytree(made, tmp_path / "LaBSE")
    model: Any = pretrained(labse)
    assert (model[1].pooling_mode, model.prompts["query"], model.prompts["passage"]) == ("mean", "find: ", "text: ")
    assert pretrained(labse, pooling="cls")[1].pooling_mode == "cls"


def test_pooling_cannot_be_set_where_there_is_none(tmp_path: Path) -> None:
    static_encoder(train_tokenizer(TEXTS, vocabulary=200), dimension=8, deviation=0.1, seed=1).save(str(tmp_path / "s"))
    assert pretrained(tmp_path / "s").get_embedding_dimension() == 8
    with pytest.raises(ModelError, match=r"encoder.pooling: no pooling to set in a model of StaticEmbedding"):
        pretrained(tmp_path / "s", pooling="cls")


def test_queries_and_passages_are_cut_at_their_own_lengths(folder: Path, tmp_path: Path) -> None:
    again = saved(pretrained(folder, query_tokens=8, passage_tokens=16), tmp_path / "model")
    text = "the river rose " * 40
    sizes = [again.preprocess([text], task=task)["input_ids"].shape[1] for task in ("query", "document", None)]
    assert sizes == [8, 16, 16]


def test_lengths_that_the_model_cannot_take_are_refused_all_at_once(folder: Path) -> None:
    with pytest.raises(ModelError) as caught:
        pretrained(folder, query_tokens=600, passage_tokens=700)
    assert str(caught.value).splitlines() == [
        f"encoder.query_tokens: 600 tokens; {folder} takes 512 at most",
        f"encoder.passage_tokens: 700 tokens; {folder} takes 512 at most",
    ]


def test_lengths_that_are_left_out_are_no_more_than_the_model_takes(tmp_path: Path) -> None:
    make_transformer(tmp_path, TEXTS)
    config = BertConfig.from_pretrained(tmp_path / "model", max_position_embeddings=50)
    BertModel(config).save_pretrained(tmp_path / "model")
    model = pretrained(tmp_path / "model")
    body: Any = model[0]
    assert (body.query_length, body.document_length) == (50, 50)
    assert model.encode_document(["river " * 300]).shape == (1, 32)


def test_positions_of_robertas_kind_are_counted_from_behind_the_padding(tmp_path: Path) -> None:
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=train_tokenizer(TEXTS, vocabulary=200), unk_token="<unk>", pad_token="<unk>"
    )
    tokenizer.save_pretrained(tmp_path)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=18,
        pad_token_id=1,
    )
    XLMRobertaModel(config).save_pretrained(tmp_path)
    model = pretrained(tmp_path, query_tokens=16, passage_tokens=16)
    assert np.isfinite(model.encode("the river rose " * 40)).all(), "16 of 18 positions are there for tokens"
    with pytest.raises(ModelError, match="takes 16 at most"):
        pretrained(tmp_path, query_tokens=16, passage_tokens=17)
    assert load_encoder(str(tmp_path)).model.max_seq_length == 16


def test_vectors_have_length_one_where_that_is_asked_for(folder: Path, tmp_path: Path) -> None:
    unit = saved(pretrained(folder, unit_length=True), tmp_path / "unit")
    assert np.allclose(np.linalg.norm(unit.encode(WORDS), axis=1), 1)
    assert len(pretrained(tmp_path / "unit")) == len(pretrained(tmp_path / "unit", unit_length=True)) == 3
    plain = pretrained(tmp_path / "unit", unit_length=False)
    assert np.allclose(plain.encode(WORDS), pretrained(folder).encode(WORDS), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_weights_are_held_in_the_type_that_is_asked_for(folder: Path, dtype: str) -> None:
    model = pretrained(folder, dtype=dtype)
    assert {weight.dtype for weight in model.parameters()} == {getattr(torch, dtype)}


def test_a_revision_of_a_folder_does_no_harm(folder: Path) -> None:
    assert pretrained(folder, revision="main").get_embedding_dimension() == 32
