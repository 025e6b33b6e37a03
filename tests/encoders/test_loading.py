"""Claims about loading an encoder to judge and to search with: normalisation, types, devices, padding."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from polybatch.encoders.building import build_encoder
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.lengths import Cut
from polybatch.encoders.loading import RECORD, SentenceEncoder, load_encoder
from polybatch.encoders.opening import pick_dtype, set_pooling
from polybatch.encoders.settings import PretrainedEncoder
from polybatch.errors import ModelError
from polybatch.progress import Silent
from polybatch.text.normalisation import Normalisation, normalise
from tests.models import make_transformer

TEXTS = [f"the river rose by {number} metres, “mto” uliongezeka" for number in range(60)]
QUOTED = "the “river”  rose"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_transformer(tmp_path, TEXTS)


def encode(folder: Path, *texts: str, **options: object) -> np.ndarray:
    return load_encoder(str(folder), **options).encode_passages(texts, Silent())  # type: ignore[arg-type]


def test_texts_are_normalised_as_the_models_record_says(folder: Path) -> None:
    before, straight = encode(folder, QUOTED), encode(folder, 'the "river" rose')
    assert not np.allclose(before, straight)
    (folder / RECORD).write_text(json.dumps({"normalisation": Normalisation().to_record()}))
    assert np.allclose(encode(folder, QUOTED), straight, atol=1e-6)
    model = SentenceTransformer(str(folder), device="cpu")
    assert np.allclose(encode(folder, QUOTED), model.encode_document([normalise(QUOTED, Normalisation())]), atol=1e-6)
    (folder / RECORD).write_text(json.dumps({"normalisation": None, "strategy": "hybrid"}))
    assert np.allclose(encode(folder, QUOTED), before, atol=1e-6)


def test_normalisation_is_part_of_what_a_fingerprint_reads(folder: Path) -> None:
    prints = {fingerprint(load_encoder(str(folder)))}
    for form in ("NFC", "NFKC"):
        (folder / RECORD).write_text(json.dumps({"normalisation": Normalisation(form=form).to_record()}))
        prints.add(fingerprint(load_encoder(str(folder))))
    assert len(prints) == 3


def test_a_record_that_cannot_be_read_is_refused_in_one_line(folder: Path) -> None:
    (folder / RECORD).write_text(json.dumps({"normalisation": {"form": "NFX"}}))
    with pytest.raises(ModelError, match="normalisation cannot be read") as caught:
        load_encoder(str(folder))
    assert len(str(caught.value).splitlines()) == 1


def test_bfloat16_gives_float32_vectors_near_those_of_float32(folder: Path) -> None:
    whole, half = encode(folder, *TEXTS), encode(folder, *TEXTS, dtype="bfloat16")
    assert half.dtype == np.float32
    cosines = (whole * half).sum(1) / np.linalg.norm(whole, axis=1) / np.linalg.norm(half, axis=1)
    assert cosines.min() > 0.99
    assert not np.array_equal(whole, half)


def test_length_one_is_length_one_whatever_the_weights_are_held_in(folder: Path, tmp_path: Path) -> None:
    unit = build_encoder(PretrainedEncoder(model=str(folder), unit_length=True), texts=None, seed=1)
    unit.save(str(tmp_path / "unit"), create_model_card=False)
    for dtype in ("float32", "bfloat16"):
        lengths = np.linalg.norm(encode(tmp_path / "unit", *TEXTS, dtype=dtype), axis=1)
        assert np.abs(lengths - 1).max() < 1e-6


def test_auto_is_bfloat16_only_where_the_processor_computes_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for able, dtype in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: {"avx512_bf16": able})
        assert pick_dtype("auto", "cpu") == dtype
    assert pick_dtype("float16") == torch.float16
    with pytest.raises(ModelError, match="dtype: no such type: 'int8'; known: auto, float32, bfloat16, float16"):
        pick_dtype("int8")


def test_the_device_is_the_one_that_is_asked_for(folder: Path) -> None:
    assert load_encoder(str(folder), device="cpu").model.device.type == "cpu"
    with pytest.raises(ModelError, match="cannot be loaded as a model") as caught:
        load_encoder(str(folder), device="abacus")
    assert len(str(caught.value).splitlines()) == 1


def test_texts_are_counted_as_cut_by_what_is_read_of_them_normalised(folder: Path) -> None:
    spaced = "the    river    rose"
    limit = len(load_encoder(str(folder)).model.tokenizer(normalise(spaced, Normalisation()))["input_ids"])
    model = build_encoder(PretrainedEncoder(model=str(folder), passage_tokens=limit), texts=None, seed=1)
    assert SentenceEncoder(model).count_cut([spaced, "the"], queries=False) == Cut(2, 1, limit)
    assert SentenceEncoder(model, normalisation=Normalisation()).count_cut([spaced], queries=False) == Cut(1, 0, limit)


def test_weights_that_a_models_files_lack_are_drawn_alike_each_time(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    stored = {name: weight for name, weight in load_file(path).items() if not name.startswith("pooler")}
    save_file(stored, path, metadata={"format": "pt"})
    prints = set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        state = torch.get_rng_state()
        prints.add(fingerprint(load_encoder(str(folder))))
        assert torch.equal(torch.get_rng_state(), state), "global randomness is left as it was"
    assert len(prints) == 1


def test_a_batch_size_under_one_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="batch size: 0; 1 or more works"):
        load_encoder(str(folder), batch_size=0)


def test_no_texts_are_no_vectors(folder: Path) -> None:
    assert encode(folder).shape == (0, 0)


def set_tokens(folder: Path, **tokens: str | None) -> None:
    path = folder / "tokenizer_config.json"
    stored = {key: value for key, value in json.loads(path.read_text()).items() if not key.endswith("_token")}
    path.write_text(json.dumps(stored | {key: value for key, value in tokens.items() if value}))


def set_padding(folder: Path, padding: int | None) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pad_token_id": padding}))


def test_a_tokenizer_without_padding_pads_with_what_the_configuration_names(folder: Path) -> None:
    texts = ["the", "the river rose by 3 metres"]
    expected = encode(folder, *texts)
    set_tokens(folder, unk_token="<unk>")
    set_padding(folder, 2)
    encoder = load_encoder(str(folder))
    assert encoder.model.tokenizer.pad_token_id == 2
    assert np.allclose(encoder.encode_passages(texts, Silent()), expected, atol=1e-5)


def test_else_it_pads_with_a_token_of_its_own(folder: Path) -> None:
    set_tokens(folder, unk_token="<unk>")
    set_padding(folder, None)
    assert load_encoder(str(folder)).model.tokenizer.pad_token == "<unk>"


def test_a_tokenizer_with_no_token_to_pad_with_is_refused_in_one_line(folder: Path) -> None:
    set_tokens(folder)
    set_padding(folder, None)
    with pytest.raises(ModelError, match=r"its tokenizer has no token to pad with.*tokenizer_config\.json") as caught:
        load_encoder(str(folder))
    assert len(str(caught.value).splitlines()) == 1


def test_a_prompt_that_is_stored_for_passages_is_applied_to_documents(folder: Path) -> None:
    path = folder / "config_sentence_transformers.json"
    stored = json.loads(path.read_text()) | {"prompts": {"query": "q: ", "passage": "p: "}}
    path.write_text(json.dumps(stored))
    encoder = load_encoder(str(folder))
    assert np.allclose(
        encoder.encode_passages(["mto"], Silent()), encoder.model.encode(["p: mto"], prompt=""), atol=1e-6
    )


def test_an_unknown_pooling_is_named_with_those_that_there_are(folder: Path) -> None:
    with pytest.raises(ModelError, match="no such pooling: 'middle'; known: mean, cls, max, lasttoken"):
        set_pooling(SentenceTransformer(str(folder), device="cpu"), "middle", where="encoder.pooling")
