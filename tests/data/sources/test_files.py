"""Claims about reading the rows of files: bad input is named with its file and line, and what to do."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.formats import json_lists, lines
from polybatch.data.sources.files import aligned_lines, line_rows, list_rows, object_rows, parquet_rows, table_rows
from polybatch.data.sources.source import Reading
from tests.data.collections.writing import write_lines, write_rows
from tests.data.sources.forms import write_parquet


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<!DOCTYPE html>\n<title>Log in", "HTML instead of data: a page to log in, or an error"),
        (b"\xef\xbb\xbf\n  <HTML>", "HTML instead of data: a page to log in, or an error"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:12", "a pointer of Git LFS instead of the file"),
        (b"", "empty file"),
    ],
)
def test_what_is_no_data_is_a_fault_in_every_form(data: bytes, found: str, tmp_path: Path) -> None:
    path = write(tmp_path / "f", data)
    readers: list[Any] = [
        lambda reading: line_rows(path, reading, works="get it"),
        lambda reading: object_rows(path, reading, works="get it"),
        lambda reading: list_rows(path, reading, works="get it"),
        lambda reading: table_rows(path, reading, fields=("a",), works="get it"),
        lambda reading: parquet_rows(path, reading, fields=("a",), works="get it"),
    ]
    for reader in readers:
        reading = Reading()
        assert list(reader(reading)) == []
        assert [str(fault) for fault in reading.faults] == [f"{path}:1: {found}; get it"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_in_utf16_is_a_fault_that_says_so(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path / "f", "\ufeffen\tsw\r\nrain\tmvua\r\n".encode(encoding))
    for reader in (line_rows, object_rows, list_rows, partial(table_rows, fields=("en",))):
        reading = Reading()
        assert list(reader(path, reading)) == []
        assert [str(fault) for fault in reading.faults] == [f"{path}:1: UTF-16 instead of UTF-8; save it as UTF-8"]


def test_a_line_that_is_no_json_or_not_utf8_is_left_out_with_its_place(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f", b'\xef\xbb\xbf{"id": "1"}\r\n{"id"\n\xff\n[]\n{"di": 1}\n\n{"id": "2", "x": "' + b"[" * 5000
    )
    reading = Reading()
    assert [row for _, row in object_rows(path, reading, fields=("id",))] == [{"id": "1"}]
    assert (reading.read, reading.faults) == (6, [])
    assert reading.places == {
        "broken JSON": [f"{path}:2", f"{path}:7"],
        "not UTF-8": [f"{path}:3"],
        "not a JSON object": [f"{path}:4"],
        "no id as text": [f"{path}:5"],
    }


def test_a_quotation_mark_is_text_unless_it_is_said_to_quote(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "t.tsv", "a\tb", '"one\ttwo', '"x ""y""\tz"\t"w"')
    reading = Reading()
    plain = [row for _, row in table_rows(path, reading, fields=("a", "b"))]
    assert plain == [{"a": '"one', "b": "two"}]
    assert reading.places == {"another number of columns than 2": [f"{path}:3"]}


def test_quotes_of_a_spreadsheet_may_hold_tabs_and_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", b'a\tb\r\n"x ""y""\tz"\t"two\r\nlines"\r\n"broken"x\ty\r\n1\t2\r\n')
    reading = Reading()
    rows = list(table_rows(path, reading, fields=("a",), quotes=True))
    assert rows == [
        (f"{path}:2", {"a": 'x "y"\tz', "b": "two\nlines"}),
        (f"{path}:5", {"a": "1", "b": "2"}),
    ]
    assert (reading.places, reading.faults) == ({"broken quotes": [f"{path}:4"]}, [])


def test_a_quotation_mark_that_never_closes_costs_the_line_where_it_opens(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "t.tsv", "a\tb", "1\t2", '3\t"swallows', "4\t5", "6\t7")
    reading = Reading()
    assert [row["a"] for _, row in table_rows(path, reading, fields=("a",), quotes=True)] == ["1", "4", "6"]
    assert reading.places == {"a quotation mark that does not close": [f"{path}:3"]}


def test_a_table_without_a_column_says_which_there_are(tmp_path: Path) -> None:
    reading = Reading()
    assert list(table_rows(write_lines(tmp_path / "t", "a\tb", "1\t2"), reading, fields=("a", "c"))) == []
    assert reading.faults[0].found == "no column c; there are a, b"
    headless = table_rows(tmp_path / "t", reading, fields=("2",), header=False)
    assert [row for _, row in headless] == [{"1": "a", "2": "b"}, {"1": "1", "2": "2"}]


@pytest.mark.parametrize("chunk", [1, 2, 7, 1 << 20])
def test_a_list_is_read_an_object_at_a_time_however_it_is_cut(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lists, "CHUNK", chunk)
    path = write(tmp_path / "f", '[ {"a": "é ] \\" "},\n 12, {"b": [1.5, null]} ,\n{"c": {}}\n]\n'.encode())
    reading = Reading()
    rows = list(list_rows(path, reading))
    assert [row for _, row in rows] == [{"a": 'é ] " '}, {"b": [1.5, None]}, {"c": {}}]
    assert [where for where, _ in rows] == [f"{path}:1 (row 1)", f"{path}:2 (row 3)", f"{path}:3 (row 4)"]
    assert (reading.read, reading.left_out) == (4, {"not a JSON object": 1})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"a": 1},\n{"b": ', ":2: the file ends before its list does"),
        ('[{"a": 1},\n{"b": "unended', ":2: the file ends before its list does"),
        ('[{"a": 1}\n', ":2: the file ends before its list does"),
        ('[{"a": 1},\n{b}, {"c": 2}, {"d": 3333333333}]', ":2: broken JSON"),
        ('{"a": 1}', ":1: not a list of JSON objects"),
    ],
)
def test_a_list_that_breaks_is_a_fault_at_its_line(text: str, found: str, tmp_path: Path) -> None:
    reading = Reading()
    path = write(tmp_path / "f", text.encode())
    rows = [row for _, row in list_rows(path, reading)]
    assert rows == ([] if text.startswith("{") else [{"a": 1}])
    assert f"{path}{found}" in str(reading.faults[0])


def test_parquet_is_read_by_columns_and_a_cut_one_is_a_fault(tmp_path: Path) -> None:
    reading = Reading()
    write_parquet(path := tmp_path / "p.parquet", [{"a": str(n), "b": n} for n in range(2500)])
    assert [row for _, row in parquet_rows(path, reading, fields=("a",))][2001] == {"a": "2001"}
    assert (reading.read, reading.faults) == (2500, [])
    list(parquet_rows(path, reading, fields=("a", "z")))
    list(parquet_rows(write(tmp_path / "cut.parquet", path.read_bytes()[:-20]), reading, fields=("a",)))
    assert [fault.found[:22] for fault in reading.faults] == ["no column z; there are", "broken parquet after r"]


def test_aligned_lines_keep_step_over_blank_and_broken_ones(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", b"\xef\xbb\xbfx\r\n\xff\n\nw\n"), write(tmp_path / "b", b"X\nY\nZ\nW")
    reading = Reading()
    assert [texts for _, texts in aligned_lines([one, other], reading)] == [
        ["x", "X"],
        ["", "Y"],
        ["", "Z"],
        ["w", "W"],
    ]
    assert reading.noted == {"a line that is not UTF-8": [f"{one}:2"]}
    assert reading.faults == []


def test_aligned_files_that_differ_in_length_are_a_fault_at_the_first_end(tmp_path: Path) -> None:
    one, other = write_lines(tmp_path / "a", "x", "y", "z"), write_lines(tmp_path / "b", "X")
    reading = Reading()
    assert len(list(aligned_lines([one, other], reading))) == 1
    assert (
        str(reading.faults[0])
        == f"{other}:2: the file ends before this line, but {one} goes on; aligned files have a line for a line"
    )


def test_a_cut_gzip_is_a_fault_and_not_a_short_file(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "r.jsonl.gz", *({"id": str(n), "t": "x" * n} for n in range(300)))
    path.write_bytes(path.read_bytes()[:-30])
    reading = Reading()
    list(object_rows(path, reading, fields=("id",)))
    assert "broken archive" in reading.faults[0].found


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LINE", 1 << 20)
    path = write(tmp_path / "f", b"ok\n" + b"x" * (1 << 21) + b"\nok\n")
    reading = Reading()
    assert [where for where, _ in line_rows(path, reading)] == [f"{path}:1", f"{path}:3"]
    assert reading.places == {"a line of more than 1 MiB": [f"{path}:2"]}
