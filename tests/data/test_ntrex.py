"""Claims about NTREX-news, on a folder of the upstream form that the test writes, and on the real files."""

from pathlib import Path

import pytest

from polybatch.data.ntrex import load_ntrex_news
from polybatch.data.sources import load_collection
from polybatch.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "NTREX-128").mkdir()
    (tmp_path / "DOCUMENT_IDS.tsv").write_bytes(b"a\na\na\na\na\nb\nb\n")
    for name, letter in (("src.eng", "e"), ("ref.swa", "s"), ("ref.zho-CN", "c"), ("ref.zho-TW", "t")):
        lines = "".join(f"{letter}{number}\r\n" for number in range(7))
        (tmp_path / "NTREX-128" / f"newstest2019-{name}.txt").write_bytes(lines.encode())
    return tmp_path


def test_a_headline_asks_for_the_rest_of_its_document_in_runs_of_three_lines(folder: Path) -> None:
    collection = load_ntrex_news(folder)
    assert collection.languages == ("en", "sw", "zh")
    assert [query.text for query in collection.queries["sw"]] == ["s0", "s5"]
    assert [passage.text for passage in collection.passages["en"]] == ["e1 e2 e3", "e4", "e6"]
    assert collection.judgements["a"] == {f"{code}:a:{number}" for code in ("en", "sw", "zh") for number in (0, 1)}
    assert [query.cluster for query in collection.queries["en"]] == ["a", "b"]


def test_of_two_files_in_one_language_the_plainest_name_is_read(folder: Path) -> None:
    assert load_ntrex_news(folder).queries["zh"][0].text == "c0"


def test_only_the_languages_asked_for_are_read(folder: Path) -> None:
    (folder / "NTREX-128/newstest2019-ref.swa.txt").write_text("broken\n")
    assert load_ntrex_news(folder, languages=["en"]).languages == ("en",)


def test_a_folder_in_the_upstream_layout_is_known_by_its_looks(folder: Path) -> None:
    collection = load_collection(str(folder), data=None, languages=["en", "sw"])
    assert collection.name == folder.name
    assert collection.languages == ("en", "sw")


def test_every_fault_is_listed(folder: Path) -> None:
    (folder / "DOCUMENT_IDS.tsv").write_text("a\na\na\na\na\nb\nc\n")
    (folder / "NTREX-128/newstest2019-ref.swa.txt").write_text("s\n\n")
    with pytest.raises(DataError) as caught:
        load_ntrex_news(folder, languages=["en", "sw", "yo"])
    text = str(caught.value)
    for line in (
        "no file for 'yo'; found: en, sw, zh",
        "newstest2019-ref.swa.txt:2: empty line",
        "newstest2019-ref.swa.txt:3: 2 lines, but",
        "DOCUMENT_IDS.tsv:6: document 'b' has only a headline",
        "DOCUMENT_IDS.tsv:7: document 'c' has only a headline",
    ):
        assert line in text, line


def test_a_folder_without_it_says_where_it_comes_from(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no NTREX-128 here; .*github.com/MicrosoftTranslator/NTREX"):
        load_ntrex_news(tmp_path)


def test_the_real_files_have_62_documents_in_13_languages(real_data: Path) -> None:
    collection = load_ntrex_news(real_data / "ntrex")
    assert collection.languages == ("ar", "de", "el", "en", "es", "hi", "ne", "ru", "sw", "th", "tr", "vi", "zh")
    assert {len(found) for found in collection.queries.values()} == {62}
    assert {len(found) for found in collection.passages.values()} == {338}
    assert collection.queries["en"][0].text == "Welsh AMs worried about 'looking like muppets'"
