"""Claims about static encoders without torch."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer

from polybatch.encoders.building import build_encoder
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.loading import RECORD, SentenceEncoder, load_encoder
from polybatch.encoders.lookup import LookupEncoder, open_encoder
from polybatch.encoders.static import train_tokenizer
from polybatch.progress import Silent
from polybatch.text.normalisation import Normalisation
from tests.encoders.test_normalizer import KINDS, TEXTS, WRITTEN

ASKED = [*(text for pair in WRITTEN.values() for text in pair), "", "𐎀", "a" * 5_000]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(TEXTS, vocabulary=400)


def kinds(folder: Path, tokenizer: Tokenizer) -> dict[str, Path]:
    """A folder of every kind that is read without torch."""
    made: dict[str, Path] = {}
    for name in ("static", "n-grams", "lexical"):
        model = build_encoder(KINDS[name], texts=lambda: TEXTS, seed=1, normalisation=Normalisation())
        model.save(str(folder / name), create_model_card=False)
    of_before = build_encoder(KINDS["lexical"], texts=lambda: TEXTS, seed=1, tokenizer=tokenizer)
    of_before.save(str(folder / "before"), create_model_card=False)
    (folder / "before" / RECORD).write_text(json.dumps({"normalisation": {"digits": "keep"}}))
    weights = np.random.default_rng(1).normal(size=(tokenizer.get_vocab_size(), 8)).astype(np.float32)
    for name, table in (("single", weights), ("half", weights.astype(np.float16))):
        modules: list[Any] = [StaticEmbedding(tokenizer, embedding_weights=table), Normalize()]
        prompts = {"query": "query: ", "document": "text: "}
        SentenceTransformer(modules=modules, prompts=prompts).save(str(folder / name), create_model_card=False)
    model2vec(folder / "model2vec", tokenizer, weights)
    for name in ("static", "n-grams", "lexical", "before", "single", "half", "model2vec"):
        made[name] = folder / name
    return made


def model2vec(folder: Path, tokenizer: Tokenizer, weights: np.ndarray) -> None:
    """As model2vec saves a vocabulary of which several ids share a row."""
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    mapping = np.arange(len(weights)) // 2
    arrays = {"embeddings": weights[: mapping.max() + 1], "mapping": mapping, "weights": weights[:, 0].astype("f8")}
    save_file(arrays, folder / "model.safetensors")
    (folder / "config.json").write_text('{"model_type": "model2vec", "normalize": true}')
    names = ("sentence_transformers.models.StaticEmbedding", "sentence_transformers.models.Normalize")
    paths = (".", "1_Normalize")
    listing = [{"idx": i, "name": str(i), "path": paths[i], "type": names[i]} for i in range(2)]
    (folder / "modules.json").write_text(json.dumps(listing))


def test_vectors_and_fingerprints_are_those_of_the_model_in_torch(tmp_path: Path, tokenizer: Tokenizer) -> None:
    prints = set()
    for kind, folder in kinds(tmp_path, tokenizer).items():
        static, whole = open_encoder(str(folder)), load_encoder(str(folder), device="cpu")
        assert isinstance(static, LookupEncoder), kind
        for ours, theirs in (
            (static.encode_queries(ASKED, Silent()), whole.encode_queries(ASKED, Silent())),
            (static.encode_passages(ASKED, Silent()), whole.encode_passages(ASKED, Silent())),
        ):
            assert ours.dtype == np.float32
            np.testing.assert_allclose(ours, theirs, rtol=2e-3 if kind == "half" else 1e-5, atol=1e-6, err_msg=kind)
        assert fingerprint(static) == fingerprint(whole), kind
        prints.add(fingerprint(static))
    assert len(prints) == 7


@pytest.mark.parametrize("part", ["prompts", "weights", "tokenizer", "normalisation"])
def test_whatever_moves_a_vector_moves_the_fingerprint(part: str, tokenizer: Tokenizer) -> None:
    table = np.ones((tokenizer.get_vocab_size(), 4), dtype=np.float32)
    other = {
        "prompts": LookupEncoder(tokenizer, table, prompts=("q: ", "")),
        "weights": LookupEncoder(tokenizer, 2 * table),
        "tokenizer": LookupEncoder(train_tokenizer([*TEXTS, *["quick brown foxes"] * 9], vocabulary=400), table),
        "normalisation": LookupEncoder(tokenizer, table, normalisation=Normalisation()),
    }
    assert fingerprint(LookupEncoder(tokenizer, table)) != fingerprint(other[part])


def test_any_other_model_is_left_to_torch(tmp_path: Path, tokenizer: Tokenizer) -> None:
    model = build_encoder(KINDS["transformer"], texts=lambda: TEXTS, seed=1)
    model.save(str(tmp_path / "transformer"), create_model_card=False)
    assert isinstance(open_encoder(str(tmp_path / "transformer")), SentenceEncoder)
    static: Any = build_encoder(KINDS["static"], texts=lambda: TEXTS, seed=1)
    static.save(str(tmp_path / "static"), create_model_card=False)
    assert isinstance(open_encoder(str(tmp_path / "static"), device="cpu"), LookupEncoder)
    listing = tmp_path / "static" / "modules.json"
    listing.write_text(listing.read_text().replace("sentence_transformers.", "elsewhere."))
    assert LookupEncoder.read(str(tmp_path / "static")) is None, "a class of others by the same name"


def test_a_static_model_is_read_without_torch(tmp_path: Path, tokenizer: Tokenizer) -> None:
    folders = [str(folder) for folder in kinds(tmp_path, tokenizer).values()]
    program = (
        "import sys; from polybatch.encoders.lookup import open_encoder; from polybatch.progress import Silent; "
        f"[open_encoder(folder).encode_queries(['river'], Silent()) for folder in {folders}]; "
        "print([one for one in ('torch', 'sentence_transformers', 'transformers') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
