"""Claims about MIRACL, CIRAL and AfriCLIRMatrix, on small files of their form that the tests write."""

from pathlib import Path

import pytest

from polybatch.data.collections.judged import numbered
from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from polybatch.records import Query
from tests.data.collections.writing import write_lines, write_rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


def write_miracl(data: Path, code: str, *, files: int = 1) -> None:
    base = data / f"miracl/miracl-v1.0-{code}"
    write_lines(base / f"topics/topics.miracl-v1.0-{code}-dev.tsv", f"1#0\twho in {code}?", f"2#0\twhat in {code}?")
    write_lines(base / f"qrels/qrels.miracl-v1.0-{code}-dev.tsv", "1#0\tQ0\t7#0\t1", "1#0\tQ0\t7#1\t0")
    for number in range(files):
        row = {"docid": f"7#{number}", "title": f"Title {code}", "text": f"Text {number}."}
        write_rows(data / f"miracl/miracl-corpus-v1.0-{code}/docs-{number}.jsonl.gz", row)


def test_miracl_has_a_pool_and_questions_of_its_own_in_every_language(data: Path) -> None:
    for code in ("sw", "yo"):
        write_miracl(data, code, files=2)
    collection = load_collection("miracl", data=data)
    assert [passage.text for passage in collection.passages["sw"]] == ["Title sw Text 0.", "Title sw Text 1."]
    assert collection.queries["yo"] == (Query("yo:1#0", "yo:1#0", "who in yo?"),)
    assert collection.judgements == {"sw:1#0": {"sw:7#0"}, "yo:1#0": {"yo:7#0"}}
    assert collection.notes["sw queries without a relevant passage, left out"] == "1"


def test_only_the_corpora_of_the_languages_asked_for_are_opened(data: Path) -> None:
    write_miracl(data, "sw", files=2)
    write_miracl(data, "yo", files=2)
    write_lines(data / "miracl/miracl-corpus-v1.0-yo/docs-0.jsonl.gz").write_bytes(b"broken")
    assert load_collection("miracl", data=data, languages=["sw"]).languages == ("sw",)


def test_parts_of_a_corpus_are_read_in_the_order_of_their_numbers() -> None:
    paths = [Path(f"miracl-corpus-v1.0-en/docs-{number}.jsonl.gz") for number in (10, 9, 0)]
    assert [path.name for path in numbered(paths)] == ["docs-0.jsonl.gz", "docs-9.jsonl.gz", "docs-10.jsonl.gz"]


def test_every_fault_of_miracl_is_listed(data: Path) -> None:
    write_miracl(data, "sw", files=3)
    write_miracl(data, "yo", files=0)
    corpus = data / "miracl/miracl-corpus-v1.0-sw"
    write_lines(corpus / "docs-1.jsonl.gz", '{"docid": "7#0", "text": "again"}', "{")
    write_rows(corpus / "docs-2.jsonl.gz", {"docid": "7#2", "text": ""})
    write_lines(data / "miracl/miracl-v1.0-sw/qrels/qrels.miracl-v1.0-sw-dev.tsv", "1#0 Q0 9#9 1", "9#0 Q0 7#0 1")
    with pytest.raises(DataError) as caught:
        load_collection("miracl", data=data, languages=["sw", "yo", "de"])
    text = str(caught.value)
    for line in (
        "docs-1.jsonl.gz:1: passage 'sw:7#0' occurs twice",
        "docs-1.jsonl.gz:2: broken JSON",
        "docs-2.jsonl.gz:1: passage 'sw:7#2' has no text",
        "sw-dev.tsv:1: judgement of passage 'sw:9#9', which is not in the pool",
        "sw-dev.tsv:2: judgement of query 'sw:9#0', which is not among the queries",
        "topics in 'yo', but no corpus of it; from huggingface.co/datasets/miracl",
        "nothing in 'de'; found: sw, yo",
    ):
        assert line in text, line


def write_ciral(data: Path, code: str, name: str) -> None:
    base = data / f"ciral/ciral-{name}"
    for split in ("dev", "test-a"):
        write_lines(base / f"topics/topics.ciral-v1.0-{code}-{split}.tsv", f"1\tWho won in {name} ({split})?")
    write_lines(base / f"qrels/qrels.ciral-v1.0-{code}-dev.tsv", "1 Q0 DOC#0#0 1")
    write_lines(base / f"qrels/qrels.ciral-v1.0-{code}-test-a.tsv", "1 Q0 DOC#0#1 1")
    write_lines(base / f"qrels/qrels.ciral-v1.0-{code}-test-a-pools.tsv", "1 Q0 DOC#0#0 1", "1 Q0 DOC#0#1 1")
    rows = [{"docid": f"DOC#0#{number}", "title": name, "text": f"{number}", "url": "u"} for number in (0, 1)]
    write_rows(data / f"ciral/passages-v1.0/{name}_passages.jsonl", *rows)


def test_ciral_asks_in_english_for_passages_in_one_language_each(data: Path) -> None:
    write_ciral(data, "sw", "swahili")
    write_ciral(data, "ha", "hausa")
    collection = load_collection("ciral-test-a", data=data)
    assert collection.languages == ("ha", "sw")
    assert [query.id for query in collection.queries["en"]] == ["ha:1", "sw:1"]
    assert collection.judgements == {"ha:1": {"ha:DOC#0#1"}, "sw:1": {"sw:DOC#0#1"}}
    assert collection.passages["sw"][0].text == "swahili 0"


def test_ciral_splits_differ_in_topics_and_the_pools_only_in_judgements(data: Path) -> None:
    write_ciral(data, "sw", "swahili")
    dev, shallow, deep = (
        load_collection(f"ciral-{split}", data=data, languages=["en", "sw"])
        for split in ("dev", "test-a", "test-a-pools")
    )
    assert dev.queries["en"][0].text == "Who won in swahili (dev)?"
    assert shallow.queries == deep.queries
    assert (len(shallow.judgements["sw:1"]), len(deep.judgements["sw:1"])) == (1, 2)
    assert deep.notes["split"] == "test-a-pools"


def test_without_english_ciral_has_no_queries(data: Path) -> None:
    write_ciral(data, "sw", "swahili")
    with pytest.raises(DataError, match=r"no queries in the languages asked for of ciral-dev; found: en, sw"):
        load_collection("ciral-dev", data=data, languages=["sw"])


def write_africlirmatrix(data: Path, code: str, name: str, topics: list[str], qrels: list[str]) -> None:
    base = data / "africlirmatrix"
    write_lines(base / f"test/queries/topics.africlirmatrix-v1.0.en.{code}.tsv", *topics)
    write_lines(base / f"test/qrels/qrels.africlirmatrix-v1.0.en.{code}.txt", *qrels)
    rows = [{"id": str(number), "contents": f"{name} {number}"} for number in (1, 2)]
    write_rows(base / f"africlirmatrix-v1.0-{name}/corpus.jsonl", *rows)


def test_africlirmatrix_joins_an_english_article_over_languages(data: Path) -> None:
    write_africlirmatrix(data, "swa", "swahili", ["5\tLake", "6\tHill"], ["5 Q0 1 6", "5 Q0 2 4"])
    write_africlirmatrix(data, "ary", "moroccan_arabic", ["5\tLake"], ["5 Q0 2 5"])
    collection = load_collection("africlirmatrix", data=data)
    assert collection.languages == ("ary", "sw")
    assert collection.queries == {"en": (Query("5", "5", "Lake"),)}
    assert collection.judgements == {"5": {"sw:1", "sw:2", "ary:2"}}
    assert collection.grades == {"5": {"sw:1": 6, "sw:2": 4, "ary:2": 5}}
    assert collection.notes["en queries without a relevant passage, left out"] == "1"


def test_africlirmatrix_counts_judged_articles_that_the_corpus_lacks(data: Path) -> None:
    write_africlirmatrix(data, "swa", "swahili", ["5\tLake"], ["5 Q0 1 6", "5 Q0 99 4"])
    collection = load_collection("africlirmatrix", data=data)
    assert collection.judgements == {"5": {"sw:1"}}
    assert (
        collection.notes["judgements of passages missing from the corpus, left out"] == "1, 1 of them relevant: sw:99"
    )


def test_africlirmatrix_refuses_one_article_with_two_titles(data: Path) -> None:
    write_africlirmatrix(data, "swa", "swahili", ["5\tLake"], ["5 Q0 1 6"])
    write_africlirmatrix(data, "yor", "yoruba", ["5\tPond"], ["5 Q0 1 6"])
    with pytest.raises(DataError, match=r"en\.yor\.tsv:1: query '5' occurs twice with another text"):
        load_collection("africlirmatrix", data=data)


@pytest.mark.parametrize("name", ["miracl", "ciral-dev", "africlirmatrix"])
def test_a_folder_without_it_says_where_it_comes_from(data: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"no \w+.* here; .*huggingface\.co"):
        load_collection(name, data=data)


WRITERS = {
    "miracl": lambda data: write_miracl(data, "sw", files=2),
    "ciral-test-a": lambda data: write_ciral(data, "sw", "swahili"),
    "africlirmatrix": lambda data: write_africlirmatrix(data, "swa", "swahili", ["5\tLake"], ["5 Q0 1 6"]),
}
