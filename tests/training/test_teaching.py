"""Claims about trainings that a pretrained encoder teaches: what it starts, what it scores, what is encoded once."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.errors import FaultyInputError
from polybatch.experiment.recipe import load_recipe
from polybatch.experiment.run import run_recipe, train_one
from polybatch.progress import Silent
from tests.encoders.test_static import TEXTS
from tests.models import make_transformer
from tests.tiny import TINY

pytest.importorskip("model2vec")
pytest.importorskip("skeletoken")

NAMES: dict[str, Any] = {"data": None, "progress": Silent(), "command": ""}


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    """A recipe whose encoder starts from a small transformer that teaches it, too."""
    model = make_transformer(tmp_path, TEXTS)
    path = tmp_path / "taught.toml"
    start = f'[encoder]\nstart = "{model}"\nstart_components = 12\nngrams = 4\nbuckets = 64\n'
    loss = f'\n[loss]\nname = "listwise-distillation"\nteacher = "{model}"\n'
    path.write_text(TINY.replace("[encoder]\n", start) + loss, encoding="utf-8")
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts transformers encode, call by call."""
    counts: list[int] = []
    before = SentenceEncoder._encode

    def counting(self: SentenceEncoder, texts: Any, *arguments: Any, **options: Any) -> Any:
        if type(self.model[0]).__name__ == "Transformer":
            counts.append(len(texts))
        return before(self, texts, *arguments, **options)

    monkeypatch.setattr(SentenceEncoder, "_encode", counting)
    return counts


def test_a_teacher_reads_texts_once_over_systems_seeds_and_runs(taught: Path, tmp_path: Path, read: list[int]) -> None:
    recipe, vectors = load_recipe(taught), tmp_path / "vectors"
    run_recipe(recipe, out=tmp_path / "run", vectors=vectors, **NAMES)
    assert len(read) == 2, "queries, then passages, for four trainings"
    kept = sorted(vectors.rglob("*.npy"))
    train_one(recipe, "x-y", seed=1, out=tmp_path / "model", vectors=vectors, **NAMES)
    assert len(read) == 2
    assert sorted(vectors.rglob("*.npy")) == kept
    run, alone = (
        load_encoder(str(folder)).encode_queries(TEXTS, Silent())
        for folder in (tmp_path / "run/systems/x-y-seed1/model", tmp_path / "model")
    )
    assert np.array_equal(run, alone)


def test_a_start_and_a_teacher_change_what_is_trained(taught: Path, tmp_path: Path) -> None:
    text = taught.read_text(encoding="utf-8")
    alone = text[: text.index("[loss]")]
    drawn = "\n".join(line for line in alone.splitlines() if not line.startswith("start"))
    vectors = []
    for name, recipe in {"taught": text, "alone": alone, "drawn": drawn}.items():
        (path := tmp_path / f"{name}.toml").write_text(recipe, encoding="utf-8")
        train_one(load_recipe(path), "x-y", seed=1, out=tmp_path / name, **NAMES)
        vectors.append(load_encoder(str(tmp_path / name)).encode_queries(TEXTS[:5], Silent()))
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3)
    assert not np.allclose(vectors[1], vectors[2], atol=1e-3)


@pytest.mark.parametrize("key", ["start", "teacher"])
def test_a_model_that_is_not_there_is_told_with_its_line_before_any_work(
    key: str, taught: Path, tmp_path: Path
) -> None:
    lines = taught.read_text(encoding="utf-8").splitlines()
    number = next(place for place, line in enumerate(lines, 1) if line.startswith(f"{key} ="))
    lines[number - 1] = f'{key} = "./nowhere"'
    taught.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(FaultyInputError, match=rf"line {number}: \./nowhere"):
        train_one(load_recipe(taught), "x-y", seed=1, out=tmp_path / "m", **NAMES)
