"""Claims about downloading, against a server on this machine: whole or not at all, and on from where it broke off."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from polybatch.data.fetching.http import download
from polybatch.errors import DataError
from polybatch.progress import Silent
from tests.data.fetching.server import Server, serving

DATA = bytes(range(256)) * 4000  # about a megabyte
HASH = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.files["f.bin"] = DATA
        yield running


def fetch(server: Server, target: Path, sha256: str = "") -> str:
    return download(server.url("f.bin"), target, sha256=sha256, progress=Silent(), wait=0).sha256


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_with_its_hash_and_nothing_beside_it(server: Server, tmp_path: Path) -> None:
    assert fetch(server, tmp_path / "a/f.bin") == HASH
    assert (tmp_path / "a/f.bin").read_bytes() == DATA
    assert left(tmp_path / "a") == ["f.bin"]
    assert server.asked == [("f.bin", None)]


def test_what_broke_off_goes_on_from_there(server: Server, tmp_path: Path) -> None:
    server.break_after = [300_000, 700_000]
    assert fetch(server, tmp_path / "f.bin") == HASH
    assert [asked for _, asked in server.asked] == [None, "bytes=300000-", "bytes=700000-"]


def test_a_later_command_goes_on_where_the_one_before_gave_up(server: Server, tmp_path: Path) -> None:
    server.break_after = [100_000, 200_000, 300_000]
    with pytest.raises(
        DataError, match=r"broke off at 300,000 of 1,024,000 bytes; give the same command again to continue"
    ):
        fetch(server, tmp_path / "f.bin")
    assert left(tmp_path) == [".f.bin.part", ".f.bin.tag"]
    assert fetch(server, tmp_path / "f.bin") == HASH
    assert server.asked[-1] == ("f.bin", "bytes=300000-")
    assert left(tmp_path) == ["f.bin"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    server.break_after = [10, 20, 30]
    with pytest.raises(DataError):
        fetch(server, tmp_path / "f.bin")
    server.tag, server.files["f.bin"] = '"two"', DATA[::-1]
    fetch(server, tmp_path / "f.bin")
    assert (tmp_path / "f.bin").read_bytes() == DATA[::-1]


def test_without_a_tag_or_a_known_hash_nothing_is_stitched_together(server: Server, tmp_path: Path) -> None:
    server.tag, server.break_after = None, [300_000]
    assert fetch(server, tmp_path / "f.bin") == HASH
    assert [asked for _, asked in server.asked] == [None, None]
    server.break_after = [300_000]
    assert fetch(server, tmp_path / "f.bin", sha256=HASH) == HASH
    assert server.asked[-1] == ("f.bin", "bytes=300000-")


def test_a_server_without_ranges_and_one_with_wrong_ranges_are_both_borne(server: Server, tmp_path: Path) -> None:
    server.ranges, server.break_after = False, [300_000]
    assert fetch(server, tmp_path / "f.bin") == HASH
    server.ranges, server.shift, server.break_after = True, 5, [300_000]
    assert fetch(server, tmp_path / "f.bin") == HASH


def test_a_part_longer_than_the_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".f.bin.part").write_bytes(DATA + b"more")
    assert fetch(server, tmp_path / "f.bin", sha256=HASH) == HASH


def test_another_hash_than_the_known_one_is_refused_and_not_kept(server: Server, tmp_path: Path) -> None:
    (tmp_path / "f.bin").write_bytes(b"before")
    with pytest.raises(DataError, match=f"sha256 {HASH}, but {'0' * 64} is known for it; look at the address"):
        fetch(server, tmp_path / "f.bin", sha256="0" * 64)
    assert left(tmp_path) == ["f.bin"]
    assert (tmp_path / "f.bin").read_bytes() == b"before"


def test_a_page_instead_of_the_file_is_refused(server: Server, tmp_path: Path) -> None:
    server.files["f.bin"] = b"<!DOCTYPE html><title>Log in</title>"
    with pytest.raises(DataError, match="HTML instead of data: a page to log in, or an error"):
        fetch(server, tmp_path / "f.bin", sha256=HASH)
    assert left(tmp_path) == []


def test_a_busy_server_is_asked_again_and_a_refusing_one_is_not(server: Server, tmp_path: Path) -> None:
    server.statuses = [503, 429]
    assert fetch(server, tmp_path / "f.bin") == HASH
    server.asked.clear()
    server.statuses = [403]
    with pytest.raises(
        DataError, match=r"the server answers 403 Forbidden; a network; or have http.* from elsewhere, as "
    ):
        fetch(server, tmp_path / "f.bin")
    assert len(server.asked) == 1


def test_a_redirection_is_followed_but_not_away_from_https(server: Server, tmp_path: Path) -> None:
    server.redirects["f.bin"] = server.url("g.bin")
    server.files["g.bin"] = DATA
    assert fetch(server, tmp_path / "f.bin") == HASH
    server.redirects["f.bin"] = "http://example.org/f.bin"
    with pytest.raises(DataError, match=r"http://example\.org/f\.bin: an address of http; https"):
        fetch(server, tmp_path / "f.bin")
    server.redirects["f.bin"] = "file:///etc/passwd"
    with pytest.raises(DataError, match="Redirection to url 'file:///etc/passwd' is not allowed"):
        fetch(server, tmp_path / "f.bin")


def test_offline_nothing_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DataError, match="HF_HUB_OFFLINE is set; unset it where there is a network"):
        download("https://example.org/f.bin", tmp_path / "f.bin", progress=Silent())


def test_a_server_out_of_reach_says_what_to_put_where(server: Server, tmp_path: Path) -> None:
    url = server.url("f.bin").replace(server.address.rpartition(":")[2], "1")
    with pytest.raises(DataError, match=f"refused.*; a network; or have {url} from elsewhere, as {tmp_path}/f.bin"):
        download(url, tmp_path / "f.bin", progress=Silent(), wait=0)
