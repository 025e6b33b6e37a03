"""Claims about families of pretrained encoders."""

import pytest

from polybatch.encoders.families import (
    FAMILIES,
    applied_prompts,
    default_temperature,
    find_family,
    stored_prompts,
)
from polybatch.encoders.settings import POOLINGS, EncoderSettings, PretrainedEncoder, StaticEncoder, TransformerEncoder


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("xlm-roberta-base", "xlm-roberta"),
        ("FacebookAI/xlm-roberta-large", "xlm-roberta"),
        ("sentence-transformers/LaBSE", "LaBSE"),
        ("models/LaBSE/", "LaBSE"),
        ("intfloat/multilingual-e5-small", "multilingual-e5"),
        ("intfloat/multilingual-e5-large-instruct", "generic"),
        ("BAAI/bge-m3", "bge-m3"),
        ("google-bert/bert-base-multilingual-cased", "mBERT"),
        ("bert-base-uncased", "generic"),
        ("labse-runs/plain-bert", "generic"),
    ],
)
def test_a_name_tells_the_family(model: str, family: str) -> None:
    assert find_family(model) is FAMILIES[family]


@pytest.mark.parametrize(
    ("config", "family"),
    [
        ({"model_type": "bert", "vocab_size": 501_153}, "LaBSE"),
        ({"model_type": "bert", "vocab_size": 119_547}, "mBERT"),
        ({"model_type": "bert", "vocab_size": 30_522}, "generic"),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514}, "xlm-roberta"),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 8194}, "bge-m3"),
        ({}, "generic"),
    ],
)
def test_a_configuration_tells_the_family_of_a_nameless_folder(config: dict[str, object], family: str) -> None:
    assert find_family("runs/model", config) is FAMILIES[family]


def test_every_family_pools_in_a_way_that_there_is() -> None:
    assert {family.pooling for family in FAMILIES.values()} <= set(POOLINGS)


def test_prefixes_are_those_of_the_model_cards_and_most_families_have_none() -> None:
    prefixes = {name: (family.query_prefix, family.passage_prefix) for name, family in FAMILIES.items()}
    assert prefixes.pop("multilingual-e5") == ("query: ", "passage: ")
    assert prefixes.pop("EmbeddingGemma") == ("task: search result | query: ", "title: none | text: ")
    query, passage = prefixes.pop("Qwen3-Embedding")
    assert (query.startswith("Instruct: "), query.endswith("\nQuery:"), passage) == (True, True, "")
    assert set(prefixes.values()) == {("", "")}


def test_prompts_are_found_under_the_names_that_encoding_looks_for() -> None:
    assert applied_prompts(stored_prompts("q: ", "p: ")) == ("q: ", "p: ")
    assert applied_prompts({"query": "q: ", "corpus": "c: "}) == ("q: ", "c: ")
    assert applied_prompts({"document": "", "passage": "p: "}) == ("", ""), "as sentence-transformers has it"
    assert applied_prompts({"query": None}) == ("", "")


@pytest.mark.parametrize(
    ("encoder", "temperature"),
    [
        (StaticEncoder(), 0.05),
        (TransformerEncoder(), 0.05),
        (PretrainedEncoder(model="xlm-roberta-base"), 0.02),
        (PretrainedEncoder(model="LaBSE"), 0.02),
        (PretrainedEncoder(model="multilingual-e5-base"), 0.01),
    ],
)
def test_training_starts_at_a_temperature_that_suits_the_encoder(encoder: EncoderSettings, temperature: float) -> None:
    assert default_temperature(encoder) == temperature
