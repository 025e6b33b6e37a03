"""Claims about reading the files of each family of pretrained encoders, on a small model of that form."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertModel,
    Gemma3TextConfig,
    Gemma3TextModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3Model,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from polybatch.encoders.building import build_encoder
from polybatch.encoders.settings import PretrainedEncoder
from polybatch.encoders.static import train_tokenizer
from polybatch.records import Item, ParallelCorpus
from polybatch.sampling.plan import make_plan
from polybatch.table.aligned import AlignedTable
from polybatch.training.tokens import TokenBatches
from tests.training.small import fit_corpus, small_recipe, token_table

WORDS = ["river", "night", "school", "market", "doctor", "harvest", "road", "water"]
CORPUS = ParallelCorpus(
    "c",
    tuple(
        Item(f"c-{number}", f"c-{number}", {"en": f"{word} one"}, {"en": " ".join(WORDS[: number + 1])})
        for number, word in enumerate(WORDS)
    ),
)
TEXTS = [text for item in CORPUS.items for side in (item.queries, item.passages) for text in side.values()]
SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
GROUPED = SIZES | {"num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 64}


@dataclass(frozen=True)
class Form:
    """How a family's model is made: its body, its pooling, the modules after it, its prompts; what it is saved as."""

    body: Any
    pooling: str
    after: Sequence[Any] = ()
    prompts: dict[str, str] = field(default_factory=dict)
    name: str = "model"
    plain: bool = False
    """As transformers saves it: no pooling and no prompts, which the family then gives."""


QWEN = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
GEMMA = {"query": "task: search result | query: ", "document": "title: none | text: "}


def bert(size: int, padding: int) -> Any:
    return BertModel(BertConfig(vocab_size=size, pad_token_id=padding, **SIZES))


def roberta(size: int, padding: int) -> Any:
    return XLMRobertaModel(
        XLMRobertaConfig(vocab_size=size, pad_token_id=padding, max_position_embeddings=padding + 65, **SIZES)
    )


def qwen(size: int, padding: int) -> Any:
    return Qwen3Model(Qwen3Config(vocab_size=size, pad_token_id=padding, **GROUPED))


def gemma(size: int, padding: int) -> Any:
    config = Gemma3TextConfig(vocab_size=size, pad_token_id=padding, use_bidirectional_attention=True, **GROUPED)
    return Gemma3TextModel(config)


FORMS = {
    "XLM-R": Form(roberta, "mean", name="xlm-roberta-base", plain=True),
    "LaBSE": Form(bert, "cls", (lambda: Dense(32, 32, activation_function=torch.nn.Tanh()), Normalize)),
    "multilingual E5": Form(roberta, "mean", (Normalize,), {"query": "query: ", "passage": "passage: "}),
    "multilingual E5, plain": Form(
        roberta, "mean", (), {"query": "query: ", "document": "passage: "}, "multilingual-e5-base", plain=True
    ),
    "bge-m3": Form(roberta, "cls", (Normalize,)),
    "EmbeddingGemma": Form(gemma, "mean", (lambda: Dense(32, 64), lambda: Dense(64, 32), Normalize), GEMMA),
    "Qwen3-Embedding": Form(qwen, "lasttoken", (Normalize,), {"query": QWEN, "document": ""}),
    "Qwen3-Embedding, plain": Form(qwen, "lasttoken", (), {"query": QWEN}, "Qwen3-Embedding-0.6B", plain=True),
}


def write(folder: Path, form: Form) -> Path:
    """The model of a form with random weights, saved as its family is."""
    base = train_tokenizer(TEXTS * 20, vocabulary=80)
    base.add_special_tokens(["<pad>", "<s>", "</s>"])
    ids = {token: base.token_to_id(token) for token in ("<s>", "</s>")}
    pattern = "$A </s>" if form.pooling == "lasttoken" else "<s> $A </s>"
    base.post_processor = TemplateProcessing(
        single=pattern, special_tokens=[(token, id) for token, id in ids.items() if token in pattern]
    )
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=base, unk_token="<unk>", pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    torch.manual_seed(1)
    where = folder / form.name
    target = where if form.plain else folder / "base"
    body = form.body(len(tokenizer), tokenizer.pad_token_id)
    body.save_pretrained(target)
    tokenizer.save_pretrained(target)
    if not form.plain:
        modules = [Transformer(str(target)), Pooling(32, form.pooling), *(make() for make in form.after)]
        SentenceTransformer(modules=modules, prompts=form.prompts).save(str(where))
    return where


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    return FORMS[request.param]


@pytest.fixture
def model(form: Form, tmp_path: Path) -> SentenceTransformer:
    settings = PretrainedEncoder(model=str(write(tmp_path, form)), query_tokens=48, passage_tokens=48)
    return build_encoder(settings, texts=None, seed=1)


def test_prompts_pooling_and_the_modules_after_it_are_read(form: Form, model: SentenceTransformer) -> None:
    assert (model.prompts["query"] or "") == form.prompts.get("query", "")
    assert (model.prompts["document"] or "") == form.prompts.get("document", form.prompts.get("passage", ""))
    pooling: Any = model[1]
    assert pooling.pooling_mode in (form.pooling, (form.pooling,), [form.pooling])
    assert [type(module).__name__ for module in list(model)[2:]] == [type(make()).__name__ for make in form.after]


def test_tokens_of_training_give_the_vectors_of_encoding(model: SentenceTransformer, tmp_path: Path) -> None:
    table = AlignedTable.from_corpora([CORPUS])
    batch = make_plan(table.shape, "en-en", size=6, seed=1, length=1)[0]
    features = TokenBatches(token_table(table, model, tmp_path / "tokens")).fetch(batch)
    rows = table.fetch(batch)
    for side, encode in (("query", model.encode_query), ("passage", model.encode_document)):
        column = {key.removeprefix(f"{side}_"): value for key, value in features.items() if key.startswith(f"{side}_")}
        with torch.no_grad():
            vectors = model.eval()(column)["sentence_embedding"].numpy()
        expected = encode([row[side] for row in rows], show_progress_bar=False)
        assert np.allclose(vectors, expected, atol=1e-5), side


def test_a_training_changes_what_the_model_gives_and_saves_it_as_it_was(
    form: Form, model: SentenceTransformer, tmp_path: Path
) -> None:
    before = model.encode_document(TEXTS, show_progress_bar=False)
    recipe = small_recipe(
        encoder={"kind": "pretrained", "model": "none", "query_tokens": 48, "passage_tokens": 48},
        training={"steps": 3, "batch_size": 4, "learning_rate": 1e-3, "precision": "float32"},
    )
    fit_corpus(CORPUS, model, recipe, tmp_path / "fit", strategy="en-en")
    after = model.encode_document(TEXTS, show_progress_bar=False)
    assert not np.allclose(before, after, atol=1e-4)
    model.save(str(tmp_path / "saved"), create_model_card=False)
    again = SentenceTransformer(str(tmp_path / "saved"), device="cpu")
    assert np.allclose(again.encode_document(TEXTS, show_progress_bar=False), after, atol=1e-5)
    assert again.prompts["query"] == form.prompts.get("query", "")


def test_a_padding_token_that_the_configuration_does_not_name_moves_no_positions_of_a_saved_model(
    tmp_path: Path,
) -> None:
    folder = write(tmp_path, Form(lambda size, padding: roberta(size, 1), "mean"))
    model = build_encoder(PretrainedEncoder(model=str(folder), passage_tokens=32), texts=None, seed=1)
    recipe = small_recipe(
        encoder={"kind": "pretrained", "model": "none"},
        training={"steps": 1, "batch_size": 4, "learning_rate": 1e-3, "precision": "float32"},
    )
    fit_corpus(CORPUS, model, recipe, tmp_path / "fit", strategy="en-en")
    after = model.encode_document(TEXTS, show_progress_bar=False)
    model.save(str(tmp_path / "saved"), create_model_card=False)
    again = SentenceTransformer(str(tmp_path / "saved"), device="cpu")
    assert np.allclose(again.encode_document(TEXTS, show_progress_bar=False), after, atol=1e-5)
