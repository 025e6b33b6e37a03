"""The path of someone with two folders of articles: three commands to trained models, a report, and a search index."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from polybatch.cli import app
from polybatch.data.collections.table import load_collection
from polybatch.data.newswire import newswire_corpus
from polybatch.errors import PolybatchError
from polybatch.experiment.recipe import load_recipe
from tests.models import make_transformer


def polybatch(*words: str | Path) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], env={"POLYBATCH_DATA": None})
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def write_articles(stories: int, *languages: str) -> None:
    """Stories as a folder of articles for each language, in the current folder."""
    for number, item in enumerate(newswire_corpus(stories=stories).items):
        for code in languages:
            path = Path("articles", code, f"{number}.txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{item.queries[code]}\n{item.passages[code]}\n", encoding="utf-8")


def test_two_folders_of_articles_become_models_and_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(60, "en", "sw")

    assert polybatch("data", "split", "en=articles/en", "sw=articles/sw", "--out", "mine", "-q").split() == [
        "mine/recipe.toml",
        "mine/best.toml",
    ]
    recipe = Path("mine/recipe.toml")
    text = recipe.read_text(encoding="utf-8").replace("seeds = [1, 2, 3]", "seeds = [1]")
    text = re.sub(r"(?m)^steps = .*$", "steps = 20", text)
    recipe.write_text(text.replace('"en-en", "x-x-mono", "x-y", ', ""), encoding="utf-8")
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
    assert "best: mAP" in polybatch("evaluate", "models/best", "--on", "mine/test", "--out", "results/best")


def test_a_preset_makes_a_model_of_two_folders_in_one_command_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(20, "en", "ne")
    monkeypatch.setattr("polybatch.data.own_recipes.LEAST_STEPS", 4)
    monkeypatch.setattr("polybatch.data.own_recipes.MOST_STEPS", 8)
    command = ["train", "--preset", "best", "en=articles/en", "ne=articles/ne", "--out", "models/mine"]
    ran = CliRunner().invoke(app, command, env={"POLYBATCH_DATA": None})
    assert ran.exit_code == 0, ran.output
    assert ran.stdout == "models/mine\n"
    assert "encoder.ngrams 4: character n-grams in Latin letters; Devanagari and Latin scripts" in ran.stderr
    assert "training.batch_size 11: 3/4 of 15 groups" in ran.stderr
    assert "min on this processor; a rough estimate" in ran.stderr
    assert Path("models/mine/modules.json").is_file()
    assert Path("models/mine.articles/best.toml").is_file()
    tested = polybatch("evaluate", "models/mine", "--on", "models/mine.articles/test", "--out", "results")
    assert "mine" in tested
    again = CliRunner().invoke(app, command, env={"POLYBATCH_DATA": None})
    assert "already there and used; delete it to make it again" in again.stderr


def test_what_a_preset_cannot_be_given_is_refused_at_once(tmp_path: Path) -> None:
    def said(*words: str) -> str:
        ran = CliRunner().invoke(app, ["train", *words, "--out", str(tmp_path / "m")], env={"POLYBATCH_DATA": None})
        assert isinstance(ran.exception, PolybatchError)
        return str(ran.exception)

    assert "--strategy: missing" in said("recipe.toml")
    assert "--preset: 'worst'; known: best" in said("en=a", "--preset", "worst")
    assert "one recipe; or --preset best for archives" in said("en=a", "sw=b", "--strategy", "x-y")
    assert "a language and a folder or file each" in said("en", "--preset", "best")


def test_articles_where_the_split_would_be_written_are_refused_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(20, "en", "ne")
    Path("articles").rename("mine.articles")
    before = sorted(Path("mine.articles").rglob("*"))
    folders = ["en=mine.articles/en", "ne=mine.articles/ne"]
    for command in (
        ["train", "--preset", "best", *folders, "--out", "mine"],
        ["data", "split", *folders, "--out", "mine.articles"],
    ):
        ran = CliRunner().invoke(app, command, env={"POLYBATCH_DATA": None})
        assert str(ran.exception) == "mine.articles: is there already; name another --out"
        assert sorted(Path("mine.articles").rglob("*")) == before


def test_a_pretrained_encoder_is_tuned_on_two_folders_and_the_command_says_which_to_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(40, "en", "ne")
    texts = [path.read_text(encoding="utf-8") for path in Path("articles").rglob("*.txt")]
    base = make_transformer(tmp_path, texts)
    command = ["train", "--preset", "best", "en=articles/en", "ne=articles/ne", "--out", "mine", "--from", str(base)]
    ran = CliRunner().invoke(app, command, env={"POLYBATCH_DATA": None})
    assert ran.exit_code == 0, ran.output
    lines = ran.stdout.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:5]] == ["| BM25", f"| {base}", "| mine"]
    assert re.match(
        r"Use (BM25|mine|.*model): 0\.\d+ mAP in the mean of the three settings, .* on 7 held-out", lines[6]
    )
    assert lines[-1] == "mine"
    assert "tuning.train_layers 1: of 2" in ran.stderr
    assert re.search(r"training.steps \d+: each row some 10 times: a step of 21 rows takes", ran.stderr)
    recipe = load_recipe(Path("mine.articles/tuned.toml"))
    assert recipe.selection is not None
    stop, test = (load_collection(str(Path("mine.articles") / part), data=None) for part in ("stop", "test"))
    trained = {path.stem for path in Path("mine.articles/train").rglob("*.txt")}
    sides = [trained, *({query.id for query in one.queries["en"]} for one in (stop, test))]
    assert list(map(len, sides)) == [29, 4, 7]
    assert len(set.union(*sides)) == 40, "no article is on two sides"


def test_too_little_time_is_refused_with_what_would_be_needed_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(20, "en", "ne")
    base = make_transformer(tmp_path, ["the river rose, नदी बढ्यो"] * 20)
    monkeypatch.setattr("polybatch.experiment.tuned.LEAST_STEPS", 10_000)
    folders = ["en=articles/en", "ne=articles/ne"]
    command = ["train", "--preset", "best", *folders, "--out", "mine", "--from", str(base), "--time", "0.1"]
    ran = CliRunner().invoke(app, command, env={"POLYBATCH_DATA": None})
    assert re.match(r"--time: 0.1 minutes, and 10000 steps take some \d+ here", str(ran.exception))
    assert not Path("mine.articles").exists()


def test_what_from_and_time_cannot_go_with_is_refused_at_once(tmp_path: Path) -> None:
    def said(*words: str) -> str:
        ran = CliRunner().invoke(app, ["train", *words, "--out", str(tmp_path / "m")], env={"POLYBATCH_DATA": None})
        assert isinstance(ran.exception, PolybatchError)
        return str(ran.exception)

    assert "--from: e5; with --preset best" in said("recipe.toml", "--strategy", "x-y", "--from", "e5")
    assert "--time: 5; with --preset best --from MODEL" in said("en=a", "sw=b", "--preset", "best", "--time", "5")
    assert "--strategy: x-y; --from takes its own" in said(
        "en=a", "sw=b", "--preset", "best", "--from", "e5", "--strategy", "x-y"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "a folder that holds no model" in said("en=a", "sw=b", "--preset", "best", "--from", str(empty))
