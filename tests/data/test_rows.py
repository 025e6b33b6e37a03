"""Claims about reading rows: what comes back, and that every fault is named with its line."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.tables import table_rows
from polybatch.data.formats.trec import qrels_rows, scored_rows, topic_rows
from polybatch.errors import Fault
from tests.data.collections.writing import write_archive, write_lines, write_rows

ROWS: list[dict[str, Any]] = [{"id": 1, "text": "a\u2028b"}, {"id": "x", "text": "ü", "more": None}]


def test_a_row_is_the_same_plain_gzipped_and_in_an_archive(tmp_path: Path) -> None:
    faults: list[Fault] = []
    plain, zipped = write_rows(tmp_path / "a.jsonl", *ROWS), write_rows(tmp_path / "a.jsonl.gz", *ROWS)
    archive = write_archive(tmp_path / "a.tar.bz2", {"other.jsonl": [], "a.jsonl": ROWS})
    found = [
        list(json_rows(path, faults, fields=("id", "text"), member=member))
        for path, member in ((plain, ""), (zipped, ""), (archive, "a.jsonl"))
    ]
    assert [[row for _, row in rows] for rows in found] == [[{"id": "1", "text": "a\u2028b"}, ROWS[1]]] * 3
    assert [rows[1][0] for rows in found] == [f"{plain}:2", f"{zipped}:2", f"{archive}!a.jsonl:2"]
    assert faults == []


def test_every_line_of_json_that_cannot_be_used_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "1"}\r\n\n{"id"\n[1]\n{"id": true}\n{"di": "1"}\n"\xff"\n{"id": null}\n')
    faults: list[Fault] = []
    assert list(json_rows(path, faults, fields=("id",))) == [(f"{path}:1", {"id": "1"})]
    assert [fault.where for fault in faults] == [f"{path}:{line}" for line in (3, 4, 5, 6, 7, 8)]
    assert [fault.found.split(":")[0] for fault in faults] == [
        "broken JSON", "not a JSON object", "no id as text", "no id as text", "byte 0xff is not UTF-8", "no id as text",
    ]  # fmt: skip


NUMBERS = st.one_of(st.integers(), st.integers(-(2**70), 2**70), st.floats())
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(), st.characters(categories=["Cs"])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=9,
)
JSON = st.builds(json.dumps, st.dictionaries(st.text(), VALUES), ensure_ascii=st.booleans())
SYNTAX = st.text(st.sampled_from('{}[]":,\\ \r\t\v\0ué1e-+.0truefalsnNI\u2028\ufeff'), max_size=12)
LINES = st.one_of(JSON, SYNTAX).map(lambda text: text.encode(errors="surrogatepass"))
CUT = st.builds(lambda line, at: line[: at % (len(line) + 1)], LINES, st.integers(0, 99))


@given(lines=st.lists(st.one_of(LINES, CUT, st.binary(max_size=4)), min_size=1, max_size=4))
@example(lines=[b'\xef\xbb\xbf{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', b"\xc0\xaf", b'{"a": 1e999}', b"[" * 2000])
def test_a_line_is_read_as_the_standard_library_reads_it(
    lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = b"\n".join([b'{"first": 1}', *lines]).split(b"\n")
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_bytes(b"\n".join(lines))
    faults: list[Fault] = []
    rows = [(where, repr(row)) for where, row in json_rows(path, faults, fields=())]  # repr tells 1.0 from 1
    assert [*rows, *((fault.where, fault.found) for fault in faults)] == _as_the_standard_library(path, lines)


def _as_the_standard_library(path: Path, lines: list[bytes]) -> list[tuple[str, str]]:
    """Rows, then faults."""
    rows: list[tuple[str, str]] = []
    faults: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        where = f"{path}:{number}"
        try:
            if (text := line.removeprefix(b"\xef\xbb\xbf").decode().rstrip("\r")).strip():
                row = json.loads(text)
                if isinstance(row, dict):
                    rows.append((where, repr(row)))
                else:
                    faults.append((where, "not a JSON object"))
        except UnicodeDecodeError as error:
            faults.append((where, f"byte 0x{error.object[error.start]:02x} is not UTF-8"))
        except (ValueError, RecursionError) as error:
            faults.append((where, f"broken JSON: {error}"))
    return [*rows, *faults]


def test_a_file_that_is_missing_cut_off_or_not_in_the_archive_is_a_fault(tmp_path: Path) -> None:
    faults: list[Fault] = []
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(b'{"id": "1"}\n' * 1000)[:-9])
    archive = write_archive(tmp_path / "a.tar.bz2", {"a.jsonl": ROWS})
    wrong = write_lines(tmp_path / "wrong.tar.bz2", "no archive")
    plain = write_lines(tmp_path / "plain.gz")
    plain.write_bytes(b"not gzip")
    for path, member in ((tmp_path / "none", ""), (cut, ""), (archive, "b"), (wrong, "b"), (plain, "")):
        list(json_rows(path, faults, fields=("id",), member=member))
    assert [fault.found.split(":")[0] for fault in faults] == [
        "no such file", "broken archive", "no b in the archive", "broken archive", "broken archive",
    ]  # fmt: skip


def test_a_file_that_is_something_else_is_one_fault_and_not_one_a_line(tmp_path: Path) -> None:
    path, faults = tmp_path / "a.jsonl", list[Fault]()
    for data in (
        b"\n <!DOCTYPE html>\n<p>\n",
        b"<html>\n",
        b"version https://git-lfs.github.com/spec/v1\n",
        b"\xff\xfea\0\n\0",
    ):
        path.write_bytes(data.lstrip(b"\n"))
        assert list(json_rows(path, faults, fields=("id",), works="from upstream")) == []
    assert [str(fault) for fault in faults] == [
        f"{path}:1: HTML instead of data: a page to log in, or an error; from upstream",
        f"{path}:1: HTML instead of data: a page to log in, or an error; from upstream",
        f"{path}:1: a pointer of Git LFS instead of the file; from upstream",
        f"{path}:1: UTF-16 instead of UTF-8; save it as UTF-8",
    ]


def test_a_table_may_have_quotes_and_fields_over_several_lines(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.tsv", "id\ttext", '1\t"a ""b""', 'c"', "2", "3\td")
    faults: list[Fault] = []
    assert list(table_rows(path, faults, fields=("text",))) == [
        (f"{path}:2", {"id": "1", "text": 'a "b"\nc'}),
        (f"{path}:5", {"id": "3", "text": "d"}),
    ]
    assert faults == [Fault(f"{path}:4", "another number of columns than 2: 1", "as many as the first row has")]


def test_a_table_without_a_column_or_not_readable_is_a_fault(tmp_path: Path) -> None:
    faults: list[Fault] = []
    latin = tmp_path / "latin.tsv"
    latin.write_bytes(b"id\ttext\n1\t\xff\n")
    for path in (write_lines(tmp_path / "a.tsv", "id"), tmp_path / "none", latin):
        assert list(table_rows(path, faults, fields=("text",))) == []
    assert [fault.found[:14] for fault in faults] == ["no column text", "no such file", "byte 0xff is n"]


def test_topics_and_judgements_are_read_with_their_places(tmp_path: Path) -> None:
    faults: list[Fault] = []
    topics = write_lines(tmp_path / "t.tsv", "1\tWho?\tHow?", "2 no tab")
    qrels = write_lines(tmp_path / "q.txt", "1 Q0 a 2", "1\tQ0\tb\t-1", "1 a 1", "1 Q0 a x")
    scored = write_lines(tmp_path / "s.tsv", "query-id\tcorpus-id\tscore", "1\ta b\t1", "1\tb\t1.5", "1 b 1")
    assert list(topic_rows(topics, faults)) == [(f"{topics}:1", "1", "Who?\tHow?")]
    assert [row[1:] for row in qrels_rows(qrels, faults)] == [("1", "a", 2), ("1", "b", -1)]
    assert [row[1:] for row in scored_rows(scored, faults)] == [("1", "a b", 1)]
    assert list(scored_rows(qrels, faults)) == []
    assert faults.pop().found == "header '1 Q0 a 2'"
    assert [(fault.where, fault.found) for fault in faults] == [
        (f"{topics}:2", "no tab"),
        (f"{qrels}:3", "3 columns"),
        (f"{qrels}:4", "grade 'x'"),
        (f"{scored}:3", "grade '1.5'"),
        (f"{scored}:4", "1 columns"),
    ]
