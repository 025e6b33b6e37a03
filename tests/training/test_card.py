"""Claims about the model card and about tracking: what stands beside a model, and what was reported on the way."""

import json
from pathlib import Path

import pytest

from polybatch.experiment.recipe import Recipe
from polybatch.experiment.run import run_recipe
from polybatch.progress import Silent
from polybatch.results.store import Store
from polybatch.training.card import score_model


@pytest.fixture
def out(tiny: Recipe, tmp_path: Path) -> Path:
    pytest.importorskip("tensorboard")
    recipe = tiny.model_copy(update={"systems": ["hybrid"], "seeds": [1]})
    names = {"data": None, "progress": Silent(), "command": "", "track": ("tensorboard",)}
    run_recipe(recipe, out=tmp_path / "out", **names)  # type: ignore[arg-type]
    return tmp_path / "out"


def test_a_card_says_strategy_mix_data_results_and_limits(out: Path) -> None:
    card = (out / "systems/hybrid-seed1/model/README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlibrary_name: sentence-transformers\n")
    assert "Strategy: **hybrid** (X-X-mono with probability alpha, else X-Y); alpha 0.5" in card
    assert "| newswire | Apache-2.0 (polybatch) | 240 | en, ne, sw |" in card
    kinds = json.loads((out / "systems/hybrid-seed1/model/polybatch.json").read_text())["mix"]["kinds"]
    held = ", ".join(f"{kind} {count / 6:.0%}" for kind, count in kinds.items())
    assert f"6 batches of 16 rows; what they held: {held}" in card
    scores = score_model(out / "systems/hybrid-seed1")
    values = {
        one.setting: one.value for one in Store(out).results if (one.query_language, one.measure) == ("mean", "mAP")
    }
    assert {one.setting: one.value for one in scores} == values
    for one in scores:
        assert one.interval is not None
        assert one.interval[0] < one.value < one.interval[1]
        assert f"| mAP | {one.value:.3f} | {one.interval[0]:.3f} to {one.interval[1]:.3f} | {one.queries:,} |" in card
    assert "## Limits" in card


def test_losses_are_reported_to_tensorboard(out: Path) -> None:
    assert list((out / "tracking/hybrid-seed1").glob("events.out.tfevents.*"))
