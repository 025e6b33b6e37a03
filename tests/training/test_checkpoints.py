"""Claims about checkpoints on disk: whole or not there, broken ones found, the last two kept."""

from pathlib import Path

import pytest

from polybatch.errors import RecipeError
from polybatch.progress import Silent
from polybatch.training.checkpoints import KEPT, Checkpoints


class Listening(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    found = Checkpoints(tmp_path / "checkpoints", "a")
    for step in (100, 20, 300):
        write(found, step)
    return found


def write(checkpoints: Checkpoints, step: int) -> None:
    with checkpoints.written(step) as folder:
        (folder / "weights").write_bytes(bytes(range(256)) * step)
        (folder / "losses").write_text(f"{step}")


def names(checkpoints: Checkpoints) -> list[str]:
    return sorted(path.name for path in checkpoints.folder.iterdir())


def test_the_last_ones_are_kept_and_the_newest_is_taken(checkpoints: Checkpoints) -> None:
    assert names(checkpoints) == ["step-100", "step-300"]
    assert len(names(checkpoints)) == KEPT
    found = checkpoints.latest(Silent())
    assert found is not None
    assert (found.name, (found / "losses").read_text()) == ("step-300", "300")


@pytest.mark.parametrize("harm", ["cut", "flipped", "gone", "manifest"])
def test_a_broken_checkpoint_is_named_and_the_one_before_it_is_used(checkpoints: Checkpoints, harm: str) -> None:
    path = checkpoints.folder / "step-300" / ("manifest.json" if harm == "manifest" else "weights")
    whole = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-1] + b"!" if harm == "flipped" else whole[: len(whole) // 2])
    progress = Listening()
    found = checkpoints.latest(progress)
    assert found is not None
    assert found.name == "step-100"
    (said,) = progress.said
    assert "step-300" in said
    assert path.name in said
    assert names(checkpoints) == ["step-100"]


def test_where_every_checkpoint_is_broken_there_is_none(checkpoints: Checkpoints) -> None:
    for path in checkpoints.folder.iterdir():
        (path / "losses").unlink()
    progress = Listening()
    assert checkpoints.latest(progress) is None
    assert len(progress.said) == KEPT


def test_what_fails_while_it_is_written_leaves_those_before(checkpoints: Checkpoints) -> None:
    def fail() -> None:
        with checkpoints.written(400) as folder:
            (folder / "weights").write_bytes(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fail()
    assert names(checkpoints) == ["step-100", "step-300"]
    (checkpoints.folder / "step-500.new").mkdir()  # as a process leaves it that is killed
    assert checkpoints.newest() == "step-300"


def test_a_checkpoint_of_another_training_is_not_gone_on_from(checkpoints: Checkpoints) -> None:
    with pytest.raises(RecipeError, match="step-300: a checkpoint of another recipe"):
        Checkpoints(checkpoints.folder, "b").latest(Silent())
