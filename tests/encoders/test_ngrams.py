"""Claims about words read by their parts, and about what is written beside what is learned."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from polybatch.encoders.building import build_encoder
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.lexical import inverse_document_frequency
from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.encoders.ngrams import NgramTokenizer, hashed_ngrams, latin_word
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import train_tokenizer
from polybatch.errors import ModelError, RecipeError
from polybatch.progress import Silent

TEXTS = [
    *(f"The river rose by {number} metres in the night." for number in range(40)),
    *(f"Mto uliongezeka kwa mita {number} usiku huo." for number in range(40)),
    *(f"राति नदी {number} मिटरले बढ्यो।" for number in range(40)),
]
SETTINGS = StaticEncoder(vocabulary=200, dimension=12, ngrams=4, buckets=1024, lexical=96, lexical_share=0.5)


@pytest.fixture(scope="module")
def subwords() -> Tokenizer:
    return train_tokenizer(TEXTS, vocabulary=200)


@pytest.fixture(scope="module")
def model(subwords: Tokenizer) -> SentenceTransformer:
    return build_encoder(SETTINGS, texts=lambda: TEXTS, seed=1, tokenizer=subwords)


def cosine(model: SentenceTransformer, one: str, other: str) -> float:
    vectors = model.encode([one, other])
    return float(model.similarity(vectors[:1], vectors[1:]))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vikram", "bikram"), ("Ukraine", "ukrain"), ("Kathmandu", "काठमाडौं"), ("Nepal", "नेपाल"), ("Москва", "Moskva")],
)
def test_a_name_shares_parts_with_itself_in_another_script(one: str, other: str) -> None:
    assert set(hashed_ngrams(one, 3, 1 << 20)) & set(hashed_ngrams(other, 3, 1 << 20))


def test_the_parts_of_a_word_are_its_ngrams_between_marks_of_its_ends() -> None:
    assert latin_word("Nepal") == "nepal"
    assert len(hashed_ngrams("Nepal", 4, 1 << 30)) == len(["<nep", "nepa", "epal", "pal>"])
    assert hashed_ngrams("of", 4, 64) == ()
    assert len(hashed_ngrams("sun", 9, 64)) == 1


@given(st.text(max_size=40), st.integers(1, 9), st.integers(1, 5000))
def test_any_word_has_numbers_of_buckets_and_the_same_each_time(word: str, length: int, buckets: int) -> None:
    found = hashed_ngrams(word, length, buckets)
    assert all(0 <= one < buckets for one in found)
    assert found == hashed_ngrams.__wrapped__(word, length, buckets)
    assert latin_word(word).isascii()


@given(st.text(max_size=60))
def test_ngrams_come_after_the_subwords_of_a_text_and_stay_within_the_table(subwords: Tokenizer, text: str) -> None:
    tokenizer = NgramTokenizer(subwords, length=4, buckets=64)
    (found,) = tokenizer.encode_batch([text])
    own = subwords.encode(text, add_special_tokens=False).ids
    assert found.ids[: len(own)] == own
    assert all(
        len(own) and subwords.get_vocab_size() <= one < tokenizer.get_vocab_size() for one in found.ids[len(own) :]
    )


def test_the_cosine_is_that_of_what_is_learned_and_of_what_is_written_by_their_shares(
    model: SentenceTransformer,
) -> None:
    texts = TEXTS[::17]
    vectors = torch.from_numpy(model.encode(texts))
    learned, written = vectors[:, :12], vectors[:, 12:]
    assert torch.allclose(learned.norm(dim=1), torch.ones(len(texts)), atol=1e-5)
    assert torch.allclose(written.norm(dim=1), torch.full((len(texts),), 0.5), atol=1e-5)
    apart = torch.nn.functional.normalize(written, dim=1)
    expected = (learned @ learned.T + 0.5**2 * apart @ apart.T) / (1 + 0.5**2)
    assert torch.allclose(model.similarity(vectors, vectors), expected, atol=1e-5)


def test_the_lexical_part_is_feature_hashing_of_squared_inverse_document_frequencies(
    model: SentenceTransformer,
) -> None:
    body: Any = model[0]
    text = TEXTS[3]
    (found,) = body.tokenizer.encode_batch([text])
    expected = np.zeros(96)
    for one in found.ids:
        expected[int(body.columns[one])] += float(body.values[one])
    written = model.encode(text)[12:]
    assert np.allclose(written, 0.5 * expected / np.linalg.norm(expected), atol=1e-5)
    rarity = inverse_document_frequency(body.tokenizer, TEXTS)
    assert torch.allclose(body.values.abs(), rarity**2)


def test_rarity_is_counted_and_what_was_never_seen_is_rarest(subwords: Tokenizer) -> None:
    tokenizer = NgramTokenizer(subwords, length=4, buckets=4096)
    rarity = inverse_document_frequency(tokenizer, TEXTS)
    seen = [set(one.ids) for one in tokenizer.encode_batch(TEXTS)]
    for one in (min(seen[0]), max(seen[0]), max(seen[50])):
        count = sum(one in ids for ids in seen)
        assert float(rarity[one]) == pytest.approx(np.log((len(TEXTS) + 1) / (count + 1)) / np.log(len(TEXTS) + 1))
    never = next(iter(set(range(subwords.get_vocab_size(), tokenizer.get_vocab_size())) - set().union(*seen)))
    assert float(rarity[never]) == 1


def test_a_name_in_two_scripts_is_near_itself_before_any_training(model: SentenceTransformer) -> None:
    assert cosine(model, "Bikram Kathmandu", "विक्रम काठमाडौं") > cosine(model, "Bikram Kathmandu", "पानी पर्यो") + 0.05


def test_a_saved_encoder_gives_the_same_vectors_and_needs_no_trust(model: SentenceTransformer, tmp_path: Path) -> None:
    model.save(str(tmp_path / "model"))
    texts = ["The river rose", "नदी बढ्यो", "", "!"]
    loaded = load_encoder(str(tmp_path / "model"))
    expected = SentenceEncoder(model).encode_passages(texts, Silent())
    assert np.array_equal(loaded.encode_passages(texts, Silent()), expected)
    assert not expected[2].any(), "a text without a token is a zero vector"


def test_a_model_without_its_settings_is_refused_in_one_line(model: SentenceTransformer, tmp_path: Path) -> None:
    model.save(str(tmp_path / "model"))
    (tmp_path / "model" / "ngrams.json").unlink()
    with pytest.raises(ModelError, match=r"cannot be loaded as a model \(ngrams.json"):
        load_encoder(str(tmp_path / "model"))


def test_an_encoder_is_the_same_for_a_seed_and_only_what_is_learned_has_gradients(
    model: SentenceTransformer, subwords: Tokenizer
) -> None:
    same, other = (build_encoder(SETTINGS, texts=lambda: TEXTS, seed=seed, tokenizer=subwords) for seed in (1, 2))
    vectors = [one.encode(TEXTS[:3]) for one in (model, same, other)]
    assert np.array_equal(vectors[0], vectors[1])
    assert not np.allclose(vectors[0], vectors[2])
    assert [name for name, _ in same.named_parameters()] == ["0.embedding.weight"]


def test_how_rare_words_are_cannot_be_known_without_texts(subwords: Tokenizer) -> None:
    with pytest.raises(RecipeError, match="how rare words are comes from texts"):
        build_encoder(SETTINGS, texts=None, seed=1, tokenizer=subwords)


def test_encoders_that_differ_in_a_setting_alone_do_not_share_cached_vectors(subwords: Tokenizer) -> None:
    changed = [SETTINGS, SETTINGS.model_copy(update={"lexical_share": 0.7}), SETTINGS.model_copy(update={"ngrams": 5})]
    built = [build_encoder(one, texts=lambda: TEXTS, seed=1, tokenizer=subwords) for one in changed]
    assert len({fingerprint(SentenceEncoder(one)) for one in built}) == 3
