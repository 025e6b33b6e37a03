"""Claims about trainings that are stopped: what goes on after it is what would have been."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.experiment.run import train_one
from polybatch.progress import Silent
from polybatch.training.train import LOSSES, working_folder
from tests.training.small import StopsAt

RECIPE = """\
name = "resume"
languages = ["en", "sw"]
test = ["newswire"]

[[train]]
source = "newswire"
stories = 240

[encoder]
kind = "transformer"
vocabulary = 600
layers = 1
hidden_size = 32
heads = 2
intermediate = 32

[training]
steps = 60
batch_size = 16
checkpoint_every = 8
precision = "float32"
"""


@pytest.fixture(scope="module")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "resume.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def recipe(recipe_file: Path) -> Recipe:
    return load_recipe(recipe_file)


def train(recipe: Recipe, out: Path, progress: Silent | None = None) -> list[float]:
    """The loss of every step."""
    names = {"data": None, "progress": progress or Silent(), "command": "polybatch train"}
    train_one(recipe, "hybrid", seed=1, out=out, **names)  # type: ignore[arg-type]
    return [float(line.split(",")[1]) for line in (out / LOSSES).read_text().splitlines()[1:]]


@pytest.fixture(scope="module")
def whole(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """The losses of a training that nobody stopped, which has dropout in every step."""
    return train(recipe, tmp_path_factory.mktemp("whole") / "model")


def test_a_training_that_is_killed_goes_on_with_the_same_batches_and_losses(
    recipe: Recipe, recipe_file: Path, whole: list[float], tmp_path: Path
) -> None:
    out = tmp_path / "model"
    command = [sys.executable, "-m", "polybatch", "train", str(recipe_file), "--strategy", "hybrid", "--out", str(out)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    deadline = time.monotonic() + 120
    while not (working_folder(out) / "step-16").exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    progress = StopsAt()
    assert train(recipe, out, progress) == pytest.approx(whole, abs=1e-6)
    assert any("going on from step" in said for said in progress.said)
    assert not working_folder(out).exists(), "what was kept for going on is gone when the model is there"


def test_a_training_may_be_stopped_anywhere_and_again(recipe: Recipe, whole: list[float], tmp_path: Path) -> None:
    out = tmp_path / "model"
    for step in (3, 8, 13, 47, 59):
        with pytest.raises(KeyboardInterrupt):
            train(recipe, out, StopsAt(step))
        assert not out.exists()
    assert train(recipe, out) == pytest.approx(whole, abs=1e-6)


def test_a_checkpoint_that_is_cut_short_is_named_and_the_one_before_it_is_used(
    recipe: Recipe, whole: list[float], tmp_path: Path
) -> None:
    out = tmp_path / "model"
    with pytest.raises(KeyboardInterrupt):
        train(recipe, out, StopsAt(30))
    cut = working_folder(out) / "step-24" / "optimizer.pt"
    cut.write_bytes(cut.read_bytes()[:1000])
    progress = StopsAt()
    assert train(recipe, out, progress) == pytest.approx(whole, abs=1e-6)
    (named,) = [said for said in progress.said if "optimizer.pt" in said]
    assert "step-24" in named
    assert "training hybrid, seed 1: going on from step 16" in progress.said


def test_a_full_disk_keeps_the_last_good_checkpoint_and_the_training_goes_on(
    recipe: Recipe, whole: list[float], tmp_path: Path
) -> None:
    class FullAfter(StopsAt):
        """No file may grow beyond 20 kB while the steps from 12 to 29 are done, as on a disk that is full."""

        @contextmanager
        def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            done = 0

            def advance(units: int) -> None:
                nonlocal done
                done += units
                if description.startswith("training hybrid"):
                    soft = 20_000 if 12 <= done < 30 else hard
                    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
                    if done == 29:
                        kept.extend(sorted(path.name for path in working_folder(out).glob("step-*")))

            try:
                yield advance
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    out, kept = tmp_path / "model", list[str]()
    progress = FullAfter()
    assert train(recipe, out, progress) == pytest.approx(whole, abs=1e-6)
    assert kept == ["step-8"], "nothing half-written stays beside the last good one"
    failed = [said for said in progress.said if "no checkpoint could be written" in said]
    assert [said.split(":")[0] for said in failed] == [f"training hybrid, seed 1, step {step}" for step in (16, 24)]
    assert all(said.endswith("; step-8 stays the last good one") for said in failed)
    assert all("\n" not in said for said in failed)
