"""Claims about Nagarik news, on a small file of its form and on the real one."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines

HEADER = "date\ten_headline_from_url\tne_summary\turl"


def write(data: Path, *rows: tuple[str, str, str]) -> None:
    """A table of pairs with these headlines, summaries and addresses."""
    lines = ["\t".join(("2025-12-12", *row)) for row in rows]
    write_lines(data / "nagarik-news/nagarik_pairs.early.tsv", HEADER, *lines)


def test_an_english_headline_asks_for_the_summary_of_its_address_across_languages_alone(tmp_path: Path) -> None:
    write(tmp_path, ("roads close", "सडक बन्द ।", "/a"), ("schools open", "विद्यालय खुले ।", "/b"))
    collection = load_collection("nagarik-news", data=tmp_path)
    assert collection.settings == ("cross-lingual",)
    assert {code: [query.text for query in found] for code, found in collection.queries.items()} == {
        "en": ["roads close", "schools open"]
    }
    assert [passage.text for passage in collection.passages["ne"]] == ["सडक बन्द ।", "विद्यालय खुले ।"]
    assert collection.judgements == {"en:0": {"ne:/a"}, "en:1": {"ne:/b"}}


def test_a_summary_that_came_twice_is_one_article_and_counted(tmp_path: Path) -> None:
    write(tmp_path, ("roads close", "सडक बन्द ।", "/a"), ("roads shut", "सडक बन्द ।", "/b"))
    collection = load_collection("nagarik-news", data=tmp_path)
    assert [passage.id for passage in collection.passages["ne"]] == ["ne:/a"]
    assert {query.cluster for query in collection.queries["en"]} == {"ne:/a"}
    assert collection.notes["articles with a text seen under another address, merged"] == "1"


def test_every_fault_is_listed(tmp_path: Path) -> None:
    write(tmp_path, ("roads close", "", "/a"), ("", "सडक बन्द ।", "/b"))
    with pytest.raises(DataError) as caught:
        load_collection("nagarik-news", data=tmp_path)
    assert "early.tsv:2: passage 'ne:/a' has no text" in str(caught.value)
    assert "early.tsv:3: query 'en:1' has no text" in str(caught.value)


def test_the_real_file_has_a_summary_for_each_headline(real_data: Path) -> None:
    collection = load_collection("nagarik-news", data=real_data)
    assert len(collection.queries["en"]) == 1734
    assert len(collection.passages["ne"]) == 1734 - int(
        collection.notes.get("articles with a text seen under another address, merged", 0)
    ) - int(collection.notes.get("rows with an address seen before, merged", 0))
    assert set(collection.passages) == {"ne"}


WRITERS = {"nagarik-news": lambda data: write(data, ("roads close", "सडक बन्द ।", "/a"))}
