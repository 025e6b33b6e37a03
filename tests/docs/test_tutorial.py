"""Claims about the tutorial: every block runs, in its order, in an empty folder, and prints what the page shows."""

from pathlib import Path

import pytest

from tests.docs.console import agrees, commands, run_command, run_python
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs/tutorial.md"


def test_every_block_runs_and_prints_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    printed = ""
    for block in blocks(PAGE):
        match block.language:
            case "python":
                printed = run_python(block.text, names)
            case "sh":
                printed = "".join(run_command(line) for line in commands(block.text))
            case "text":
                assert agrees(block.text, printed), f"{block} shows what was not printed:\n{printed}"
            case "toml":
                written = Path("mine/recipe.toml").read_text(encoding="utf-8").replace(str(tmp_path), "/home/you")
                assert agrees(block.text, written), f"{block} is not the recipe:\n{written}"


def test_what_is_shown_agrees_up_to_figures_and_what_is_left_out() -> None:
    printed = "reading\n| Hybrid | **.12 ± .01** |\n| En-En  |   .1 ± .001  |\nreport: runs/mine/report.html\n"
    assert agrees("...\n| Hybrid | .770 ± .014 |\n...\nreport: runs/mine/report.html\n", printed)
    assert not agrees("...\n| X-Y | .770 ± .014 |\n...\n", printed)
    assert not agrees("| Hybrid | .770 ± .014 |\n", printed)
