"""The tiny recipe, for every test of training."""

from pathlib import Path

import pytest

from polybatch.experiment.recipe import Recipe, load_recipe
from tests.tiny import TINY


@pytest.fixture
def tiny(tmp_path: Path) -> Recipe:
    """The tiny recipe, read from its file."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return load_recipe(path)
