"""Claims about how commands end: Markdown in a pipe, drawn in a terminal, within the width, paths alone if asked."""

import re
import sys
from pathlib import Path

import pytest

from polybatch.cli.ending import ROWS, WIDTH, Ending, Grid, as_markdown, show, then_command

GRID = Grid(["System", "mAP"], [["X-Y", ".347 ± .006"], ["BM25", ".286       "]], bold=frozenset({(0, 1)}))
ENDING = Ending(["Use X-Y.", "It is better."], GRID, "A note.", [("report", Path("r.html"))], ["polybatch compare r"])


def test_a_pipe_gets_markdown_whose_points_line_up(capsys: pytest.CaptureFixture[str]) -> None:
    show(ENDING)
    assert capsys.readouterr().out.splitlines() == [
        "Use X-Y. It is better.",
        "",
        "| System |             mAP |",
        "| ------ | --------------: |",
        "| X-Y    | **.347 ± .006** |",
        "| BM25   |   .286          |",
        "",
        "A note.",
        "",
        "report: r.html",
        "next:   polybatch compare r",
    ]


def test_a_terminal_gets_a_drawn_table_of_its_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    long = Grid(["System", "mAP"], [["a very long name of a model " * 4, ".347"]])
    show(Ending(["word " * 40], long))
    out = capsys.readouterr().out
    assert "|" not in out
    assert ".347" in out, "numbers are never broken off"
    assert "…" in out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out)
    assert max(map(len, plain.splitlines())) <= 60


def test_more_rows_than_a_screen_holds_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    show(Ending(["Many."], Grid(["a", "b"], [[f"row {number}", "1"] for number in range(40)])))
    out = capsys.readouterr().out
    assert f"The first {ROWS} of 40 rows; --details has the other {40 - ROWS}." in out
    assert f"row {ROWS}" not in out


def test_quiet_prints_paths_alone(capsys: pytest.CaptureFixture[str]) -> None:
    show(ENDING, quiet=True)
    assert capsys.readouterr().out == "r.html\n"


def test_a_cell_cannot_end_its_column_and_a_path_with_a_space_is_quoted() -> None:
    assert "a\\|b" in as_markdown(Grid(["x"], [["a|b"]]))
    assert then_command("report", Path("my run")) == "polybatch report 'my run'"
    assert WIDTH == 100
