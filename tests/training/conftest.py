"""A recipe so small that a whole run takes seconds."""

from pathlib import Path

import pytest

from polybatch.training.recipe import Recipe, load_recipe

TINY = """\
name = "tiny"
languages = ["en", "sw"]
systems = ["untuned", "x-y", "hybrid"]
seeds = [1, 2]
test = ["newswire"]

[[train]]
source = "newswire"
stories = 240

[encoder]
vocabulary = 600
dimension = 16

[training]
steps = 6
batch_size = 16
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Recipe:
    """The tiny recipe, read from its file."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return load_recipe(path)
