"""Claims about `polybatch evaluate INDEX`: searches are judged as models are, on collections or own queries."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from polybatch.cli import main
from polybatch.data.collections.table import load_collections
from polybatch.encoders.loading import load_encoder
from polybatch.results.store import Store
from polybatch.search.building import describe_model
from polybatch.search.index import Index
from polybatch.search.indexing import add_documents
from polybatch.search.judging import documents_of
from tests.search.news import save_model

Cli = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_model(tmp_path_factory.mktemp("models") / "static")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, model: str) -> Path:
    """The newswire in two languages, indexed."""
    folder = tmp_path_factory.mktemp("indexes") / "newswire"
    (collection,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    encoder = load_encoder(model)
    made = Index.make(folder, describe_model(model, encoder))
    with made.writing():
        add_documents(made, documents_of(collection), encoder)
    return folder


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """The command line in an empty folder; gives the lines of stdout and those of stderr."""
    monkeypatch.delenv("POLYBATCH_DATA", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[list[str], list[str]]:
        monkeypatch.setattr(sys, "argv", ["polybatch", *words])
        capsys.readouterr()
        with suppress(SystemExit):
            main()
        printed = capsys.readouterr()
        return printed.out.splitlines(), printed.err.splitlines()

    return run


def test_an_index_is_judged_on_ones_own_queries_and_each_way_to_search_is_a_system(cli: Cli, index: Path) -> None:
    (collection,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    asked = [(code, one) for code in ("en", "sw") for one in collection.queries[code][:6]]
    rows = [{"_id": f"{code}-{one.id}", "query": one.id, "text": one.text, "language": code} for code, one in asked]
    Path("q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    relevant = sorted({(one.id, passage) for _, one in asked for passage in collection.judgements[one.id]})
    Path("qrels.txt").write_text("".join(f"{query} 0 {passage} 1\n" for query, passage in relevant))
    words = ("--queries", "q.jsonl", "--judgements", "qrels.txt", "--measure", "R@100", "--out", "out")
    printed, _ = cli("evaluate", str(index), *words)
    found = Store(Path("out")).results
    ways = {one.system.rpartition(":")[2] for one in found}
    assert ways == {"dense", "text", "hybrid", "dense+balance"}
    assert all(any(f":{way}" in line for line in printed) for way in ways)
    english = {
        one.system.rpartition(":")[2]: one.value
        for one in found
        if (one.setting, one.query_language) == ("monolingual", "en")
    }
    assert english["text"] > 0.5
    command = json.loads(Path("out/manifest.json").read_text())["command"]
    assert "--queries q.jsonl --judgements qrels.txt" in command
    assert command.startswith("polybatch evaluate ")


def test_exact_search_in_an_index_is_judged_as_its_model(cli: Cli, index: Path, model: str) -> None:
    on = ("--on", "newswire", "--languages", "en,sw", "--measure", "R@100")
    cli("evaluate", str(index), *on, "--method", "dense", "--out", "searched")
    cli("evaluate", model, *on, "--out", "ranked")
    searched, ranked = (
        {(one.setting, one.query_language, one.passage_language): one.value for one in Store(Path(out)).results}
        for out in ("searched", "ranked")
    )
    assert searched.keys() == ranked.keys()
    assert all(abs(searched[key] - ranked[key]) < 0.01 for key in ranked)


def test_options_of_an_index_are_refused_for_a_model_and_the_other_way_round(cli: Cli, index: Path, model: str) -> None:
    _, told = cli("evaluate", model, "--method", "text", "--queries", "q.jsonl", "--out", "out")
    assert [line.split(":")[1].strip() for line in told] == ["--queries", "--method", "--on"]
    _, told = cli("evaluate", str(index), "--on", "newswire", "--fuse-bm25", "--out", "out")
    assert told == ["polybatch: --fuse-bm25: is of models; --method hybrid"]
    _, told = cli("evaluate", str(index), "--on", "newswire", "--method", "magic", "--out", "out")
    assert len(told) == 1
    assert told[0].startswith("polybatch: --method: 'magic'; dense, dense+balance, text")
    _, told = cli("evaluate", str(index), "--out", "out")
    assert "either --on, or --queries with --judgements" in told[0]
    assert not Path("out").exists()
