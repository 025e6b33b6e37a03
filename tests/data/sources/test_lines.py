"""Claims about reading line-aligned text."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from polybatch.data.sources.lines import LinesSource, load_lines
from polybatch.data.sources.source import Reading
from polybatch.errors import DataError


def write(folder: Path, **texts: str) -> dict[str, list[Path]]:
    for code, text in texts.items():
        (folder / f"text.{code}").write_bytes(text.encode())
    return {code: [folder / f"text.{code}"] for code in texts}


def test_a_sentence_is_paired_with_itself_and_what_follows_it_in_its_run(tmp_path: Path) -> None:
    files = write(tmp_path, en="a\nb\nc\nd\n", sw="A\nB\nC\nD\n")
    corpus = load_lines("x", files, run=3)
    assert [(item.queries["en"], item.passages["en"]) for item in corpus.items] == [
        ("a", "a b c"),
        ("b", "b c"),
        ("c", "c"),
        ("d", "d"),
    ]
    assert [item.passages["sw"] for item in corpus.items] == ["A B C", "B C", "C", "D"]
    assert corpus.languages == ("en", "sw")


def test_without_the_sentence_itself_a_passage_is_what_follows(tmp_path: Path) -> None:
    corpus = load_lines("x", write(tmp_path, en="a\nb\nc\nd\n"), run=3, pairings=["what-follows"])
    assert [(item.queries["en"], item.passages["en"]) for item in corpus.items] == [("a", "b c"), ("b", "c")]


def test_a_pairing_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="each pairing once"):
        LinesSource(source="lines", name="x", files={"en": ["en"]}, pairings=["what-follows", "what-follows"])


def test_with_both_pairings_a_line_has_two_passages_in_one_group(tmp_path: Path) -> None:
    files = write(tmp_path, en="a\nb\nc\n")
    items = load_lines("x", files, run=3, pairings=["with-sentence", "what-follows"]).items
    found = [(item.queries["en"], item.passages["en"]) for item in items]
    assert found == [("a", "a b c"), ("a", "b c"), ("b", "b c"), ("b", "c"), ("c", "c")]
    assert len({item.group for item in items}) == 1
    assert len({item.id for item in items}) == len(items)


def test_runs_never_cross_a_document(tmp_path: Path) -> None:
    files = write(tmp_path, en="a\nb\nc\nd\ne\n")
    (tmp_path / "ids").write_text("one\none\ntwo\ntwo\ntwo\n")
    corpus = load_lines("x", files, documents=[tmp_path / "ids"], run=4)
    assert [item.passages["en"] for item in corpus.items] == ["a b", "b", "c d e", "d e", "e"]


def test_runs_never_cross_a_file(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("a\nb\n")
    (tmp_path / "two").write_text("c\n")
    corpus = load_lines("x", {"en": [tmp_path / "one", tmp_path / "two"]}, run=3)
    assert [item.passages["en"] for item in corpus.items] == ["a b", "b", "c"]


def test_the_place_of_an_item_is_the_line_of_its_query_in_the_first_language(tmp_path: Path) -> None:
    for number, lines in enumerate((b"\xef\xbb\xbfa\r\nb\r\nc\r\n", b"d\ne\n")):
        (tmp_path / f"{number}.sw").write_bytes(lines)
        (tmp_path / f"{number}.en").write_bytes(lines.upper().replace(b"\xef\xbb\xbf", b""))
    files = {code: [f"0.{code}", f"1.{code}"] for code in ("sw", "en")}
    source = LinesSource(source="lines", name="x", files=files, run=2, pairings=["what-follows"])
    reading = Reading()
    found = [(reading.where, item.queries["sw"]) for item in source.items(tmp_path, reading)]
    assert found == [(f"{tmp_path}/0.sw:1", "a"), (f"{tmp_path}/1.sw:1", "d")]
    placed = [reading.where for _ in source.model_copy(update={"pairings": ["with-sentence"]}).items(tmp_path, reading)]
    assert placed == [
        f"{tmp_path}/{file}.sw:{line}" for file, count in ((0, 3), (1, 2)) for line in range(1, count + 1)
    ]


def test_runs_with_an_equal_line_in_any_language_are_one_passage_group(tmp_path: Path) -> None:
    files = write(tmp_path, en="a\nb\nc\nd\ne\nf\n", sw="A\nB\nC\n b \nX\nC \n")
    groups = [item.group for item in load_lines("x", files, run=1).items]
    assert groups[2] == groups[5]
    assert groups[1] == groups[3], "case and spaces do not count"
    assert len(set(groups)) == 4
    files = write(tmp_path, en="a\nb\nc\nd\nB\nC\n", sw="A\nB\nC\nD\nE\nF\n")
    groups = [item.group for item in load_lines("x", files, run=2).items]
    assert len(set(groups)) == 1, "the third run joins the first (b) and the second (c)"


LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LINE, LINE), min_size=1, max_size=30), st.integers(1, 5))
def test_every_line_is_a_query_once_and_no_two_groups_share_a_line(lines: list[tuple[str, str]], run: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder), en="\n".join(line for line, _ in lines), sw="\n".join(line for _, line in lines))
        corpus = load_lines("x", files, run=run)
    assert [(item.queries["en"], item.queries["sw"]) for item in corpus.items] == lines
    owner: dict[tuple[str, str], str] = {}
    for item in corpus.items:
        for code, text in item.queries.items():
            assert owner.setdefault((code, text.casefold()), item.group) == item.group


def test_bom_and_windows_line_ends_are_read_over(tmp_path: Path) -> None:
    corpus = load_lines("x", write(tmp_path, en="\ufeffa\r\nb\r\n", sw="A\nB"), run=1)
    assert [dict(item.queries) for item in corpus.items] == [{"en": "a", "sw": "A"}, {"en": "b", "sw": "B"}]


def test_a_separator_that_python_splits_at_does_not_shift_lines(tmp_path: Path) -> None:
    corpus = load_lines("x", write(tmp_path, en="a\u2028still a\nb\n", sw="A\nB\n"), run=1)
    assert [item.queries["sw"] for item in corpus.items] == ["A", "B"]


def test_every_fault_is_listed_with_its_line(tmp_path: Path) -> None:
    files = write(tmp_path, en="a\n\nc\n", sw="A\nB\n", swa="x\ny\nz\n", qqq="x\ny\nz\n")
    (tmp_path / "text.de").write_bytes(b"a\n\xff\n")
    files |= {"de": [tmp_path / "text.de"], "fr": [tmp_path / "nowhere"]}
    with pytest.raises(DataError) as caught:
        load_lines("x", files, run=0)
    text = str(caught.value)
    for line in (
        "x: run: 0 lines; 1 or more works",
        "x: files: unknown language 'swa'; write 'sw'",
        "x: files: unknown language 'qqq'",
        "text.en:2: empty line",
        f"text.sw:3: 2 lines, but {tmp_path / 'text.en'} has 3",
        "text.de:2: byte 0xff is not UTF-8",
        "nowhere: no such file",
    ):
        assert line in text, line
    assert len(caught.value.faults) == 7


def test_lists_of_files_that_differ_in_length_are_refused(tmp_path: Path) -> None:
    files = write(tmp_path, en="a\n", sw="A\n")
    files["en"].append(tmp_path / "text.sw")
    with pytest.raises(DataError, match=r"the lists differ in length: en 2, sw 1"):
        load_lines("x", files)


def test_global_voices_has_its_30782_aligned_lines(real_data: Path) -> None:
    folder = real_data / "lafand-mt/data/text_files/en-swa"
    corpus = load_lines("gv", {"en": [folder / "train.en"], "sw": [folder / "train.swa"]})
    assert len(corpus.items) == 30_782
    assert corpus.items[0].queries["sw"] == "Kinyago cha mtumwa mweusi kilichochongwa na Luiz Paulino da Cunha."


def test_flores_has_its_8318_lines_and_no_run_crosses_its_documents(real_data: Path) -> None:
    folder = real_data / "floresv1"
    splits = ("dev", "devtest", "test")
    files = {code: [folder / f"wikipedia.{split}.ne-en.{code}" for split in splits] for code in ("en", "ne")}
    corpus = load_lines("f", files, documents=[folder / f"wikipedia.{split}.ne-en.doc_id" for split in splits], run=1)
    assert len(corpus.items) == 2559 + 2835 + 2924
    assert all(item.queries == item.passages for item in corpus.items)
