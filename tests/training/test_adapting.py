"""Claims about an alpha that is set during training."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.experiment.recipe import load_recipe
from polybatch.experiment.run import train_one
from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.training.adapting import DELAY, LEAST, START, AdaptiveAlpha, next_share
from polybatch.training.train import LOSSES, read_record
from tests.training.small import StopsAt

Losses = st.lists(st.floats(0, 20), min_size=1, max_size=30)

RECIPE = """\
name = "adaptive"
languages = ["en", "sw"]
test = ["newswire"]

[[train]]
source = "newswire"
stories = 240

[encoder]
kind = "static"
vocabulary = 600
dimension = 32

[training]
steps = 90
batch_size = 16
checkpoint_every = 25

[batches]
alpha = "adaptive"
composition = "pair"
"""


@given(Losses, Losses)
def test_both_kinds_stay_in_every_block_and_the_harder_one_gets_no_less(a: list[float], b: list[float]) -> None:
    share = next_share(a, b)
    assert LEAST - 1e-12 <= share <= 1 - LEAST + 1e-12
    assert share / LEAST == pytest.approx(round(share / LEAST))
    if sum(a) / len(a) > sum(b) / len(b):
        assert share >= START - 1e-12


def test_the_share_is_that_of_the_squared_losses_by_the_settings_served() -> None:
    assert next_share([2.0], [2.0, 2.0]) == pytest.approx(START)
    assert next_share([4.0], [1.0]) == pytest.approx(0.9)
    assert next_share([1.0], [5.0]) == pytest.approx(LEAST), "1/51 is less than a batch of a block"
    assert next_share([0.0], [0.0]) == pytest.approx(START)


def test_a_share_holds_from_the_block_after_the_next_and_follows_from_the_losses_before_it() -> None:
    kinds = ["monolingual", "cross-lingual"]
    alpha = AdaptiveAlpha(total=100)

    def take_in(losses: list[float]) -> bool:
        return alpha.take_in(losses, lambda number: kinds[number % 2], first="monolingual")

    losses = [1.0, 3.0] * 30
    assert not take_in(losses[: KIND_BLOCK - 1])
    assert take_in(losses[:KIND_BLOCK])
    assert not take_in(losses[:KIND_BLOCK])
    assert alpha.shares == [START] * DELAY + [pytest.approx(0.05)]
    assert [alpha.schedule(number / 100) for number in (0, 39, 40, 99)] == pytest.approx([START, START, 0.05, 0.05])


def test_what_was_drawn_is_what_was_said_and_a_training_that_is_stopped_goes_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("adapting", "plans"):  # far from what the losses of these rows give
        monkeypatch.setattr(f"polybatch.training.{module}.START", 0.8)
    path = tmp_path / "adaptive.toml"
    path.write_text(RECIPE, encoding="utf-8")
    recipe = load_recipe(path)

    def train(out: Path, progress: StopsAt) -> list[str]:
        train_one(recipe, "hybrid", seed=1, out=out, data=None, progress=progress, command="")
        return (out / LOSSES).read_text().splitlines()

    progress = StopsAt()
    whole = train(tmp_path / "whole", progress)
    (said,) = [one for one in progress.said if "alpha by blocks of 20 batches" in one]
    shares = [float(one) for one in said.rpartition(": ")[2].split()]
    mix = read_record(tmp_path / "whole")["mix"]
    assert len(shares) == len(mix["blocks"]["kinds"]["monolingual"]) == 5
    assert len(set(shares)) > 1, "it was adapted"
    drawn = [round(share * KIND_BLOCK) for share in shares[:4]]
    assert mix["blocks"]["kinds"]["monolingual"][:4] == drawn

    out = tmp_path / "stopped"
    for step in (47, 81):
        with pytest.raises(KeyboardInterrupt):
            train(out, StopsAt(step))
    assert train(out, StopsAt()) == whole
    assert read_record(out)["mix"] == mix


def test_a_strategy_of_one_kind_of_batch_has_nothing_to_adapt(tmp_path: Path) -> None:
    path = tmp_path / "adaptive.toml"
    path.write_text(RECIPE.replace("steps = 90", "steps = 21"), encoding="utf-8")
    progress = StopsAt()
    train_one(load_recipe(path), "x-y", seed=1, out=tmp_path / "m", data=None, progress=progress, command="")
    assert read_record(tmp_path / "m")["mix"]["kinds"] == {"cross-lingual": 21}
    assert not any("alpha" in one for one in progress.said)
