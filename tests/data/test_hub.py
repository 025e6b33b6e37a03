"""Claims about fetching from the hub, with a stand-in for its download function: no test uses a network."""

from pathlib import Path
from typing import Any

import pytest

from polybatch.data.collections.table import COLLECTIONS, load_collection
from polybatch.data.hub import Repository, fetch
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines, write_rows


class Hub:
    """Remembers what was asked for, and lays down a tiny MIRACL."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def __call__(self, repository: str, *, repo_type: str, local_dir: Path, allow_patterns: list[str]) -> None:
        assert repo_type == "dataset"
        self.asked.append((repository, allow_patterns))
        if repository == "miracl/miracl":
            write_lines(local_dir / "miracl-v1.0-sw/topics/topics.miracl-v1.0-sw-dev.tsv", "1\tNani?")
            write_lines(local_dir / "miracl-v1.0-sw/qrels/qrels.miracl-v1.0-sw-dev.tsv", "1 Q0 a 1")
        else:
            write_rows(local_dir / "miracl-corpus-v1.0-sw/docs-0.jsonl.gz", {"docid": "a", "title": "", "text": "t"})


def test_the_hub_fills_the_data_folder_and_is_not_needed_again(tmp_path: Path) -> None:
    hub = Hub()
    fetched = load_collection("hub:miracl", data=tmp_path, languages=["sw"], download=hub)
    assert hub.asked == [
        ("miracl/miracl", ["miracl-v1.0-sw/*"]),
        ("miracl/miracl-corpus", ["miracl-corpus-v1.0-sw/*"]),
    ]
    assert fetched == load_collection("miracl", data=tmp_path)


def test_patterns_name_languages_as_upstream_does() -> None:
    def patterns(name: str, *languages: str) -> list[str]:
        return [found for one in COLLECTIONS[name].data_set.hub for found in one.patterns(languages)]

    assert patterns("ciral-dev", "en", "sw")[2:] == [
        "passages-v1.0/english_passages.jsonl", "passages-v1.0/swahili_passages.jsonl",
    ]  # fmt: skip
    assert "data/bengali_XLSum_v2.0.tar.bz2" in patterns("xl-sum", "bn")
    assert set(patterns("crosssum", "en", "ne")) == {
        f"data/{one}-{other}_CrossSum.tar.bz2" for one in ("english", "nepali") for other in ("english", "nepali")
    }
    assert patterns("belebele-3", "sw") == ["data/*.jsonl"]
    assert Repository("x/y", ("{code}/*", "{name}-{other}")).patterns(None) == ["*/*", "*-*"]


def test_all_of_a_collection_by_language_is_not_fetched_unasked(tmp_path: Path) -> None:
    hub = Hub()
    with pytest.raises(DataError, match="no languages named: all would be fetched; name some, such as en,sw"):
        load_collection("hub:miracl", data=tmp_path, download=hub)
    assert hub.asked == []


def test_what_is_not_on_the_hub_says_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"hub:ntrex-news: not on the hub; from github\.com/MicrosoftTranslator"):
        load_collection("hub:ntrex-news", data=tmp_path)
    with pytest.raises(DataError, match="no data folder given"):
        load_collection("hub:miracl", data=None, languages=["sw"])


def test_every_repository_that_cannot_be_had_is_a_fault(tmp_path: Path) -> None:
    def offline(repository: str, **_: Any) -> None:
        raise OSError(f"{repository}\nis out of reach")

    repositories = [Repository("a/b", ("*",)), Repository("c/d", ("*",))]
    with pytest.raises(DataError) as caught:
        fetch(repositories, tmp_path, download=offline)
    assert [fault.found for fault in caught.value.faults] == ["a/b is out of reach", "c/d is out of reach"]


def test_the_hub_itself_is_called_and_refuses_while_offline(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"hub:miracl/miracl: .*; a network, HF_HUB_OFFLINE unset"):
        fetch(COLLECTIONS["miracl"].data_set.hub[:1], tmp_path, languages=["sw"])
