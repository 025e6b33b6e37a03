"""Claims about `polybatch data build`: what it writes, what it prints, and what it refuses."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from polybatch.cli.data_build import build
from polybatch.data.building import open_built
from polybatch.errors import DataError, RecipeError
from polybatch.text.normalisation import Normalisation
from tests.tiny import TINY

app = typer.Typer()
app.command()(build)

LINES = """
[[train]]
source = "lines"
name = "mine"
licence = "CC0"
files = { en = ["mine.en"], ne = ["mine.ne"] }

[normalisation]
digits = "keep"
"""


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"POLYBATCH_DATA": None})


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe of two datasets, in the current folder, with the files of the second; one line of it is no text."""
    monkeypatch.chdir(tmp_path)
    Path("mine.en").write_text("One 1.\n\u200b\nThree 3.\nFour.\n", encoding="utf-8")
    Path("mine.ne").write_text("एक १।\n\u200b\nतीन ३।\nचार।\n", encoding="utf-8")
    Path("recipe.toml").write_text(TINY + LINES, encoding="utf-8")
    return Path("recipe.toml")


def cells(text: str, first: str) -> list[list[str]]:
    """The lines of the table whose heading begins so, in words."""
    lines = text.split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith(first))
    end = lines.index("", start)
    return [line.split() for line in lines[start:end]]


def test_it_writes_the_table_and_prints_what_is_in_it(recipe: Path) -> None:
    short = run(recipe, "--out", "table", "--data", ".").stdout
    assert short.startswith("243 rows in en, ne and sw. 1 row left out")
    assert short.rstrip().endswith("next:  polybatch run recipe.toml --table table")
    ran = run(recipe, "--out", "table", "--data", ".", "--details")
    assert ran.exit_code == 0
    assert cells(ran.stdout, "dataset")[1:] == [
        ["newswire", "240", "0", "240", "240", "0", "Apache-2.0", "(polybatch)"],
        ["mine", "4", "1", "3", "2", "0", "CC0"],
    ]
    assert cells(ran.stdout, "queries") == [
        ["queries", "newswire", "mine", "all"],
        ["en", "240", "3", "243"],
        ["ne", "240", "3", "243"],
        ["sw", "240", "0", "240"],
    ]
    assert ["sw-ne", "240", "0", "240"] in cells(ran.stdout, "direction")
    assert cells(ran.stdout, "left out")[1][-3:] == ["1", "mine", "mine-0.1"]
    built = open_built(Path("table"))
    assert ran.stdout.rstrip().endswith(f"fingerprint {built.fingerprint}")
    assert built.normalisation == Normalisation(digits="keep")
    assert built.manifest["command"] == "polybatch data build recipe.toml --out table --data ."
    assert "३" in "".join(built.texts())


def test_news_of_the_work_goes_to_stderr_and_nothing_is_done_twice(recipe: Path) -> None:
    first, second = (run(recipe, "--out", "table", "--data", ".") for _ in range(2))
    assert first.stdout == second.stdout
    assert "mine: 3 rows, 1 left out" in first.stderr
    assert second.stderr == "table: built before, of the same sources\n"


def test_what_is_missing_is_named(recipe: Path) -> None:
    with pytest.raises(DataError, match=r"recipe tiny: no data folder given; --data DIR or POLYBATCH_DATA=DIR"):
        raise_from(run(recipe, "--out", "table"))
    Path("mine.ne").unlink()
    with pytest.raises(DataError, match=r"mine\.ne: no such file"):
        raise_from(run(recipe, "--out", "table", "--data", "."))
    with pytest.raises(RecipeError, match=r"other\.toml: no such file"):
        raise_from(run("other.toml", "--out", "table"))
    assert not Path("table").exists()


def raise_from(ran: Result) -> None:
    assert ran.exception
    raise ran.exception
