"""Claims about the command line: exit status, what goes where, and faults in one list."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from polybatch.cli import main
from polybatch.results.store import Store
from polybatch.sampling.strategies import STRATEGIES
from tests.tiny import TINY

PAPER = Path("recipes/paper-xlmr.toml").resolve()


class Ran(NamedTuple):
    status: int
    out: str
    err: str


Cli = Callable[..., Ran]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """The command line, run in an empty folder, without a data folder."""
    monkeypatch.delenv("POLYBATCH_DATA", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["polybatch", *map(str, words)])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        return Ran(status, *capsys.readouterr())

    return run


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


def test_a_plan_shows_what_would_be_drawn_and_what_never_can_be(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    ran = cli("plan", recipe)
    assert ran.status == 0, ran.err
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in ran.out.splitlines()]
    assert rows[0] == ["direction", "rows of newswire", "x-y", "hybrid"]
    table = {row[0]: row[1:] for row in rows[2:-2]}
    assert table["en-en"][:2] == ["240", "0"]
    assert sum(int(row[1]) for name, row in table.items() if "-" in name[:3]) == 6 * 16
    assert int(table["monolingual, batches"][2]) + int(table["cross-lingual, batches"][2]) == 6
    assert table["largest batch (of each kind)"] == ["", "240", "240, 240"]
    assert ran.out.endswith("Every direction can be drawn.\n")

    one_sided = TINY.replace(
        'source = "newswire"\nstories = 240', 'source = "lines"\nname = "a"\nfiles = { en = ["a"] }'
    )
    (tmp_path / "a").write_text("".join(f"line {number}\n" for number in range(90)))
    recipe.write_text(one_sided, encoding="utf-8")
    ran = cli("plan", recipe, "--data", tmp_path)
    assert ran.status == 1
    assert "no row of the corpora can fill a cross-lingual batch; directions with rows: en-en" in ran.err


def test_a_recipe_is_run_judged_and_reported(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    ran = cli("run", recipe)
    assert ran.status == 0, ran.err
    out = tmp_path / "runs/tiny"
    # tracking is there where TensorBoard is installed
    assert sorted(path.name for path in out.iterdir() if path.name != "tracking") == [
        *("cases.json", "contamination.json", "manifest.json", "ranks.parquet", "report.html", "results.json"),
        *("systems", "table", "tokenizer.json", "top.parquet"),
    ]
    assert "X-Y" in ran.out
    assert "report: runs/tiny/report.html" in ran.out
    assert len((ran.out + ran.err).splitlines()) <= 30, "a screen"
    assert max(map(len, ran.out.splitlines())) <= 100
    assert cli("run", recipe, "-q").out.splitlines()[0] == "runs/tiny/report.html"

    page = cli("report", out)
    assert page.status == 0
    assert page.out.strip() == (out / "report.html").read_text(encoding="utf-8").strip()
    assert json.loads(cli("report", out, "--format", "json").out)
    assert cli("report", out, "--format", "md").out.strip() == cli("run", recipe, "--out", out, "--details").out.strip()
    assert cli("report", out, "--out", "page.html").out.strip() == "page.html"
    refused = cli("report", out, "--out", out)
    assert (refused.status, refused.err) == (1, f"polybatch: {out}: Is a directory\n")
    assert (out / "results.json").is_file(), "a folder never gives way to a file"


def test_a_trained_model_is_judged_by_its_strategy_and_seed(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    ran = cli("train", recipe, "--strategy", "hybrid", "--seed", 3, "--out", "model")
    assert (ran.status, ran.out) == (0, "model\n"), ran.err
    ran = cli("evaluate", "model", "--on", "newswire", "--languages", "en,ne", "--batch-size", 7, "--out", "judged")
    assert ran.status == 0, ran.err
    results = Store(tmp_path / "judged").results
    assert {(one.system, one.strategy, one.seed) for one in results} == {("hybrid", "hybrid", 3)}
    assert {one.query_language for one in results} == {"en", "ne", "mean"}
    command = "polybatch evaluate model --on newswire --languages en,ne --out judged"
    assert json.loads((tmp_path / "judged/manifest.json").read_text())["command"] == command
    again = cli(
        "evaluate",
        "model",
        "--data",
        tmp_path,
        "--on",
        "newswire",
        "--languages",
        "en,ne",
        "--batch-size",
        64,
        "--out",
        "again",
    )
    assert again.status == 0
    repeated = json.loads((tmp_path / "again/manifest.json").read_text())["command"]
    assert "--data ." in repeated, "the command in the manifest finds the data again"
    assert (tmp_path / "again/results.json").read_bytes() == (tmp_path / "judged/results.json").read_bytes()


def test_a_model_from_elsewhere_has_no_strategy_and_no_seed(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    assert cli("train", recipe, "--strategy", "en-en", "--out", "theirs").status == 0
    (tmp_path / "theirs/polybatch.json").unlink()
    assert cli("evaluate", "theirs", "--on", "newswire", "--out", "judged").status == 0
    rows = json.loads((tmp_path / "judged/results.json").read_text())
    assert {(row["system"], row["strategy"], row["seed"]) for row in rows} == {("theirs", None, None)}
    columns = "system strategy seed collection setting query_language passage_language measure value queries"
    assert " ".join(rows[0]) == columns


def test_a_single_language_has_the_monolingual_setting_alone(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    assert cli("train", recipe, "--strategy", "en-en", "--out", "model").status == 0
    assert cli("evaluate", "model", "--on", "newswire", "--languages", "sw", "--out", "judged").status == 0
    assert {one.setting for one in Store(tmp_path / "judged").results} == {"monolingual"}


def test_a_dry_run_says_what_would_be_done_and_the_run_takes_its_rows(
    cli: Cli, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a model was built")

    monkeypatch.setattr("polybatch.training.train.build_encoder", refuse)
    ran = cli("run", recipe, "--dry-run")
    assert ran.status == 0, ran.err
    assert "| newswire | Apache-2.0 (polybatch) | 240 | 240 | 240 | 240 | 240 |" in ran.out
    assert "2 systems x 2 seeds; each 6 steps of 16 rows = 96 rows, 0.40 epochs of 240 items" in ran.out
    assert "Test: newswire, 600 queries, 600 passages in 2 languages" in ran.out
    assert "9,600 weights" in ran.out
    assert sorted(path.name for path in (tmp_path / "runs/tiny").iterdir()) == ["contamination.json", "table"]
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    ran = cli("run", recipe)
    assert ran.status == 0, ran.err
    assert "runs/tiny/table: built before, of the same sources" in ran.err


def test_a_dry_run_without_the_data_says_what_upstream_has_and_fails(cli: Cli) -> None:
    ran = cli("run", PAPER, "--dry-run")
    assert ran.status == 1
    assert "| mmarco | Apache-2.0; MS MARCO is for research that is not commercial | ar de en es hi ru zh |" in ran.out
    assert "276,936,192 weights" in ran.out
    assert "recipe paper-xlmr: no data folder given" in ran.err


def test_a_run_takes_rows_that_were_built_before(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    assert cli("run", recipe, "--dry-run", "--out", "dry").status == 0
    recipe.write_text(TINY.replace('systems = ["untuned", "x-y", "hybrid"]', 'systems = ["untuned"]'), encoding="utf-8")
    ran = cli("run", recipe, "--table", "dry/table", "--out", "out")
    assert ran.status == 0, ran.err
    assert not (tmp_path / "out/table").exists()
    assert json.loads((tmp_path / "out/manifest.json").read_text())["command"].endswith("--table dry/table")
    recipe.write_text(TINY + "\n[normalisation]\ndigits = 'keep'\n", encoding="utf-8")
    ran = cli("run", recipe, "--table", "dry/table", "--out", "other")
    assert ran.status == 1
    assert "dry/table: was built with another normalisation" in ran.err


def test_trackers_that_are_unknown_or_not_installed_are_refused_in_one_list(cli: Cli, recipe: Path) -> None:
    ran = cli("train", recipe, "--strategy", "x-y", "--out", "m", "--track", "tensorbord,trackio")
    assert ran.status == 1
    assert ran.err.splitlines() == [
        "polybatch: --track: 'tensorbord'; known: tensorboard, wandb, trackio, auto, none",
        "polybatch: --track: trackio is not installed; pip install trackio",
    ]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["run", "nowhere.toml"], ["nowhere.toml: no such file; recipes are .toml files"]),
        (["run", "tiny.toml", "--data", "nowhere", "--out", "file"], ["file: is not empty and holds no run"]),
        (["run", "tiny.toml", "--out", "file/x"], ["file/x/.table.building: Not a directory"]),
        (["train", "tiny.toml", "--strategy", "z", "--out", "m"], ["--strategy: 'z'; known: en-en, x-x, x-x-mono"]),
        (["train", "tiny.toml", "--strategy", "x-y", "--out", "."], [".: is not empty and holds no model"]),
        (["evaluate", ".", "--on", "newswire", "--out", "o"], [".: a folder that holds no model"]),
        (
            ["evaluate", "nowhere/x", "--on", "newswire", "--out", "o"],
            ["nowhere/x: no such folder, and not in the"],
        ),
        (
            ["evaluate", ".", "--on", "nowhere", "--on", "xquad-r", "--out", "o"],
            [
                "nowhere: no such collection and no such folder; a folder",
                "collection xquad-r: no data folder given; --data",
            ],
        ),
        (["evaluate", ".", "--on", ".", "--out", "o"], [".: not a collection in a layout that is known"]),
        (
            ["evaluate", ".", "--on", "newswire", "--languages", "en,swa", "--out", "o"],
            ["--languages: unknown language"],
        ),
        (["evaluate", ".", "--on", "newswire", "--languages", "en,en", "--out", "o"], ["--languages: 'en,en'"]),
        (["evaluate", ".", "--on", "newswire", "--languages", "de", "--out", "o"], ["newswire"]),
        (["report", "."], ["results.json: no such file"]),
    ],
)
def test_faults_are_lines_on_stderr_and_exit_status_1(
    cli: Cli, recipe: Path, tmp_path: Path, words: list[str], lines: list[str]
) -> None:
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    ran = cli(*words)
    assert (ran.status, ran.out) == (1, ""), ran
    found = ran.err.splitlines()
    assert len(found) == len(lines), ran.err
    for line, part in zip(found, lines, strict=True):
        assert line.startswith("polybatch: ")
        assert part in line
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written"


def test_help_teaches_every_strategy_and_collection(cli: Cli) -> None:
    help_text = " ".join(cli("train", "--help").out.split())
    for name in STRATEGIES:
        assert name in help_text
    assert "xquad-r" in cli("evaluate", "--help").out
    for command in ("run", "train", "evaluate", "report"):
        assert "Example: polybatch" in cli(command, "--help").out


def test_help_and_report_load_no_torch(tmp_path: Path) -> None:
    code = "import sys, polybatch.cli, polybatch.report; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_ctrl_c_says_that_the_same_command_goes_on_and_it_does(recipe: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "polybatch", "run", str(recipe), "--out", str(tmp_path / "out")]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stderr
    for line in running.stderr:
        if line.startswith("seed 1:"):
            running.send_signal(signal.SIGINT)
            break
    _, rest = running.communicate(timeout=400)
    assert running.returncode == 130, rest
    assert rest.splitlines()[-1] == "polybatch: stopped; give the same command again to continue"
    assert "Traceback" not in rest
    again = subprocess.run(command, capture_output=True, text=True, check=True, timeout=400)
    assert "training untuned" not in again.stderr
    assert (tmp_path / "out/results.json").exists()


def test_a_run_is_not_overwritten_by_an_evaluation(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    assert cli("run", recipe, "--out", "out").status == 0
    ran = cli("evaluate", "out/systems/x-y-seed1/model", "--on", "newswire", "--out", "out")
    assert (ran.status, ran.err.strip()) == (1, "polybatch: out: holds a run of a recipe; name another --out")
