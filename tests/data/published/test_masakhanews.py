"""Claims about MasakhaNEWS headlines, on a small folder of its form and on the real one."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines
from tests.data.sources.forms import STORY, Form

HEADER = "category\theadline\ttext\turl"


def test_a_headline_asks_for_its_article_in_its_language(tmp_path: Path) -> None:
    write_lines(tmp_path / "masakhane-news/data/swa/test.tsv", HEADER, 'sports\tBao\t"Mstari', 'wa pili."\t/a')
    collection = load_collection("masakhane-news", data=tmp_path)
    assert [query.text for query in collection.queries["sw"]] == ["Bao"]
    assert [passage.text for passage in collection.passages["sw"]] == ["Mstari\nwa pili."]
    assert collection.judgements == {"sw:0": {"sw:/a"}}


def test_an_address_or_a_text_seen_before_is_one_article_and_counted(tmp_path: Path) -> None:
    rows = ("h\tone\tText a.\t/a", "h\ttwo\tText b.\t/a", "h\tthree\tText  a.\t/c", "h\tfour\tText d.\t/d")
    write_lines(tmp_path / "masakhane-news/data/swa/test.tsv", HEADER, *rows)
    collection = load_collection("masakhane-news", data=tmp_path)
    assert [passage.id for passage in collection.passages["sw"]] == ["sw:/a", "sw:/d"]
    assert [sorted(found) for found in collection.judgements.values()] == [["sw:/a"]] * 3 + [["sw:/d"]]
    assert {query.cluster for query in collection.queries["sw"]} == {"sw:/a", "sw:/d"}
    assert collection.notes["articles with a text seen under another address, merged"] == "1"
    assert collection.notes["rows with an address seen before, merged"] == "1"


def test_every_fault_is_listed(tmp_path: Path) -> None:
    write_lines(tmp_path / "masakhane-news/data/swa/test.tsv", HEADER, "h\t\ttext\t/a", "h\tb\t\t/b", "h\tc")
    write_lines(tmp_path / "masakhane-news/data/hau/test.tsv", "headline\ttext")
    with pytest.raises(DataError) as caught:
        load_collection("masakhane-news", data=tmp_path)
    text = str(caught.value)
    for line in (
        "hau/test.tsv:1: no column url",
        "swa/test.tsv:2: query 'sw:0' has no text",
        "swa/test.tsv:3: passage 'sw:/b' has no text",
        "swa/test.tsv:4: another number of columns than 4: 2",
    ):
        assert line in text, line


def test_the_real_files_have_their_headlines_and_one_article_that_came_twice(real_data: Path) -> None:
    test, dev = (load_collection(name, data=real_data) for name in ("masakhane-news", "masakhane-news-dev"))
    assert {code: len(found) for code, found in test.queries.items()} == {"en": 948, "sw": 476}
    assert {code: len(found) for code, found in test.passages.items()} == {"en": 947, "sw": 476}
    assert test.notes["articles with a text seen under another address, merged"] == "1"
    assert {code: len(found) for code, found in dev.passages.items()} == {"en": 472, "sw": 237}
    assert not {query.text for query in test.queries["sw"]} & {query.text for query in dev.queries["sw"]}


def write_rows_to_train_on(data: Path) -> None:
    quoted = 'sport\t"He said ""go"""\t"' + STORY.replace(" By", "\nBy") + '"\thttp://a'
    write_lines(
        data / "masakhane-news/data/eng/train.tsv",
        "category\theadline\ttext\turl",
        quoted,
        "sport\tNo text\t\thttp://b",
    )


FORMS = {
    "masakhanews": Form({"languages": ["en"]}, write_rows_to_train_on, items=1, left_out=1),
}
WRITERS = {
    "masakhane-news": lambda data: write_lines(data / "masakhane-news/data/swa/test.tsv", HEADER, "s\tBao\tText.\t/a")
}
