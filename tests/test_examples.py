"""Claims about the scripts of examples/: they run as they stand, on a small transformer that the test builds."""

import json
import runpy
import sys
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer

from tests.models import make_transformer

EXAMPLES = Path(__file__).parent.parent / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_an_example_trains_a_model_that_loads(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [json.loads(line) for line in (EXAMPLES / "news.jsonl").read_text(encoding="utf-8").splitlines()]
    model = make_transformer(tmp_path, [text for row in rows for text in row.values()])
    monkeypatch.setattr(sys, "argv", [str(script), str(model), str(tmp_path / "out")])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_MODE", "disabled")
    runpy.run_path(str(script), run_name="__main__")
    before, after = SentenceTransformer(str(model)), SentenceTransformer(str(tmp_path / "out"))
    text = rows[0]["query.sw"]
    assert abs(before.encode(text) - after.encode(text)).max() > 1e-3


def test_there_are_two_examples() -> None:
    assert [script.name for script in SCRIPTS] == ["directions.py", "one_table.py"]
