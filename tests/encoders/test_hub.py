"""Claims about finding a model's files. Nothing here asks the hub: the tests run with HF_HUB_OFFLINE set."""

import shutil
from pathlib import Path

import pytest

from polybatch.data.translation.model import load_translator
from polybatch.encoders.building import build_encoder
from polybatch.encoders.hub import find_model, is_here, is_offline, model_file
from polybatch.encoders.loading import load_encoder
from polybatch.encoders.settings import PretrainedEncoder
from polybatch.errors import ModelError
from tests.models import make_transformer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TEXTS = ["the river rose in the night", "mto uliongezeka usiku"] * 20


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty cache, and no hub."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "cache"))


def cache(name: str, folder: Path, where: Path) -> None:
    """Lay a model into a cache as a download does."""
    home = where / f"models--{name.replace('/', '--')}"
    shutil.copytree(folder, home / "snapshots" / COMMIT)
    (home / "refs").mkdir()
    (home / "refs/main").write_text(COMMIT)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("LaBSE", "sentence-transformers/LaBSE"),
        ("xlm-roberta-base", "FacebookAI/xlm-roberta-base"),
        ("multilingual-e5-small", "intfloat/multilingual-e5-small"),
        ("bge-m3", "BAAI/bge-m3"),
        ("no-such/model-anywhere", "no-such/model-anywhere"),
    ],
)
def test_a_model_that_is_not_here_is_one_line_with_what_to_do(name: str, full: str) -> None:
    assert is_offline()
    for refused in (
        lambda: load_encoder(name),
        lambda: build_encoder(PretrainedEncoder(model=name), texts=None, seed=1),
    ):
        with pytest.raises(ModelError) as caught:
            refused()
        message = str(caught.value)
        assert message.startswith(f"{name}: no such folder, and not in the hub's cache")
        assert f"`hf download {full}`" in message
        assert 'kind = "static"' in message
        assert len(message.splitlines()) == 1


def test_the_revision_stands_in_the_command() -> None:
    with pytest.raises(ModelError, match="`hf download sentence-transformers/LaBSE --revision v2`"):
        find_model("LaBSE", revision="v2")


def test_a_path_that_is_not_there_is_no_name_on_the_hub() -> None:
    with pytest.raises(ModelError, match="runs/demo/models/hybrid: no such folder"):
        find_model("runs/demo/models/hybrid")


def test_a_cached_model_is_found_by_its_short_name_without_a_network(tmp_path: Path) -> None:
    folder = make_transformer(tmp_path / "made", TEXTS)
    for full, short in (
        ("intfloat/multilingual-e5-small", "multilingual-e5-small"),
        ("sentence-transformers/tiny", "tiny"),
    ):
        cache(full, folder, tmp_path / "cache")
        assert find_model(short) == full
        assert model_file(full, "modules.json") is not None
        assert load_encoder(short).model.get_embedding_dimension() == 32


def test_without_the_switch_a_name_is_left_to_be_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    assert find_model("LaBSE") == "sentence-transformers/LaBSE"


def test_the_hub_is_asked_once_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def model_info(_: object, name: str, **__: object) -> None:
        asked.append(name)
        raise OSError("401 Client Error.\n\nRepository Not Found for url: x")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)
    monkeypatch.setattr("sentence_transformers.SentenceTransformer.__init__", lambda *_, **__: pytest.fail("loaded"))
    with pytest.raises(ModelError) as caught:
        load_encoder("no-such/model")
    assert "cannot be fetched (401 Client Error. Repository Not Found for url: x)" in str(caught.value)
    with pytest.raises(ModelError, match="not on this machine, and cannot be fetched"):
        load_translator("no-such/translator")
    assert asked == ["no-such/model", "no-such/translator"]


def test_models_that_are_here_are_not_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_transformer(tmp_path / "made", TEXTS)
    cache("BAAI/bge-m3", folder, tmp_path / "cache")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: pytest.fail("asked"))
    assert is_here(str(folder))
    assert is_here("BAAI/bge-m3")
    assert not is_here("no-such/model")
    assert load_encoder(str(folder)).model.get_embedding_dimension() == 32


def test_a_download_that_was_cut_short_is_one_line(tmp_path: Path) -> None:
    folder = make_transformer(tmp_path / "made", TEXTS)
    (folder / "model.safetensors").unlink()
    cache("BAAI/bge-m3", folder, tmp_path / "cache")
    with pytest.raises(ModelError, match="bge-m3: cannot be loaded as a model") as caught:
        load_encoder("bge-m3")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["./nowhere", "../nowhere", "a/b/c", "no--where", "no..where", "nowhere.", ".nowhere"])
def test_a_name_that_the_hub_cannot_have_is_a_folder_that_is_not_there(name: str) -> None:
    with pytest.raises(ModelError, match="no such folder; a folder, or owner/name on the hub"):
        find_model(name)
