"""Claims about `polybatch index` and `polybatch search`: from a folder of articles to what is found in it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from polybatch.cli.index import index
from polybatch.cli.search import search
from polybatch.errors import PolybatchError
from tests.search.news import articles, save_model

Cli = Callable[..., list[str]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_model(tmp_path_factory.mktemp("models") / "static")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """The two commands in a folder with articles; gives the lines of stdout, or the text of an error."""
    app = typer.Typer()
    app.command()(index)
    app.command()(search)
    monkeypatch.chdir(tmp_path)
    rows = [{"id": one.id, "title": one.title, "text": one.text, "source": one.source} for one in articles()]
    Path("articles").mkdir()
    Path("articles/news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(*words: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["polybatch", *words])
        capsys.readouterr()
        try:
            app(standalone_mode=False)
        except PolybatchError as error:
            return str(error).splitlines()
        return capsys.readouterr().out.splitlines()

    return run


def test_a_folder_of_articles_is_indexed_once_and_searched(cli: Cli, model: str) -> None:
    told = " ".join(cli("index", model, "articles", "--out", "news", "--language", "en,sw,ne"))
    assert "news holds 21 documents in 21 passages: en 12, sw 6, ne 3." in told
    assert "Documents: 21 new, 0 changed, 0 as before, 0 deleted. Passages: 21 encoded, 0 kept" in told
    again = " ".join(cli("index", model, "articles", "--out", "news", "--language", "en,sw,ne"))
    assert "21 as before, 0 deleted. Passages: 0 encoded" in again
    printed = cli("search", "news", "Mto uliongezeka", "--from", "sw", "--in", "sw,ne", "--top", "4", "--balance")
    heads = [line.split() for line in printed if line[:2].strip().isdigit()]
    assert [head[0] for head in heads] == ["1", "2", "3", "4"]
    assert sorted(head[1] for head in heads) == ["ne", "ne", "sw", "sw"]
    found = json.loads("\n".join(cli("search", "news", "11 metres", "--method", "text", "--format", "json")))
    assert found["hits"][0]["document"] == "en-11"
    assert found["hits"][0]["found_by"] == ["text"]
    assert found["request"]["query"] == "11 metres"
    for words, ways in ((), ["dense"]), (("--hybrid",), ["dense", "text"]):
        found = json.loads("\n".join(cli("search", "news", "metres", "--in", "en", "--format", "json", *words)))
        assert {tuple(hit["found_by"]) for hit in found["hits"]} == {tuple(ways)}
    (late,) = cli("search", "news", "metres", "--since", "2030-01-01", "--method", "text")
    assert late == "nothing found"
    assert cli("search", "news", "nothingofthis", "--method", "text") == ["nothing found"]


def test_control_characters_of_an_archive_do_not_reach_the_terminal(cli: Cli, model: str) -> None:
    Path("articles/evil.jsonl").write_text(
        json.dumps({"id": "e", "title": "\x1b[31mred", "text": "evil \x1b]0;title\x07 text", "language": "en"})
    )
    cli("index", model, "articles", "--out", "news")
    printed = "\n".join(cli("search", "news", "evil", "--method", "text"))
    assert "evil ]0;title text" in printed
    assert "\x1b" not in printed


def test_a_long_passage_is_shown_by_its_beginning(cli: Cli, model: str) -> None:
    long = "The mayor spoke of the flood once more. " * 20
    Path("articles/long.jsonl").write_text(json.dumps({"id": "long", "text": long, "language": "en"}))
    cli("index", model, "articles", "--out", "news")
    printed = cli("search", "news", "mayor", "--method", "text")
    assert len(printed) == 4
    assert printed[1].strip().startswith("The mayor spoke")
    assert printed[-1].endswith("…")


def test_what_is_wrong_is_said_in_one_line_each(cli: Cli, model: str) -> None:
    Path("articles/broken.jsonl").write_text('{"id": "x"\n{"text": "no id"}\n')
    assert [line.partition(":")[0] for line in cli("index", model, "articles", "--out", "news", "--strict")] == [
        "articles/broken.jsonl",
        "news.left-out.jsonl",
    ]
    assert not Path("news").exists()
    assert cli("search", "news", " ", "--since", "soon", "--method", "magic", "--format", "pdf") == [
        "--since: 'soon'; a day such as 2024-05-31",
        "query: empty; words to look for",
        "method: 'magic'; dense, text, hybrid",
        "--format: 'pdf'; text or json",
    ]
    (line,) = cli("search", "news", "river")
    assert line.startswith("news/index.json: no index here (no such file); polybatch index MODEL CORPUS")
