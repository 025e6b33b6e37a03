"""Claims about `polybatch evaluate run:PATH`: run files from elsewhere are judged by their names, and gaps are said."""

import gzip
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from polybatch.cli import main
from polybatch.results.store import Store

Cli = Callable[..., tuple[list[str], list[str]]]


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


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A collection of one question in two languages, two passages in each."""
    folder = tmp_path / "mine"
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": f"{code}{n}", "text": f"{code} {n}", "language": code} for code in ("en", "sw") for n in (1, 2)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    asked = [{"_id": f"q-{code}", "query": "q", "text": code, "language": code} for code in ("en", "sw")]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    (folder / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ten1\t1\nq\tsw1\t1\n")
    return folder


def lines_of(*passages: str) -> str:
    return "".join(f"q Q0 {one} {rank} {-rank} x\n" for rank, one in enumerate(passages, start=1))


def values(out: Path) -> dict[tuple[str, str, str, str, str], float]:
    return {
        (row.system, row.setting, row.query_language, row.passage_language, row.measure): row.value
        for row in Store(out).results
    }


def test_what_export_writes_is_judged_as_it_was(cli: Cli, tmp_path: Path) -> None:
    cli("evaluate", "bm25", "--on", "newswire", "--languages", "en,sw", "--top", "30", "--out", "out")
    cli("export", "out", "--trec-run", "trec")
    names = ("--measure", "nDCG@10", "--measure", "AWRF@20")
    judged = ("evaluate", "run:trec/newswire", "--on", "newswire", "--languages", "en,sw")
    printed, said = cli(*judged, "--out", "again", *names)
    assert any("BM25" in line for line in printed)
    cli("evaluate", "bm25", "--on", "newswire", "--languages", "en,sw", "--top", "30", "--out", "out", *names)
    before, after = values(tmp_path / "out"), values(tmp_path / "again")
    mixed = {key: value for key, value in before.items() if key[1] == "multilingual"}
    assert {key[1] for key in after} == {"multilingual"}
    assert after == pytest.approx(mixed)
    assert any("names 30 of" in line and "cut-offs up to 30 are exact" in line for line in said)
    _, said_by_default = cli(*judged, "--out", "default")
    (beyond,) = [line for line in said_by_default if line.startswith("at a depth of 30")]
    assert "whole rankings: mAP, R@100, rank_distance, Max@R, LPR; answers that a run does not name tie" in beyond
    assert not any(line.startswith("at a depth") for line in said)
    for setting in ("monolingual", "cross-lingual"):
        assert any(f"no pools of the {setting} setting have rankings: no run of" in line for line in said)
    manifest = json.loads((tmp_path / "again/manifest.json").read_text())
    assert set(manifest["notes"]) <= set(said)
    assert manifest["command"].startswith("polybatch evaluate run:trec/newswire --on newswire")


def test_names_say_system_seed_queries_and_pool(cli: Cli, mine: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "a%20b.seed2.en.run").write_text(lines_of("sw1", "en2", "sw2", "en1"))
    (runs / "a%20b.seed2.sw-en.run").write_text(lines_of("en1"))
    (runs / "other.en-sw.run.gz").write_bytes(gzip.compress(lines_of("sw2", "sw1").encode()))
    _, said = cli("evaluate", "run:runs", "--on", "mine", "--measure", "RR", "--out", "out")
    found = values(tmp_path / "out")
    assert {key[:4]: value for key, value in found.items() if "mean" not in key} == {
        ("a b", "multilingual", "en", "all"): 1,
        ("a b", "monolingual", "en", "en"): 0.5,  # the union is named whole: it is a run of each language too
        ("a b", "cross-lingual", "en", "sw"): 1,
        ("a b", "cross-lingual", "sw", "en"): 1,
        ("other", "cross-lingual", "en", "sw"): 0.5,
    }
    assert {(row.system, row.seed) for row in Store(tmp_path / "out").results} == {("a b", 2), ("other", None)}
    assert "mine: 1 of 2 pools of the multilingual setting have rankings: no run of sw-all" in said


def test_one_language_of_queries_and_one_pool_need_no_name(cli: Cli, mine: Path, tmp_path: Path) -> None:
    (tmp_path / "bare.txt").write_text(lines_of("en2", "en1"))
    _, said = cli("evaluate", "run:bare.txt", "--on", "mine", "--languages", "en", "--measure", "RR", "--out", "out")
    assert said == []
    assert values(tmp_path / "out")["bare", "monolingual", "en", "en", "RR"] == 0.5


def test_every_fault_of_the_files_is_a_line(cli: Cli, mine: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "nameless.run").write_text(lines_of("en1"))
    (runs / "x.en.run").write_text("q Q0 en1\n")
    _, said = cli("evaluate", "run:runs", "--on", "mine", "--out", "out")
    assert [line.split(": ", 2)[1:] for line in said] == [
        ["runs/nameless.run", said[0].split(": ", 2)[2]],
        ["runs/x.en.run:1", "3 columns; query Q0 passage rank score tag"],
    ]
    assert "its name does not say which languages it ranks (queries in en, sw; passages in en, sw)" in said[0]
    (runs / "nameless.run").unlink()
    (runs / "x.en.run").write_text("q Q0 lost 1 1 x\nr Q0 en1 1 1 x\n")
    _, said = cli("evaluate", "run:runs", "--on", "mine", "--out", "out")
    assert said == [
        "polybatch: run en-all: 1 unknown ids of a query: 'r'",
        "polybatch: run en-all: 1 unknown ids of a passage: 'lost'",
    ]
    _, said = cli("evaluate", "run:none", "--on", "mine", "--languages", "en", "--out", "out")
    assert said == ["polybatch: none: no such file"]
    _, said = cli("evaluate", "run:mine", "--on", "mine", "--out", "out")
    assert said == ["polybatch: mine: no run file here; files whose names end in .run or .run.gz"]
    for more in (["--on", "newswire"], ["--fuse-bm25"]):
        _, said = cli("evaluate", "run:runs", "--on", "mine", *more, "--out", "out")
        assert said == ["polybatch: run:runs: is evaluated alone; one collection, no task of MTEB, no fusion"]
    assert not (tmp_path / "out").exists()
