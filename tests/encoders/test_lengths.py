"""Claims about how much of a text is read, and counting what is longer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from polybatch.encoders.building import build_encoder
from polybatch.encoders.lengths import Cut, count_cut, position_limit, token_limit
from polybatch.encoders.settings import PretrainedEncoder, StaticEncoder, TransformerEncoder
from tests.models import make_transformer

TEXTS = ["the river rose", "mto uliongezeka"] * 30


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformer:
    folder = make_transformer(tmp_path_factory.mktemp("bert"), TEXTS)
    options = PretrainedEncoder(model=str(folder), query_prefix="mto: ", query_tokens=8, passage_tokens=12)
    return build_encoder(options, texts=None, seed=1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("the rivoms ", max_size=30), max_size=8), st.booleans())
def test_a_text_counts_as_cut_exactly_where_its_end_is_not_read(
    model: SentenceTransformer, texts: list[str], queries: bool
) -> None:
    prompt = model.prompts["query" if queries else "document"] or ""
    limit = 8 if queries else 12
    whole = [len(model.tokenizer(prompt + text, truncation=False)["input_ids"]) for text in texts]
    assert count_cut(model, iter(texts), queries=queries) == Cut(len(texts), sum(one > limit for one in whole), limit)


def test_the_limit_is_the_sides_own_else_the_models(model: SentenceTransformer) -> None:
    assert (token_limit(model, queries=True), token_limit(model, queries=False)) == (8, 12)
    small = TransformerEncoder(vocabulary=60, layers=1, hidden_size=8, heads=1, intermediate=8, max_tokens=10)
    made = build_encoder(small, texts=lambda: TEXTS, seed=1)
    assert (token_limit(made, queries=True), position_limit(made)) == (10, 10)
    assert count_cut(made, ["the", "the river rose " * 9], queries=True) == Cut(2, 1, 10)


def test_a_static_encoder_reads_all() -> None:
    static = build_encoder(StaticEncoder(vocabulary=60, dimension=4), texts=lambda: TEXTS, seed=1)
    assert count_cut(static, ["the river " * 10_000, ""], queries=False) == Cut(2, 0, None)
    assert position_limit(static) is None


def test_what_is_cut_is_said_in_one_sentence_and_nothing_of_nothing() -> None:
    sentence = (
        "1,200 of 30,000 passages are longer than the 256 tokens that the model reads of each; the rest is not seen"
    )
    assert Cut(30_000, 1200, 256).sentence("passages") == sentence
    assert Cut(10, 0, 256).sentence("passages") == ""
