"""Claims about XL-Sum and CrossSum, on small files and archives of their form that the tests write."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_archive, write_lines, write_rows


def article(number: int, text: str = "") -> dict[str, str]:
    return {
        "id": f"a-{number}", "url": f"/{number}", "title": f"Title {number}", "summary": f"Summary {number}.",
        "text": text or f"Text {number}.",
    }  # fmt: skip


def test_an_article_is_asked_for_by_its_summary_or_its_title(tmp_path: Path) -> None:
    write_archive(
        tmp_path / "xl-sum/data/nepali_XLSum_v2.0.tar.bz2",
        {"nepali_train.jsonl": [article(9)], "nepali_test.jsonl": [article(1), article(2)]},
    )
    by_summary, by_title = (load_collection(name, data=tmp_path) for name in ("xl-sum", "xl-sum-titles"))
    assert [query.text for query in by_summary.queries["ne"]] == ["Summary 1.", "Summary 2."]
    assert [query.text for query in by_title.queries["ne"]] == ["Title 1", "Title 2"]
    assert by_summary.passages == by_title.passages
    assert by_summary.judgements == {"ne:0": {"ne:/1"}, "ne:1": {"ne:/2"}}


def test_archives_and_what_they_hold_read_alike(tmp_path: Path) -> None:
    rows = [article(1), article(2, "Text 1."), article(1)]
    write_archive(tmp_path / "a/xl-sum/swahili_XLSum_v2.0.tar.bz2", {"swahili_test.jsonl": rows})
    write_rows(tmp_path / "b/xl-sum/data/swahili_test.jsonl", *rows)
    first, second = (load_collection("xl-sum", data=tmp_path / one) for one in ("a", "b"))
    assert first == second
    assert len(first.passages["sw"]) == 1
    assert len(first.queries["sw"]) == 3
    assert first.notes["articles with a text seen under another address, merged"] == "1"
    assert first.notes["rows with an address seen before, merged"] == "1"


def test_of_two_scripts_the_usual_one_is_read(tmp_path: Path) -> None:
    for name in ("chinese_simplified", "chinese_traditional"):
        write_rows(tmp_path / f"xl-sum/{name}_test.jsonl", article(1, name))
    collection = load_collection("xl-sum", data=tmp_path)
    assert [passage.text for passage in collection.passages["zh"]] == ["chinese_simplified"]
    assert "chinese_traditional" in collection.notes.values()


def pair(source: int, target: int, language: str) -> dict[str, str]:
    return {
        "source_url": f"/{source}", "target_url": f"/{target}", "summary": f"Summary {target}.",
        "text": f"{language} text {source}.",
    }  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "crosssum/data"
    write_archive(
        folder / "english-swahili_CrossSum.tar.bz2",
        {
            "english-swahili_train.jsonl": [pair(10, 20, "en")],
            "english-swahili_val.jsonl": [],
            "english-swahili_test.jsonl": [pair(11, 21, "en"), pair(12, 21, "en")],
        },
    )
    write_archive(
        folder / "swahili-english_CrossSum.tar.bz2",
        {
            "swahili-english_train.jsonl": [],
            "swahili-english_val.jsonl": [],
            "swahili-english_test.jsonl": [pair(21, 11, "sw")],
        },
    )
    return tmp_path


def test_a_summary_asks_for_the_articles_that_upstream_aligns_with_it(data: Path) -> None:
    collection = load_collection("crosssum", data=data)
    assert collection.judgements == {"sw:/21": {"en:/11", "en:/12"}, "en:/11": {"sw:/21"}}
    assert [passage.id for passage in collection.passages["en"]] == ["en:/11", "en:/12", "en:/10"]
    assert {query.cluster for found in collection.queries.values() for query in found} == {"en:/11"}


def test_a_language_with_itself_gives_a_summary_its_own_article(data: Path) -> None:
    write_rows(data / "crosssum/data/swahili-swahili_test.jsonl", pair(21, 21, "sw"))
    collection = load_collection("crosssum", data=data)
    assert collection.judgements["sw:/21"] == {"en:/11", "en:/12", "sw:/21"}


def test_only_pairs_of_the_languages_asked_for_are_opened(data: Path) -> None:
    write_lines(data / "crosssum/data/nepali-english_CrossSum.tar.bz2", "broken")
    assert load_collection("crosssum", data=data, languages=["en", "sw"]).languages == ("en", "sw")


def test_every_fault_is_listed(data: Path) -> None:
    write_lines(data / "crosssum/nepali-english_test.jsonl", "{", '{"source_url": "/1"}')
    write_archive(data / "crosssum/data/nepali-swahili_CrossSum.tar.bz2", {"nepali-swahili_test.jsonl": []})
    write_rows(data / "crosssum/data/swahili-nepali_test.jsonl", pair(21, 31, "sw") | {"text": "", "summary": ""})
    with pytest.raises(DataError) as caught:
        load_collection("crosssum", data=data)
    text = str(caught.value)
    for line in (
        "nepali-english_test.jsonl:1: broken JSON",
        "nepali-english_test.jsonl:2: no target_url, summary, text as text",
        "nepali-swahili_CrossSum.tar.bz2: no nepali-swahili_val.jsonl in the archive",
        "swahili-nepali_test.jsonl:1: query 'ne:/31' has no text",
    ):
        assert line in text, line


@pytest.mark.parametrize("name", ["xl-sum", "crosssum"])
def test_a_folder_without_it_says_where_it_comes_from(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"no \w+-?\w* here; data/.*huggingface\.co"):
        load_collection(name, data=tmp_path)
