"""Claims about judging a transformer, on a real one of two small layers that the test builds."""

from pathlib import Path

import numpy as np
import pytest

from polybatch.data.newswire import newswire_collection
from polybatch.encoders.loading import load_encoder
from polybatch.judging.judge import rank_collection
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from tests.models import make_transformer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder: random weights, its own tokenizer, E5's prefixes."""
    texts = [query.text for found in newswire_collection(stories=50).queries.values() for query in found]
    prompts = {"query": "query: ", "document": "passage: "}
    return make_transformer(tmp_path_factory.mktemp("transformer"), texts, prompts=prompts)


def test_a_transformer_is_judged_in_the_three_settings_with_its_own_prompts(folder: Path) -> None:
    encoder = load_encoder(str(folder), batch_size=16)
    results = measure(rank_collection(encoder, newswire_collection(stories=20), system="bert"))
    assert {one.setting for one in results} == {"monolingual", "cross-lingual", "multilingual"}
    assert all(one.queries >= 20 for one in results)
    plain = encoder.model.encode(["query: mafuriko"], prompt="")
    assert np.allclose(encoder.encode_queries(["mafuriko"], Silent()), plain, atol=1e-5)


def test_its_vectors_do_not_depend_on_the_batch_they_were_encoded_in(folder: Path) -> None:
    texts = [query.text for query in newswire_collection(stories=20).queries["ne"]]
    one, other = (load_encoder(str(folder), batch_size=size).encode_passages(texts, Silent()) for size in (1, 16))
    assert np.allclose(one, other, atol=1e-5)
