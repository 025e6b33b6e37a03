"""Claims about `polybatch data negatives`: by BM25 or a model, into a table that trains with them."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from polybatch.cli.data_negatives import negatives
from polybatch.data.building import build_table, open_built
from polybatch.data.sources.newswire import NewswireSource
from polybatch.progress import Silent
from polybatch.text.normalisation import Normalisation
from tests.models import make_transformer

app = typer.Typer()
app.command()(negatives)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    sources = [NewswireSource(stories=40)]
    normalisation = Normalisation()
    build_table(sources, tmp_path / "table", data=tmp_path, normalisation=normalisation, command="", progress=Silent())
    return tmp_path / "table"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_bm25_mines_a_table_into_a_new_one(table: Path, tmp_path: Path) -> None:
    ran = run(table, "--out", tmp_path / "mined", "--count", "2", "--first", "3", "--last", "20")
    assert ran.exit_code == 0, ran.exception
    assert [line.split(":")[0] for line in ran.stdout.splitlines()] == [
        f"newswire in {code}" for code in ("en", "ne", "sw")
    ]
    mined = open_built(tmp_path / "mined")
    assert (mined.table.negatives, open_built(table).table.negatives) == (2, 0)
    assert mined.manifest["command"].startswith("polybatch data negatives")
    assert "--by bm25 --count 2 --first 3 --last 20 --below 0.9 --seed 1" in mined.manifest["command"]


def test_a_folder_of_something_else_is_refused_before_anything_is_mined(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polybatch.data.negatives.mine", lambda *_, **__: pytest.fail("mined"))
    (tmp_path / "mine").mkdir()
    for out in (table, tmp_path / "mine"):
        assert str(run(table, "--out", out).exception).startswith(f"{out}: holds something else")


def test_a_model_mines_too(table: Path, tmp_path: Path) -> None:
    texts = list(open_built(table).texts())
    model = make_transformer(tmp_path, texts)
    ran = run(table, "--out", tmp_path / "mined", "--by", model, "--first", "5", "--last", "30", "--below", "1")
    assert ran.exit_code == 0, ran.exception
    manifest = open_built(tmp_path / "mined").manifest
    assert manifest["negatives"]["by"] == str(model)
    assert all(one["mined"] + one["drawn"] == 40 for one in manifest["negatives"]["counts"]["newswire"].values())


def test_what_is_no_built_table_is_refused(tmp_path: Path) -> None:
    assert "a folder that `polybatch data build` wrote works" in str(run(tmp_path, "--out", tmp_path / "x").exception)
    assert "negatives: 0" in str(run(tmp_path, "--out", tmp_path / "x", "--count", "0").exception)
