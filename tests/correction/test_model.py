"""Claims about corrected models: they encode as the correction says, and do so when saved and loaded."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from polybatch.correction.fitting import fit_correction
from polybatch.correction.model import corrected_model
from polybatch.correction.record import ABOUT, ARRAYS, Correction, to_unit
from polybatch.correction.table import CORRECTIONS
from polybatch.encoders.building import build_encoder
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.settings import StaticEncoder
from polybatch.encoders.static import static_encoder, train_tokenizer
from polybatch.errors import DataError, ModelError
from tests.correction.planted import planted
from tests.models import make_transformer

TEXTS = {
    "en": ["The minister said on Monday that schools will open again.", "Rain fell over the hills in the night."],
    "ne": ["मन्त्रीले सोमबार विद्यालय फेरि खुल्ने बताए।", "राति पहाडमा पानी पर्‍यो।"],
    "sw": ["Waziri alisema Jumatatu kwamba shule zitafunguliwa tena.", "Mvua ilinyesha milimani usiku."],
}
EVERY = [text for texts in TEXTS.values() for text in texts]
OF_EVERY = [code for code, texts in TEXTS.items() for _ in texts]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SentenceTransformer]:
    """All kinds of encoders, with prompts; the text of a prompt must not count as the language of a text."""
    prompts: dict[str, Any] = {"query": "Query: ", "document": "Passage: "}
    subwords = train_tokenizer(EVERY * 20, vocabulary=150)
    static = static_encoder(subwords, dimension=24, deviation=0.1, seed=1)
    settings = StaticEncoder(vocabulary=150, dimension=16, ngrams=4, buckets=512, lexical=8)
    ngrams = build_encoder(settings, texts=lambda: EVERY, seed=1, tokenizer=subwords)
    static.prompts, ngrams.prompts = prompts, prompts
    folder = make_transformer(tmp_path_factory.mktemp("transformer"), EVERY * 20, prompts=prompts)
    return {"static": static, "ngrams": ngrams, "transformer": SentenceTransformer(str(folder), device="cpu")}


@pytest.fixture(params=["static", "transformer"])
def model(request: pytest.FixtureRequest, models: dict[str, SentenceTransformer]) -> SentenceTransformer:
    return models[request.param]


@pytest.fixture(params=["static", "ngrams", "transformer"])
def any_model(request: pytest.FixtureRequest, models: dict[str, SentenceTransformer]) -> SentenceTransformer:
    return models[request.param]


def fitted(name: str, model: SentenceTransformer) -> Correction:
    """A correction fitted on vectors that lie about those of the texts."""
    rng = np.random.default_rng(4)
    vectors = {code: model.encode_document(texts) for code, texts in TEXTS.items()}
    spread = float(np.std(np.concatenate(list(vectors.values()))))
    return fit_correction(
        name,
        {code: np.tile(one, (40, 1)) + spread * rng.normal(size=(80, one.shape[1])) for code, one in vectors.items()},
    )


def load(folder: Path) -> SentenceTransformer:
    """As a user loads it: modules that are not sentence-transformers' own need the word that trusts them."""
    foreign = "polybatch." in (folder / "modules.json").read_text(encoding="utf-8")
    return SentenceTransformer(str(folder), device="cpu", trust_remote_code=foreign)


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_corrected_model_encodes_as_the_correction_says_before_and_after_it_is_saved(
    name: str, any_model: SentenceTransformer, tmp_path: Path
) -> None:
    model = any_model
    correction = fitted(name, model)
    corrected = corrected_model(model, correction)
    corrected.save(str(tmp_path / "model"), create_model_card=False)
    loaded = load(tmp_path / "model")
    for queries, encode in ((True, "encode_query"), (False, "encode_document")):
        plain = getattr(model, encode)(EVERY)
        expected = correction.apply(plain, OF_EVERY, queries=queries)
        moved = not (queries and name == "shift")
        assert (np.abs(expected - to_unit(plain)).max() > 1e-2) == moved
        np.testing.assert_allclose(getattr(corrected, encode)(EVERY), expected, atol=2e-6)
        assert np.array_equal(getattr(loaded, encode)(EVERY), getattr(corrected, encode)(EVERY))
    assert loaded.prompts == model.prompts
    assert loaded.get_embedding_dimension() == model.get_embedding_dimension()
    assert np.allclose(model.encode(EVERY), model.encode(EVERY))
    if name != "lsar":
        assert np.array_equal(
            load_encoder(str(tmp_path / "model")).model.encode_query(EVERY), corrected.encode_query(EVERY)
        )


def test_lsar_is_saved_as_modules_of_sentence_transformers_alone(model: SentenceTransformer, tmp_path: Path) -> None:
    corrected_model(model, fitted("lsar", model)).save(str(tmp_path), create_model_card=False)
    types = [one["type"] for one in json.loads((tmp_path / "modules.json").read_text())]
    assert all(one.startswith("sentence_transformers.") for one in types)


def test_a_language_that_is_named_goes_before_the_one_that_would_be_told(model: SentenceTransformer) -> None:
    correction = fitted("centring", model)
    corrected = corrected_model(model, correction)
    named: Any = corrected.encode(EVERY, language="sw")
    np.testing.assert_allclose(named, correction.apply(model.encode(EVERY), "sw"), atol=2e-6)
    with pytest.raises(DataError, match="was not fitted on fi; on en, ne, sw"):
        corrected.encode(EVERY, language="fi")


def test_a_text_without_a_letter_keeps_its_vector(model: SentenceTransformer) -> None:
    texts = ["1234", EVERY[0]]
    corrected = corrected_model(model, fitted("centring", model)).encode(texts)
    plain = to_unit(model.encode(texts))
    np.testing.assert_allclose(corrected[0], plain[0], atol=2e-6)
    assert np.abs(corrected[1] - plain[1]).max() > 1e-2


def test_the_longest_text_of_a_corrected_model_can_be_set(models: dict[str, SentenceTransformer]) -> None:
    model = models["transformer"]
    corrected = corrected_model(model, fitted("centring", model))
    before = model.max_seq_length
    corrected.max_seq_length = 4
    assert model.max_seq_length == corrected.max_seq_length == 4
    model.max_seq_length = before
    assert corrected.tokenizer is model.tokenizer


def test_models_that_a_correction_does_not_fit_are_refused(models: dict[str, SentenceTransformer]) -> None:
    static = models["static"]
    correction = fitted("centring", static)
    with pytest.raises(ModelError, match="the model has 32 dimensions; one with 24, as it was fitted on"):
        corrected_model(models["transformer"], correction)
    with pytest.raises(ModelError, match="is corrected by language already"):
        corrected_model(corrected_model(static, correction), correction)
    others = {
        "en" if code == "en" else code: one for code, one in zip(("en", "ne", "ks"), planted().values(), strict=True)
    }
    with pytest.raises(ModelError, match="ks cannot be identified in a text; lsar needs no identification"):
        corrected_model(static, fit_correction("lir", others))
    corrected_model(static, fit_correction("lsar", others))


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_correction_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    correction = fit_correction(name, planted())
    correction.write(tmp_path)
    read = Correction.read(tmp_path)
    for field in ("name", "languages", "by_language", "passages_only", "fitted"):
        assert getattr(read, field) == getattr(correction, field)
    assert np.array_equal(read.offsets, correction.offsets)
    assert np.array_equal(read.bases, correction.bases)


def test_broken_files_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{ABOUT}: no such file"):
        Correction.read(tmp_path)
    fit_correction("centring", planted()).write(tmp_path)
    about = json.loads((tmp_path / ABOUT).read_text())
    (tmp_path / ABOUT).write_text(json.dumps(about | {"languages": ["en", "sw"]}))
    with pytest.raises(ModelError, match=r"arrays of shape .* for 2 languages"):
        Correction.read(tmp_path)
    (tmp_path / ABOUT).write_text(json.dumps(about))
    whole = (tmp_path / ARRAYS).read_bytes()
    (tmp_path / ARRAYS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="holds no correction"):
        Correction.read(tmp_path)


def test_half_precision_is_corrected_too(models: dict[str, SentenceTransformer]) -> None:
    corrected = corrected_model(models["static"], fitted("centring", models["static"]))
    half = deepcopy(corrected).bfloat16().encode(EVERY, convert_to_tensor=True)
    assert half.dtype == torch.bfloat16
    assert np.abs(half.float().numpy() - corrected.encode(EVERY)).max() < 0.05


def test_a_cache_of_vectors_tells_corrections_apart_and_knows_them_again(
    models: dict[str, SentenceTransformer], tmp_path: Path
) -> None:
    model = models["static"]
    model.save(str(tmp_path / "plain"), create_model_card=False)
    found = {fingerprint(load(tmp_path / "plain"))}
    for name in CORRECTIONS:
        corrected_model(model, fitted(name, model)).save(str(tmp_path / name), create_model_card=False)
        first, second = (fingerprint(load(tmp_path / name)) for _ in range(2))
        assert first == second
        found.add(first)
    assert len(found) == 1 + len(CORRECTIONS)
