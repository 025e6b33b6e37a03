"""Claims about `polybatch sweep`: one key at a time, the table on stdout, the report of the test beside it."""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from polybatch.cli.sweep import sweep
from polybatch.data.collections.beir import write_beir
from polybatch.data.newswire import newswire_collection
from polybatch.errors import PolybatchError, RecipeError
from tests.tiny import TINY


def run(*words: object) -> Any:
    app = typer.Typer()
    app.command()(sweep)
    found = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(found.exception, PolybatchError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found


def test_the_table_is_printed_and_the_chosen_value_reported(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY.replace("seeds = [1, 2]", "seeds = [1]"), encoding="utf-8")
    write_beir(newswire_collection(stories=40, seed=7), tmp_path / "dev")
    words = ("--composition", "mixed,pair", "--on", tmp_path / "dev", "--out", tmp_path / "out", "--track", "none")
    found = run(tmp_path / "tiny.toml", *words, "--details")
    head, _, *rows = found.stdout.splitlines()
    assert head.startswith("| composition | rows | system | Mo mAP | Cr mAP | Mul mAP | rank distance | macro mean |")
    assert [row.split("|")[1:4] for row in rows[:4]] == [
        [f" {value} ", " 240 ", f" {system} "]
        for value in (row.split("|")[1].strip() for row in (rows[0], rows[2]))
        for system in ("x-y", "hybrid")
    ]
    assert rows[-1].startswith("Chosen: composition ")
    assert "Sweep over composition" in (tmp_path / "out/chosen/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [(), ("--alpha", "0,1", "--size", "1,.5")])
def test_one_key_at_a_time_is_swept(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    with pytest.raises(RecipeError, match="keys to sweep over; one of --alpha"):
        run(tmp_path / "tiny.toml", *words)


def test_a_sweep_can_be_of_some_systems_and_seeds(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    write_beir(newswire_collection(stories=40, seed=7), tmp_path / "dev")
    words = ("--alpha", "0,1", "--on", tmp_path / "dev", "--out", tmp_path / "out", "--track", "none", "--no-test")
    found = run(tmp_path / "tiny.toml", *words, "--systems", "hybrid", "--seeds", "3")
    assert sorted(path.name for path in (tmp_path / "out").glob("alpha-*/systems/*")) == ["hybrid-seed3"] * 2
    assert found.stdout.count("| hybrid |") == 2


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--systems", "hybrid,best"), "--systems: 'best'; of the recipe: untuned,x-y,hybrid"),
        (("--systems", "hybrid,hybrid"), "once each"),
        (("--seeds", "1,x"), "--seeds: '1,x'; whole numbers such as 1,2,3, once each"),
        (("--seeds", "1,01"), "--seeds: '1,01'"),
    ],
)
def test_systems_and_seeds_that_are_none_are_named(tmp_path: Path, words: tuple[str, ...], fault: str) -> None:
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    with pytest.raises(RecipeError, match=fault):
        run(tmp_path / "tiny.toml", "--alpha", "0,1", *words)
