"""Claims about `polybatch export`: what it prints is what it wrote; and a baseline goes all the way to a run file."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from polybatch.cli import main
from polybatch.data.collections.trec import read_qrels
from polybatch.measures.exchange import read_per_query
from polybatch.results.trec_runs import read_run

Cli = Callable[..., list[str]]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """The command line in an empty folder; gives the lines of stdout, or those of stderr where it fails."""
    monkeypatch.delenv("POLYBATCH_DATA", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["polybatch", *words])
        capsys.readouterr()
        try:
            main()
        except SystemExit as error:
            if error.code:
                return capsys.readouterr().err.splitlines()
        return capsys.readouterr().out.splitlines()

    return run


def test_a_baseline_is_judged_and_exported_as_deep_as_it_was_recorded(cli: Cli) -> None:
    printed = cli("evaluate", "bm25", "--on", "newswire", "--languages", "en,sw", "--top", "5", "--out", "out")
    assert any("BM25" in line for line in printed)
    everything = ("--per-query", "scores.parquet", "--trec-run", "trec", "--qrels", "trec", "--measure", "nDCG@10")
    written = cli("export", "out", *everything)
    assert written == [
        *("scores.parquet", "trec/newswire/bm25.en.run", "trec/newswire/bm25.sw.run", "trec/newswire.qrels"),
    ]
    run, qrels = read_run(Path(written[1])), read_qrels(Path(written[3]))
    assert run.keys() <= qrels.keys()
    assert {len(found) for found in run.values()} == {5}
    assert set(read_per_query(Path("scores.parquet")).column("measure").to_pylist()) == {"nDCG@10"}


def test_a_measure_that_is_asked_for_is_in_the_short_table(cli: Cli) -> None:
    names = ("--measure", "nDCG@10", "--measure", "R@1")
    printed = cli("evaluate", "bm25", "--on", "newswire", "--languages", "en,sw", *names, "--out", "out")
    (heads,) = [line for line in printed if line.startswith("| System")]
    assert [head.strip() for head in heads.split("|")[2:-1]] == [
        *("Mo R@1", "Cr R@1", "Mo nDCG@10", "Cr nDCG@10", "Mul nDCG@10", "Mul R@1"),
    ]


def test_a_folder_that_is_no_run_and_a_call_for_nothing_are_refused(cli: Cli) -> None:
    works = "--per-query, --trec-run or --qrels"
    assert cli("export", "out") == [f"polybatch: polybatch export: nothing to write; {works}"]
    (line,) = cli("export", "out", "--qrels", "trec")
    assert line.startswith("polybatch: out/ranks.parquet: ")
    assert not Path("trec").exists()
