"""Claims about the static encoder."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import ModelError, RecipeError
from polybatch.progress import Silent

TEXTS = [
    *(f"The river rose by {number} metres in the night." for number in range(40)),
    *(f"Mto uliongezeka kwa mita {number} usiku huo." for number in range(40)),
    *(f"राति नदी {number} मिटरले बढ्यो।" for number in range(40)),
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(TEXTS, vocabulary=200)


def test_the_same_texts_give_the_same_tokenizer(tokenizer: Tokenizer) -> None:
    assert train_tokenizer(TEXTS, vocabulary=200).to_str() == tokenizer.to_str()


def test_words_of_every_script_are_known_and_come_back(tokenizer: Tokenizer) -> None:
    for text in ("The river", "usiku huo", "नदी"):
        encoding = tokenizer.encode(text)
        assert tokenizer.token_to_id("<unk>") not in encoding.ids
        assert "".join(encoding.tokens).replace("▁", " ").strip() == text.lower()


def test_case_and_compatibility_forms_do_not_count(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("THE RIVER").ids == tokenizer.encode("ｔｈｅ river").ids


def test_a_vocabulary_too_small_for_the_characters_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"encoder.vocabulary: 3 pieces"):
        train_tokenizer(TEXTS, vocabulary=3)


def test_an_encoder_is_the_same_for_a_seed(tokenizer: Tokenizer) -> None:
    one, same, other = (static_encoder(tokenizer, dimension=8, deviation=0.1, seed=seed) for seed in (1, 1, 2))
    vectors = [model.encode(["The river rose"]) for model in (one, same, other)]
    assert np.array_equal(vectors[0], vectors[1])
    assert not np.allclose(vectors[0], vectors[2])


def test_vectors_come_back_in_the_order_of_the_texts(tokenizer: Tokenizer) -> None:
    model = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=1)
    texts = ["a", "The river rose by night", "mto", ""]
    vectors = SentenceEncoder(model, batch_size=2).encode_passages(texts, Silent())
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(vector, model.encode(text), atol=1e-6)
    assert not vectors[-1].any(), "a text without a token is a zero vector"


def test_a_model_comes_back_from_its_folder(tokenizer: Tokenizer, tmp_path: Path) -> None:
    model = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=1)
    model.save(str(tmp_path / "model"))
    loaded = load_encoder(str(tmp_path / "model"))
    assert np.array_equal(loaded.encode_queries(["mto"], Silent())[0], model.encode("mto"))


def test_a_models_own_prompts_are_applied(tokenizer: Tokenizer) -> None:
    model = static_encoder(tokenizer, dimension=8, deviation=0.1, seed=1)
    model.prompts = {"query": "mto: ", "document": "river: "}
    encoder = SentenceEncoder(model)
    assert np.allclose(encoder.encode_queries(["usiku"], Silent())[0], model.encode("mto: usiku", prompt=""))
    assert np.allclose(encoder.encode_passages(["usiku"], Silent())[0], model.encode("river: usiku", prompt=""))


def test_what_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/modules.json").write_text("[")
    for name, message in (
        (str(tmp_path), "a folder that holds no model; a sentence-transformers folder holds modules.json"),
        (str(tmp_path / "file"), "a file; a sentence-transformers folder"),
        (str(tmp_path / "broken"), "cannot be loaded as a model"),
        ("no-such/model-anywhere", "not in the hub.s cache"),
    ):
        with pytest.raises(ModelError, match=message) as caught:
            load_encoder(name)
        assert len(str(caught.value).splitlines()) == 1
