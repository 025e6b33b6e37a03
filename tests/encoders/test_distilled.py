"""Claims about what a static encoder starts from: a pretrained encoder's vectors of its subwords."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from polybatch.encoders.building import build_encoder
from polybatch.encoders.distilled import SubwordEncoder, initial_vectors, words_of
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import train_tokenizer
from polybatch.errors import ModelError, RecipeError
from polybatch.progress import Silent
from tests.encoders.test_static import TEXTS
from tests.models import make_transformer

pytest.importorskip("model2vec")
pytest.importorskip("skeletoken")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(TEXTS, vocabulary=200)


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_transformer(tmp_path_factory.mktemp("pretrained"), TEXTS, prompts={"query": "mto ", "document": ""})


def drawn(words: int = 50) -> tuple[list[str], np.ndarray]:
    vectors = np.random.default_rng(1).normal(3, [4, 3, 2, 1, 0.5, 0.1], size=(words, 6)).astype(np.float32)
    return ["", *(f"w{number}" for number in range(words - 1))], vectors


def test_a_subword_has_the_vector_that_the_model_has_of_it_as_a_text_without_a_prompt(
    pretrained: Path, tokenizer: Tokenizer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word for word in words_of(tokenizer) if word]
    expected = SentenceTransformer(str(pretrained), device="cpu").encode(words)
    encoder = SubwordEncoder(str(pretrained))
    capsys.readouterr()
    found = encoder.encode_passages(words, Silent())
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-5)
    assert capsys.readouterr().err == ""


def test_words_are_what_subwords_write_and_marks_write_nothing(tokenizer: Tokenizer) -> None:
    words = words_of(tokenizer)
    assert len(words) == tokenizer.get_vocab_size()
    unknown = tokenizer.token_to_id("<unk>")
    assert unknown is not None
    assert words[unknown] == ""
    assert "".join(words[number] for number in tokenizer.encode("The river rose").ids) == "theriverrose"


def test_initial_vectors_are_as_long_as_drawn_ones_and_empty_words_have_none() -> None:
    words, vectors = drawn()
    start = initial_vectors(words, vectors, StaticEncoder(start="m"))
    assert start.shape == (50, 6)
    assert not start[0].any()
    assert (start[1:] ** 2).mean() == pytest.approx(1)
    assert np.allclose(start[1:].mean(axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
def test_whitening_divides_components_by_a_power_of_their_spread(whitening: float) -> None:
    words, vectors = drawn()
    spread = initial_vectors(words, vectors, StaticEncoder(start="m", start_whitening=whitening))[1:].std(axis=0)
    centred = vectors[1:] - vectors[1:].mean(axis=0)
    principal = np.linalg.svd(centred, compute_uv=False) / np.sqrt(len(centred))
    wanted = principal ** (1 - whitening)
    assert np.allclose(spread / spread[0], wanted / wanted[0], rtol=1e-4)


def test_without_whitening_and_weights_cosines_are_those_of_centred_vectors() -> None:
    words, vectors = drawn()
    start = initial_vectors(words, vectors, StaticEncoder(start="m", start_whitening=0.0))[1:]
    centred = vectors[1:] - vectors[1:].mean(axis=0)
    assert np.allclose(start @ start.T / (start**2).sum(), centred @ centred.T / (centred**2).sum(), atol=1e-6)


def test_weights_by_rank_make_the_first_words_shorter() -> None:
    words, vectors = drawn(2_000)
    lengths = [
        np.linalg.norm(initial_vectors(words, vectors, StaticEncoder(start="m", start_weights=weights)), axis=1)
        for weights in ("none", "rank")
    ]
    share = lengths[1][1:] / lengths[0][1:]
    assert (np.diff(share) > 0).all()
    assert share[0] < share[-1] / 10


def test_components_that_the_start_does_not_fill_and_ngrams_are_drawn_as_without_it(tokenizer: Tokenizer) -> None:
    start = np.full((tokenizer.get_vocab_size(), 5), 7, dtype=np.float32)
    weights: list[Any] = []
    for name, vectors in (("", None), ("m", start)):
        settings = StaticEncoder(dimension=8, ngrams=4, buckets=32, start=name)
        options: dict[str, Any] = {"texts": lambda: TEXTS, "seed": 1, "tokenizer": tokenizer, "start": vectors}
        weights.append(dict(build_encoder(settings, **options).named_parameters())["0.embedding.weight"].detach())
    plain, started = weights
    assert (plain[:, 5:] == started[:, 5:]).all()
    assert (plain[len(start) :] == started[len(start) :]).all()
    assert (started[: len(start), :5].std(dim=1) < 1e-6).all()


def test_a_start_without_its_vectors_is_refused_and_not_drawn_in_silence(tokenizer: Tokenizer) -> None:
    with pytest.raises(RecipeError, match=r"encoder.start: start = 'm' without its vectors"):
        build_encoder(StaticEncoder(start="m"), texts=None, seed=1, tokenizer=tokenizer)


def test_fewer_words_than_components_are_refused() -> None:
    words, vectors = drawn(6)
    with pytest.raises(RecipeError, match=r"encoder.start_components: 5 subwords and 6 components"):
        initial_vectors(words, vectors, StaticEncoder(start="m"))
    assert initial_vectors(words, vectors, StaticEncoder(start="m", start_components=3)).shape == (6, 3)


def test_a_model_that_is_no_transformer_is_refused(tokenizer: Tokenizer, tmp_path: Path) -> None:
    build_encoder(StaticEncoder(dimension=8), texts=None, seed=1, tokenizer=tokenizer).save(str(tmp_path / "static"))
    with pytest.raises(ModelError, match=r"StaticEmbedding with pooling None; a transformer pooled by mean"):
        SubwordEncoder(str(tmp_path / "static"))


def test_vectors_of_subwords_are_kept_apart_from_those_of_texts(pretrained: Path) -> None:
    encoder = SubwordEncoder(str(pretrained))
    assert fingerprint(encoder) == fingerprint(SubwordEncoder(str(pretrained)))
    assert fingerprint(encoder) != fingerprint(encoder.model)


def test_options_of_a_start_without_one_are_refused() -> None:
    with pytest.raises(ValidationError, match="start_whitening without start: name the pretrained encoder"):
        StaticEncoder(start_whitening=0.3)
