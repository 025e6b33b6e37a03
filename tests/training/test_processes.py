"""Claims about several processes that train one model, as torchrun starts them: two of them, over gloo."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from polybatch.errors import RecipeError
from polybatch.experiment.recipe import load_recipe
from polybatch.experiment.run import run_recipe, train_one
from polybatch.progress import Silent
from polybatch.results.store import MEAN, Store
from polybatch.training.processes import Processes, processes_of_this_run
from polybatch.training.train import LOSSES, read_record, working_folder
from tests.tiny import TINY

CHECKPOINT = 20  # steps
MEAN_MAP = ("mAP", MEAN)
STEPS = 120


def test_a_launcher_says_which_process_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORLD_SIZE", "RANK", "ACCELERATE_USE_CPU", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    assert processes_of_this_run() == Processes(0, 1)
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("RANK", "3")
    assert processes_of_this_run() == Processes(3, 4)
    assert not processes_of_this_run().first


def test_a_launcher_that_started_one_process_for_several_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("ACCELERATE_USE_CPU", "True")  # as `accelerate launch --cpu --num_processes 2` sets it
    with pytest.raises(RecipeError, match=r"accelerate launch: started a single process .*torchrun"):
        processes_of_this_run()


@pytest.mark.parametrize("variable", ["ACCELERATE_USE_FSDP", "ACCELERATE_USE_DEEPSPEED"])
def test_a_launcher_that_shares_out_weights_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "true")
    with pytest.raises(RecipeError, match=r"shares out weights, which is not supported; .*torchrun"):
        processes_of_this_run()


def test_a_batch_that_processes_cannot_share_evenly_is_refused() -> None:
    assert Processes(0, 4).share(16) == 4
    with pytest.raises(RecipeError, match=r"training\.batch_size: 18 rows; a multiple of the 4 processes works"):
        Processes(0, 4).share(18)


def test_two_processes_learn_what_one_would_and_a_killed_one_ends_both(tmp_path: Path) -> None:
    recipe_file = tmp_path / "two.toml"
    settings = f"steps = {STEPS}\ncheckpoint_every = {CHECKPOINT}"
    recipe_file.write_text(TINY.replace("steps = 6", settings), encoding="utf-8")
    names = {"data": None, "progress": Silent(), "command": ""}
    train_one(load_recipe(recipe_file), "hybrid", seed=1, out=tmp_path / "one", **names)  # type: ignore[arg-type]
    alone = losses(tmp_path / "one")

    out = tmp_path / "two"
    ranks = start_two(recipe_file, out, tmp_path)
    wanted, deadline = working_folder(out) / f"step-{CHECKPOINT}", time.monotonic() + 200
    while not wanted.exists() and all(rank.poll() is None for rank in ranks) and time.monotonic() < deadline:
        time.sleep(0.002)
    ranks[1].kill()
    try:
        assert ranks[0].wait(timeout=120) != 0, "the other one ends with an error, and does not wait for ever"
    finally:
        ranks[0].kill()
    assert not out.exists()
    assert "training hybrid, seed 1: begins" in (tmp_path / "two.logs" / "rank-1.log").read_text()
    # the first steps were those of two processes, the rest are of one
    assert working_folder(out).exists(), (tmp_path / "log-0.txt").read_text()[-3000:]
    train_one(load_recipe(recipe_file), "hybrid", seed=1, out=out, **names)  # type: ignore[arg-type]
    assert losses(out)[:CHECKPOINT] == pytest.approx(alone[:CHECKPOINT], abs=1e-5)
    assert losses(out) == pytest.approx(alone, abs=1e-3)


def test_a_run_of_two_processes_gives_the_numbers_of_one(tmp_path: Path) -> None:
    """Half of all tokens are left out in every step: which ones depends on the row, not on who has it."""
    recipe_file = tmp_path / "two.toml"
    text = TINY.replace('"untuned", "x-y", ', "").replace("[1, 2]", "[1]").replace("steps = 6", "steps = 30")
    recipe_file.write_text('corrections = ["lsar"]\n' + text, encoding="utf-8")
    recipe, out = load_recipe(recipe_file), tmp_path / "two"
    run_recipe(recipe, data=None, out=tmp_path / "one", progress=Silent(), command="")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*launcher, "-m", "polybatch", "run", str(recipe_file), "--out", str(out), "--track", "none"]
    with (tmp_path / "log.txt").open("w") as log:
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "timeout": 300}
        started = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False, **options)
    assert started.returncode == 0, (tmp_path / "log.txt").read_text()[-3000:]
    assert recipe.training.token_dropout == 0.5
    model = "systems/hybrid-seed1/model"
    assert losses(out / model) == pytest.approx(losses(tmp_path / "one" / model), abs=1e-4)
    alone, together = Store(tmp_path / "one").results, Store(out).results
    assert {one.system for one in together} == {"hybrid", "hybrid+lsar"}
    values = {(one.system, one.setting): one.value for one in alone if (one.measure, one.query_language) == MEAN_MAP}
    for one in together:
        if (one.measure, one.query_language) == MEAN_MAP:
            # sums in another order move a vector by 1e-6, which may turn two passages that are all but equal
            assert one.value == pytest.approx(values[one.system, one.setting], abs=5e-4)
    assert read_record(out / model)["hardware"]["processes"] == 2
    assert "training hybrid, seed 1: 30/30, ended" in (tmp_path / "two.logs/rank-1.log").read_text()


def losses(model: Path) -> list[float]:
    return [float(line.split(",")[1]) for line in (model / LOSSES).read_text().splitlines()[1:]]


def start_two(recipe: Path, out: Path, logs: Path) -> list[subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    started = []
    command = [sys.executable, "-m", "polybatch", "train", str(recipe), "--strategy", "hybrid", "--out", str(out)]
    for rank in map(str, range(2)):
        environment = os.environ | {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
        environment |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        # to files: a process whose pipe is full would wait for us, and the other one for it
        with (logs / f"log-{rank}.txt").open("w") as log:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        started.append(process)
    return started
