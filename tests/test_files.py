"""Claims about writing files."""

from pathlib import Path

import pytest

from polybatch.files import write_json, write_text, written_aside


def test_a_file_whose_writing_fails_leaves_the_old_one_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file.txt"
    write_text(target, "old")

    def fail() -> None:
        with written_aside(target) as new:
            new.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    for name in ("first", "second"):
        with written_aside(target) as new:
            new.mkdir()
            (new / name).touch()
    assert [path.name for path in target.iterdir()] == ["second"]
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_folder_never_gives_way_to_a_file(tmp_path: Path) -> None:
    write_text(tmp_path / "folder" / "precious", "years of work")
    with pytest.raises(IsADirectoryError) as raised:
        write_text(tmp_path / "folder", "a report")
    assert raised.value.filename == str(tmp_path / "folder")
    assert (tmp_path / "folder" / "precious").read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_json_keeps_scripts_readable_and_refuses_values_that_json_lacks(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"ne": "नेपाली"})
    assert "नेपाली" in (tmp_path / "a.json").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "b.json", [float("nan")])
    assert not (tmp_path / "b.json").exists()
