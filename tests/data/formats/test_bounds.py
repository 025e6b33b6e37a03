"""Claims about bounds: what is too long, too empty or packed too tightly is left out by line, in little memory."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from polybatch.data.archives.archive import Archive
from polybatch.data.archives.left_out import LeftOut
from polybatch.data.formats import bounds, lines, tables
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.parquet import parquet_rows
from polybatch.data.formats.tables import table_rows
from polybatch.data.sources.files import table_rows as training_rows
from polybatch.data.sources.source import Reading
from polybatch.errors import Fault
from polybatch.search.building import unfit

ROW = b'{"id": "a", "text": "t"}\n'


def test_blank_lines_without_end_are_not_read_to_their_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(ROW + b"\n" * (bounds.BLANK + 2) + ROW, 1))
    faults: list[Fault] = []
    assert len(list(json_rows(path, faults))) == 1
    assert [(fault.where, fault.found) for fault in faults] == [
        (f"{path}:{bounds.BLANK + 2}", "more than 1,048,576 blank lines on end")
    ]


def test_a_file_that_unpacks_to_too_much_is_read_up_to_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "UNPACKED", 1 << 16)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(ROW * 100_000))
    faults: list[Fault] = []
    assert 0 < len(list(json_rows(path, faults))) < 100_000
    assert [fault.found for fault in faults] == ["unpacks to more than 200 times its size"]


def test_a_line_that_is_too_long_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(ROW + b'{"id": "b", "text": "' + b"word " * (bounds.LINE // 5) + b'"}\n' + ROW.replace(b"a", b"c"))
    left = LeftOut()
    assert [where for where, _ in Archive([path]).articles(left)] == [f"{path}:1", f"{path}:3"]
    assert left.told() == [Fault(f"{path}:2", "a line of more than 16 MiB", "fetch the file again")]


def test_a_text_that_is_too_long_is_left_out_everywhere(tmp_path: Path) -> None:
    long = "a. " * (bounds.TEXT // 2)
    (tmp_path / "a.txt").write_text(long)
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": "b", "text": long}))
    left = LeftOut()
    assert list(Archive([tmp_path], check=unfit).articles(left)) == []
    assert [fault.where for fault in left.first] == [f"{tmp_path}/a.txt", f"{tmp_path}/b.jsonl:1"]


def test_a_dictionary_that_stands_for_terabytes_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    long = pa.DictionaryArray.from_arrays(
        pa.array([0] * 999 + [1], pa.int32()), pa.array(["x" * (bounds.LINE + 1), "t"])
    )
    pq.write_table(pa.table({"id": [str(n) for n in range(1_000)], "text": long}), path, compression="zstd")
    assert path.stat().st_size < 20_000
    faults: list[Fault] = []
    assert list(parquet_rows(path, faults)) == [(f"{path}: row 1000", {"id": "999", "text": "t"})]
    assert len(faults) == 999


@pytest.mark.parametrize("length", [140_000, 1_000_000])
def test_one_table_with_a_long_field_has_one_answer(length: int, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('id\ttext\n1\t"' + "w" * length + '"\n2\t"two\n\nlines"\n3\tx"y\n"4\topen\n5\tlast\n')
    faults: list[Fault] = []
    whole = [row["id"] for _, row in table_rows(path, faults)]
    reading, left = Reading(), LeftOut()
    assert [row["id"] for _, row in training_rows(path, reading, fields=["id"], quotes=True)] == whole
    assert [article.id for _, article in Archive([path]).articles(left)] == whole == ["1", "2", "3", "5"]
    places = [fault.where for fault in faults]
    assert places == [fault.where for fault in left.first] == next(iter(reading.places.values())) == [f"{path}:7"]


def test_a_row_of_quotes_that_never_ends_costs_its_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LINE", 1_000)
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,"open\n' + "".join(f"{n},t\n" for n in range(2, 900)))
    faults: list[Fault] = []
    assert len(list(table_rows(path, faults, mark=","))) == 898
    assert [fault.where for fault in faults] == [f"{path}:2"]


@pytest.mark.parametrize(
    ("head", "mark"), [("id;text", ";"), ("id\ttext", "\t"), ("sep=|\nid|text", "|"), ("id,text", ",")]
)
def test_the_mark_between_columns_is_told_from_the_header(head: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{head}\na{mark}The dam, held.\n" if mark != "," else f"{head}\na,The dam held.\n")
    assert [row["id"] for _, row in table_rows(path, [], mark="")] == ["a"]


def test_a_table_whose_lines_end_in_carriage_returns_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\ra,One.\rb,Two.")
    assert [row["text"] for _, row in table_rows(path, [], mark="")] == ["One.", "Two."]


def test_a_byte_order_mark_is_no_part_of_any_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes((b"\xef\xbb\xbf" + ROW) * 2)
    assert [row["id"] for _, row in json_rows(path, [])] == ["a", "a"]
    assert list(lines.every_line(path, [])) == [ROW, ROW]
