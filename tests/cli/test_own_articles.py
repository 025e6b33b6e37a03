"""The path of someone with two folders of articles: three commands to trained models, a report, and a search index."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from polybatch.cli import app
from polybatch.data.newswire import newswire_corpus


def polybatch(*words: str | Path) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], env={"POLYBATCH_DATA": None})
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_two_folders_of_articles_become_models_and_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number, item in enumerate(newswire_corpus(stories=60).items):
        for code in ("en", "sw"):
            path = Path("articles", code, f"{number}.txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{item.queries[code]}\n{item.passages[code]}\n", encoding="utf-8")

    assert polybatch("data", "split", "en=articles/en", "sw=articles/sw", "--out", "mine").strip() == "mine/recipe.toml"
    recipe = Path("mine/recipe.toml")
    text = recipe.read_text(encoding="utf-8").replace("seeds = [1, 2, 3]", "seeds = [1]")
    text = re.sub(r"(?m)^steps = .*$", "steps = 20", text)
    recipe.write_text(text.replace('"untuned", "en-en", "x-x-mono", "x-y", ', '"untuned", '), encoding="utf-8")
    table = polybatch("run", recipe, "--data", "mine", "--out", "runs/mine")
    assert "Hybrid" in table
    assert "Untuned" in table
    assert Path("runs/mine/report.html").is_file()
    hybrid = Path("runs/mine/systems/hybrid-seed1/model")
    assert (hybrid / "modules.json").is_file()

    best = Path("mine/best.toml")
    text = re.sub(r"(?m)^steps = .*$", "steps = 20", best.read_text(encoding="utf-8"))
    best.write_text(text.replace("lexical = 2048", "lexical = 64"), encoding="utf-8")
    polybatch("train", best, "--data", "mine", "--strategy", "x-y", "--out", "models/best")
    assert "NgramEmbedding" in Path("models/best/modules.json").read_text(encoding="utf-8")
    assert "X-Y" in polybatch("evaluate", "models/best", "--on", "mine/test", "--out", "results/best")
