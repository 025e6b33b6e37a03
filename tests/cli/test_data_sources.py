"""Claims about `data sources` and `data fetch` as commands: what goes to stdout, what to stderr."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from polybatch.cli.data_fetch import fetch
from polybatch.cli.data_sources import sources
from polybatch.data.sources.table import SOURCES
from polybatch.errors import DataError

app = typer.Typer()
app.command()(sources)
app.command()(fetch)


def test_sources_are_listed_as_text_and_as_data() -> None:
    text = CliRunner().invoke(app, ["sources"]).stdout
    assert all(f"{name}: " in text for name in SOURCES)
    rows = json.loads(CliRunner().invoke(app, ["sources", "--format", "json"]).stdout)
    assert {row["source"]: row["licence"] for row in rows}["xl-sum"] == "CC BY-NC-SA 4.0"


def test_what_cannot_be_fetched_raises_one_line_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("POLYBATCH_DATA", raising=False)
    for arguments, found in (
        (["fetch", "flores"], "no data folder given; --data DIR or POLYBATCH_DATA=DIR"),
        (["fetch", "flores", "--data", str(tmp_path)], f"by hand, into {tmp_path}/flores"),
        (["fetch", "mmarco", "--data", str(tmp_path)], "no languages named: all would be fetched"),
        (["fetch", "mmarco", "--data", str(tmp_path), "--languages", "swa"], "write 'sw'"),
    ):
        result = CliRunner().invoke(app, arguments)
        assert isinstance(result.exception, DataError)
        assert found in str(result.exception)
        assert result.stdout == ""
