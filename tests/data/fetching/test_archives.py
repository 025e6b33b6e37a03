"""Claims about unpacking what came from elsewhere: it stays in its folder, it stays small, or it is not unpacked."""

import io
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.fetching.archives import unpack
from polybatch.errors import DataError


def tar(path: Path, members: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return path


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def found(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


MEMBERS = {"repo-main/data/a.txt": b"a", "repo-main/data/deep/b.txt": b"b", "repo-main/README": b"r"}


@pytest.mark.parametrize("pack", [tar, zipped])
def test_what_is_wanted_is_unpacked_without_the_folders_in_front(pack: object, tmp_path: Path) -> None:
    archive = pack(tmp_path / "x", MEMBERS)  # type: ignore[operator]
    assert unpack(archive, tmp_path / "out", strip=1, keep=("data/*",)) == ["data/a.txt", "data/deep/b.txt"]
    assert found(tmp_path / "out") == {"data/a.txt": b"a", "data/deep/b.txt": b"b"}


@pytest.mark.parametrize("pack", [tar, zipped])
@pytest.mark.parametrize("name", ["../out.txt", "/etc/x", "a/../../x", "a\\..\\x", "C:/x"])
def test_a_name_that_leads_out_of_the_folder_refuses_the_whole(pack: object, name: str, tmp_path: Path) -> None:
    archive = pack(tmp_path / "x", {"good.txt": b"g", name: b"bad"})  # type: ignore[operator]
    with pytest.raises(DataError, match="a name that leads out of its folder; nothing was unpacked"):
        unpack(archive, tmp_path / "out")
    assert found(tmp_path) == {"x": archive.read_bytes()}
    assert list((tmp_path / "out").iterdir()) == []


def test_a_link_is_refused_where_it_is_wanted_and_passed_over_elsewhere(tmp_path: Path) -> None:
    archive = tar(tmp_path / "x", MEMBERS, links={"repo-main/data/link": "/etc/passwd"})
    with pytest.raises(DataError, match=r"x!repo-main/data/link: a link or a device"):
        unpack(archive, tmp_path / "out", strip=1, keep=("data/*",))
    assert unpack(archive, tmp_path / "out", strip=1, keep=("README",)) == ["README"]
    with zipfile.ZipFile(tmp_path / "z", "w") as target:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(entry, "/etc/passwd")
    with pytest.raises(DataError, match="a link or a device"):
        unpack(tmp_path / "z", tmp_path / "out")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_a_bomb_is_refused_before_it_grows(pack: object, tmp_path: Path) -> None:
    archive = pack(tmp_path / "x", {f"{n}.txt": b"0" * 1_000_000 for n in range(5)})  # type: ignore[operator]
    assert archive.stat().st_size < 50_000
    with pytest.raises(DataError, match=r"grows beyond 3,000,000 bytes; an archive of text; this one was not unpacked"):
        unpack(archive, tmp_path / "out", limit=3_000_000)
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_no_archive_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    whole = tar(tmp_path / "x", {"a.txt": bytes(range(256)) * 500}).read_bytes()
    for data in (b"no archive", b"", whole[:200], whole[:-30]):
        (tmp_path / "x").write_bytes(data)
        with pytest.raises(DataError, match=r"cannot be unpacked: .*; fetch it again"):
            unpack(tmp_path / "x", tmp_path / "out")
    with pytest.raises(DataError, match=r"no file like \*\.tsv; the archive that upstream has"):
        unpack(tar(tmp_path / "x", {"a.txt": b"a"}), tmp_path / "out", keep=("*.tsv",))
    assert list((tmp_path / "out").iterdir()) == []


def test_what_was_there_is_replaced_only_by_a_whole_archive(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.txt").write_bytes(b"old")
    with pytest.raises(DataError):
        unpack(tar(tmp_path / "x", {"a.txt": b"new", "../b": b"bad"}), tmp_path / "out")
    assert found(tmp_path / "out") == {"a.txt": b"old"}
    unpack(tar(tmp_path / "x", {"a.txt": b"new", "b.txt": b"b"}), tmp_path / "out")
    assert found(tmp_path / "out") == {"a.txt": b"new", "b.txt": b"b"}


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.binary(max_size=8), st.sampled_from(["tar", "zip"]))
def test_no_bytes_break_the_unpacking(where: float, splice: bytes, kind: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack = tar if kind == "tar" else zipped
        data = pack(folder / "x", MEMBERS).read_bytes()
        at = int(where * len(data))
        (folder / "x").write_bytes(data[:at] + splice + data[at + len(splice) :])
        try:
            unpack(folder / "x", folder / "out")
        except DataError:
            assert list((folder / "out").iterdir()) == []
        assert {path.name for path in folder.iterdir()} == {"x", "out"}
