"""Claims about NTREX-news, on a folder of the upstream form that the test writes, and on the real files."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.data.published.ntrex import load_ntrex_held_out, load_ntrex_news, load_ntrex_sentences
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines
from tests.data.sources.forms import EN_SW, Form, written


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


def write_documents(folder: Path, *lengths: int) -> None:
    names = [name for name, length in zip("abcdefg", lengths, strict=False) for _ in range(length)]
    (folder / "DOCUMENT_IDS.tsv").write_text("".join(f"{name}\n" for name in names))
    for path in (folder / "NTREX-128").iterdir():
        path.write_text("".join(f"{path.name.split('.')[1][0]}{number}\n" for number in range(len(names))))


def test_every_fourth_line_of_a_body_is_held_out_and_asks_for_the_rest(folder: Path) -> None:
    write_documents(folder, 10, 4, 3)
    collection = load_ntrex_held_out(folder, languages=["en", "sw"])
    assert [(query.id, query.cluster, query.text) for query in collection.queries["en"]] == [
        ("a:0", "a", "e4"), ("a:1", "a", "e8"), ("b", "b", "e13"), ("c", "c", "e16"),
    ]  # fmt: skip
    assert [passage.text for passage in collection.passages["sw"]] == [
        "s1 s2 s3", "s5 s6 s7", "s9", "s11 s12", "s15",
    ]  # fmt: skip
    assert collection.judgements["a:1"] == {f"{code}:a:{number}" for code in ("en", "sw") for number in range(3)}
    assert collection.judgements["c"] == {"en:c:0", "sw:c:0"}


def test_a_document_with_nothing_beside_its_query_is_a_fault(folder: Path) -> None:
    write_documents(folder, 10, 2)
    with pytest.raises(DataError, match=r"IDS\.tsv:11: document 'b' has only 2 lines; 3 or more lines a document"):
        load_ntrex_held_out(folder)


def test_a_line_asks_for_its_translations(folder: Path) -> None:
    write_documents(folder, 2, 2)
    collection = load_ntrex_sentences(folder)
    assert [query.text for query in collection.queries["sw"]] == ["s0", "s1", "s2", "s3"]
    assert [query.cluster for query in collection.queries["sw"]] == ["a", "a", "b", "b"]
    assert collection.judgements["b:2"] == {"en:b:2", "sw:b:2", "zh:b:2"}
    assert collection.passages["zh"][2].text == "z2"
    assert collection.settings == ("cross-lingual", "multilingual"), "in its own language a line would find itself"


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


def test_the_real_files_have_214_sentences_held_out_one_of_which_its_document_says_twice(real_data: Path) -> None:
    collection = load_ntrex_held_out(real_data / "ntrex")
    assert {len(found) for found in collection.queries.values()} == {214}
    assert {len(found) for found in collection.passages.values()} == {259}
    texts = {passage.id: passage.text for found in collection.passages.values() for passage in found}
    said_again = {
        query.id
        for found in collection.queries.values()
        for query in found
        if any(query.text in texts[one] for one in collection.judgements[query.id])
    }
    assert said_again == {"nytimes.184860:0"}


def test_the_real_files_have_1007_lines_with_13_versions(real_data: Path) -> None:
    collection = load_ntrex_sentences(real_data / "ntrex")
    assert {len(found) for found in collection.queries.values()} == {1007}
    assert {len(found) for found in collection.judgements.values()} == {13}


def write_rows_to_train_on(data: Path) -> None:
    write_lines(data / "ntrex/DOCUMENT_IDS.tsv", "a", "a", "a", "b", "b")
    for code, letter in (("src.eng", "e"), ("ref.swa", "s")):
        write_lines(data / f"ntrex/NTREX-128/newstest2019-{code}.txt", *(f"{letter} line {n}." for n in range(5)))


def write_news(data: Path) -> None:
    write_lines(data / "ntrex/DOCUMENT_IDS.tsv", *"aaaabbbb")
    for name in ("src.eng", "ref.swa"):
        write_lines(data / f"ntrex/NTREX-128/newstest2019-{name}.txt", *(f"{name} {number}." for number in range(8)))


FORMS = {
    "ntrex": Form(EN_SW, write_rows_to_train_on, items=3),
}
WRITERS = dict.fromkeys(("ntrex-news", "ntrex-news-held-out", "ntrex-sentences"), write_news)


def test_ntrex_pairs_headlines_and_sentences_across_languages(tmp_path: Path) -> None:
    items, _ = written(FORMS["ntrex"], "ntrex", tmp_path)
    assert [(item.queries["en"], item.passages["sw"]) for item in items] == [
        ("e line 0.", "s line 1. s line 2."), ("e line 1.", "s line 2."), ("e line 3.", "s line 4."),
    ]  # fmt: skip
    assert [item.group for item in items] == ["ntrex-a", "ntrex-a", "ntrex-b"]
