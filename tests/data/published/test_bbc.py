"""Claims about XL-Sum and CrossSum, on small files and archives of their form that the tests write."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_archive, write_lines, write_rows
from tests.data.sources.forms import EN_SW, HADITHI, STORY, Form, make, read, written


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


def write_rows_to_train_on(data: Path) -> None:
    def row(source: str, target: str, text: str, summary: str) -> dict[str, str]:
        return {"source_url": source, "target_url": target, "text": text, "summary": summary}

    there = [row("u/en", "u/sw", STORY, "Daraja limeondoka."), row("v/en", "v/sw", "Rain.", "Mvua.")]
    back = [row("u/sw", "u/en", HADITHI, "A bridge is gone.")]
    for pair, rows in (("english-swahili", there), ("swahili-english", back)):
        write_archive(data / f"crosssum/data/{pair}_CrossSum.tar.bz2", {f"{pair}_train.jsonl": rows})


def write_crosssum(data: Path) -> None:
    for one, other in (("english", "swahili"), ("swahili", "english")):
        members = {f"{one}-{other}_{split}.jsonl": [pair(1, 2, one)] for split in ("train", "val", "test")}
        write_archive(data / f"crosssum/data/{one}-{other}_CrossSum.tar.bz2", members)


FORMS = {
    "xl-sum": Form(
        {"languages": ["sw"], "pairs": ["headline", "summary"]},
        lambda data: write_archive(
            data / "xl-sum/data/swahili_XLSum_v2.0.tar.bz2",
            {"swahili_train.jsonl": [{"id": "1", "url": "u", "title": "Mto", "summary": "Mafuriko.", "text": HADITHI}]},
        ),
        items=2,
    ),
    "crosssum": Form(EN_SW, write_rows_to_train_on, items=2),
}
WRITERS = {
    "crosssum": write_crosssum,
    "xl-sum": lambda data: write_rows(data / "xl-sum/swahili_test.jsonl", article(1), article(2)),
}


def test_crosssum_joins_both_ways_of_a_pair(tmp_path: Path) -> None:
    (joined, alone), _ = written(FORMS["crosssum"], "crosssum", tmp_path)
    assert joined.queries == {"sw": "Daraja limeondoka.", "en": "A bridge is gone."}
    assert joined.passages == {"en": STORY, "sw": HADITHI}
    assert (alone.queries, alone.passages) == ({"sw": "Mvua."}, {"en": "Rain."})
    assert alone.further == ("",)


def test_the_same_article_is_read_once(tmp_path: Path) -> None:
    row = {"id": "1", "url": "u", "title": "Mto", "summary": "", "text": HADITHI}
    archive = tmp_path / "xl-sum/data/swahili_XLSum_v2.0.tar.bz2"
    write_archive(archive, {"swahili_train.jsonl": [row, row | {"title": "Tena"}, row | {"text": ""}]})
    items, reading = read(make("xl-sum", languages=["sw"]), tmp_path)
    assert [item.queries for item in items] == [{"sw": "Mto"}]
    assert reading.places == {
        "a text met before": [f"{archive}!swahili_train.jsonl:2"], "no passage": [f"{archive}!swahili_train.jsonl:3"],
    }  # fmt: skip
