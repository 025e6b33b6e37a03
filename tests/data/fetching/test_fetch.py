"""Claims about fetching by name: the layout that the source reads, a record beside it, and what offline is said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.fetching.fetch import fetch_data
from polybatch.data.published.data_set import DataSet, WebFile
from polybatch.data.published.table import FETCHED
from polybatch.errors import DataError
from tests.data.fetching.server import Server, serving
from tests.data.fetching.test_archives import tar
from tests.data.sources.forms import make, read, squad


class News:
    """Keeps what is said, and how far the bars went."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def task(self, description: str, total: int) -> Any:
        from polybatch.progress import Silent

        return Silent().task(description, total)

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def xquad(server: Server) -> dict[str, DataSet]:
    for code in ("en", "el"):
        server.files[f"xquad.{code}.json"] = json.dumps(squad((code, {"1": f"{code}?"}))).encode()
    web = (WebFile(server.url("xquad.{code}.json"), codes=("el", "en")),)
    return {"xquad": DataSet("xquad", "xquad", "CC BY-SA 4.0", "upstream", web=web)}


def test_what_was_fetched_is_what_the_source_reads_and_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    data_sets, news = xquad(server), News()
    fetched = fetch_data("xquad", tmp_path, languages=["en", "el"], data_sets=data_sets, progress=news)
    assert (fetched.folder, fetched.licence) == (tmp_path / "xquad", "CC BY-SA 4.0")
    assert news.said[0] == "xquad: upstream; licence: CC BY-SA 4.0"
    (item,), reading = read(make("xquad", languages=["en", "el"]), tmp_path)
    assert item.queries == {"en": "en?", "el": "el?"}
    assert reading.faults == []
    fetch_data("xquad", tmp_path, languages=["en", "el"], data_sets=data_sets, progress=news)
    assert len(server.asked) == 2
    assert [line.rpartition(": ")[2] for line in news.said[-2:]] == ["there already"] * 2


def test_a_file_that_was_changed_or_lost_is_fetched_again(server: Server, tmp_path: Path) -> None:
    data_sets = xquad(server)
    fetch_data("xquad", tmp_path, languages=["en", "el"], data_sets=data_sets)
    path = tmp_path / "xquad/xquad.en.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"en?", b"no?"))
    (tmp_path / "xquad/xquad.el.json").unlink()
    fetch_data("xquad", tmp_path, languages=["en", "el"], data_sets=data_sets)
    assert path.read_bytes() == whole
    assert len(server.asked) == 4
    (tmp_path / "xquad/fetched.json").write_text("[broken")
    fetch_data("xquad", tmp_path, languages=["en"], data_sets=data_sets)
    assert len(server.asked) == 5


def test_an_archive_is_unpacked_into_upstreams_layout_and_recorded(server: Server, tmp_path: Path) -> None:
    members = {"NTREX-main/DOCUMENT_IDS.tsv": b"a\na\n", "NTREX-main/setup.py": b"x"}
    members |= {f"NTREX-main/NTREX-128/newstest2019-{code}.txt": b"One.\nTwo.\n" for code in ("src.eng", "ref.swa")}
    server.files["main.tar.gz"] = tar(tmp_path / "x", members).read_bytes()
    web = WebFile(server.url("main.tar.gz"), keep=("NTREX-128/*.txt", "DOCUMENT_IDS.tsv"), strip=1)
    data_sets = {"ntrex": DataSet("ntrex", "ntrex", "CC BY-SA 4.0", "upstream", web=(web,))}
    fetch_data("ntrex", tmp_path, data_sets=data_sets)
    assert sorted(path.name for path in (tmp_path / "ntrex").iterdir()) == [
        "DOCUMENT_IDS.tsv",
        "NTREX-128",
        "fetched.json",
    ]
    (item,), _ = read(make("ntrex", languages=["en", "sw"]), tmp_path)
    assert item.passages == {"en": "Two.", "sw": "Two."}
    record = json.loads((tmp_path / "ntrex/fetched.json").read_text())[web.url]
    assert len(record["sha256"]) == 64
    assert record["files"]["DOCUMENT_IDS.tsv"] == 4
    fetch_data("ntrex", tmp_path, data_sets=data_sets)
    assert len(server.asked) == 1


def test_an_evil_archive_leaves_the_folder_as_it_was(server: Server, tmp_path: Path) -> None:
    server.files["x.tgz"] = tar(tmp_path / "made", {"a/b.txt": b"b", "../../evil": b"e"}).read_bytes()
    data_sets = {"x": DataSet("x", "x", "mine", "upstream", web=(WebFile(server.url("x.tgz"), keep=("*",)),))}
    with pytest.raises(DataError, match="a name that leads out of its folder"):
        fetch_data("x", tmp_path, data_sets=data_sets)
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "x/fetched.json").exists()


def test_every_file_that_cannot_be_had_is_named_and_then_what_to_do(server: Server, tmp_path: Path) -> None:
    data_sets = xquad(server)
    server.files.clear()
    with pytest.raises(DataError) as caught:
        fetch_data("xquad", tmp_path, languages=["en", "el", "sw"], data_sets=data_sets)
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("no file in 'sw'; it has el, en")
    assert ["the server answers 404" in line for line in lines] == [False, True, True, False]
    assert (
        lines[-1]
        == f"xquad: not fetched, or not all of it; without a network: from upstream, by hand, into {tmp_path}/xquad"
    )


def test_the_hub_is_asked_for_the_languages_named(tmp_path: Path) -> None:
    asked: list[tuple[str, list[str]]] = []

    def hub(repository: str, *, repo_type: str, local_dir: Path, allow_patterns: list[str]) -> None:
        asked.append((repository, allow_patterns))

    fetch_data("mmarco", tmp_path, languages=["de"], hub_download=hub)
    assert asked == [
        (
            "unicamp-dl/mmarco",
            [
                "data/triples.train.ids.small.tsv",
                "data/google/collections/german_collection.tsv",
                "data/google/queries/train/german_queries.train.tsv",
            ],
        )
    ]


def test_all_languages_of_a_large_set_are_not_fetched_unasked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="mmarco: no languages named: all would be fetched; --languages, such as en,sw"):
        fetch_data("mmarco", tmp_path)
    with pytest.raises(DataError, match="nope: nothing of that name to fetch; known: masakhanews, "):
        fetch_data("nope", tmp_path)


@pytest.mark.parametrize("name", ["flores", "newsqa"])
def test_offline_one_line_says_what_to_put_where(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DataError) as caught:
        fetch_data(name, tmp_path)
    data_set = FETCHED[name]
    last = str(caught.value).splitlines()[-1]
    assert last.endswith(f"from {data_set.upstream}, by hand, into {tmp_path / data_set.folder}")


def test_what_is_left_to_do_by_hand_is_said(server: Server, tmp_path: Path) -> None:
    server.files["q.json"] = b"[]"
    data_sets = {
        "x": DataSet("x", "x", "mine", "upstream", web=(WebFile(server.url("q.json")),), then="run a retrieval")
    }
    assert fetch_data("x", tmp_path, data_sets=data_sets).then == "run a retrieval"
    assert "results of a retrieval" in FETCHED["entity-questions"].then


def test_a_folder_that_cannot_be_made_is_a_fault(server: Server, tmp_path: Path) -> None:
    (tmp_path / "xquad").write_text("a file")
    with pytest.raises(DataError, match=f"{tmp_path}/xquad: File exists; a folder to write to"):
        fetch_data("xquad", tmp_path, languages=["en"], data_sets=xquad(server))
