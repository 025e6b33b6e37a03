"""Claims about the page on Python: its blocks run in their order, in a folder with the recipes beside it."""

import ast
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import ROOT, blocks


def test_every_block_runs_and_shows_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown = []
    for block in blocks(ROOT / "docs/from-python.md"):
        *body, last = ast.parse(block.text).body
        assert isinstance(last, ast.Expr)
        exec(compile(ast.Module(body, []), str(block), "exec"), names)
        shown.append(eval(compile(ast.Expression(last.value), str(block), "eval"), names))
    summary, shape, comparisons = shown
    assert len(summary) == 1
    assert shape == (128,)
    assert set(comparisons["setting"]) == {"monolingual", "cross-lingual", "multilingual"}
