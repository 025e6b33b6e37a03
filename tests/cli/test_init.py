"""Claims about `polybatch init`: each recipe that it writes is taken by `load_recipe`, and nothing is written over."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from polybatch.cli import app
from polybatch.errors import DataError, RecipeError
from polybatch.experiment.recipe import load_recipe


def run(*words: object) -> str:
    found = CliRunner().invoke(app, ["init", *map(str, words)])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.output


def test_without_anything_it_is_a_whole_recipe_of_the_newswire(tmp_path: Path) -> None:
    told = run("--out", tmp_path / "mine.toml")
    recipe = load_recipe(tmp_path / "mine.toml")
    assert (recipe.name, recipe.test, recipe.systems[0]) == ("mine", ["newswire"], "bm25")
    assert f"next:   polybatch run {tmp_path / 'mine.toml'} --dry-run" in told


def test_a_model_becomes_the_encoder(tmp_path: Path) -> None:
    run("intfloat/multilingual-e5-small", "--languages", "en,sw", "--out", tmp_path / "r.toml")
    recipe = load_recipe(tmp_path / "r.toml")
    assert recipe.encoder.kind == "pretrained"
    assert recipe.languages == ["en", "sw"]


def test_a_folder_without_data_that_fit_is_refused_and_no_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="does not hold a set to train on and another to test on in en, sw, ne"):
        run(tmp_path / "empty", "--out", tmp_path / "r.toml")
    assert not (tmp_path / "r.toml").exists()
    (tmp_path / "r.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(RecipeError, match="is there already"):
        run("--out", tmp_path / "r.toml")
    assert (tmp_path / "r.toml").read_text(encoding="utf-8") == "mine"
