"""Claims about archives of anything: no file ends in a traceback, and each row is a document or is reported."""

import csv
import gzip
import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from polybatch.data.archives.archive import READERS, Archive
from polybatch.data.archives.left_out import LeftOut
from polybatch.data.archives.texts import ENDS
from polybatch.errors import DataError, Fault
from polybatch.search.building import unfit
from polybatch.search.records import unstorable
from polybatch.text.html import fragment_text

often = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NAMES = ("id", "_id", "text", "title", "language", "date", "source", "url", "other", "")
LIKELY = st.sampled_from(
    ["a", "b", "en", "sw", "Nepali", "xx", "2024-05-31", "0000-00-00", "Fri, 31 May 2024 10:00:00 GMT", "\0", "\u202e"]
)
VALUE: st.SearchStrategy[Any] = st.one_of(
    TEXT, LIKELY, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.integers(), max_size=1)
)
ROW = st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=6)


def places(path: Path) -> tuple[list[str], list[Fault]]:
    """Where documents were read, and every fault. What was read can be stored and sent."""
    left, there = LeftOut(listing := StringIO()), []
    for where, article in Archive([path], check=unfit).articles(left):
        there.append(where)
        assert article.id
        assert not any(map(unstorable, (article.id, article.text, article.title, article.source, article.url)))
    rows = [json.loads(line) for line in listing.getvalue().splitlines()]
    assert len(rows) == left.rows + left.notes.total() + left.remarks.total()
    return there, [Fault(row["where"], row["found"]) for row in rows]


def accounted(path: Path, rows: list[str]) -> None:
    """Each of these places is that of one document, or of a fault, and never of both."""
    there, faults = places(path)
    wrong = {fault.where for fault in faults}
    assert sorted([*there, *wrong]) == sorted(f"{path}:{row}" for row in rows)


@pytest.mark.parametrize("end", [*READERS, *ENDS])
@often
@given(content=st.one_of(st.binary(max_size=200), TEXT.map(str.encode)))
def test_a_file_of_any_bytes_is_read_or_reported(tmp_path: Path, end: str, content: bytes) -> None:
    path = tmp_path / f"any{end}"
    path.write_bytes(content)
    there, _ = places(path)
    for checked in (path, tmp_path):
        with suppress(DataError):
            assert Archive([checked], check=unfit).look(LeftOut(), allow=1) == len(there)


@often
@given(st.lists(st.one_of(ROW.map(json.dumps), TEXT.filter(str.strip), st.just("{"))), st.booleans())
@example(['{"id": "a", "text": "\\ud800"}', "1" * 5_000, "[" * 5_000, '{"id": 1e999, "text": "t"}'], False)
def test_every_line_of_jsonl_is_a_document_or_a_fault(tmp_path: Path, lines: list[str], zipped: bool) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    content = "\n".join(lines).encode()
    path = tmp_path / ("rows.jsonl.gz" if zipped else "rows.jsonl")
    path.write_bytes(gzip.compress(content) if zipped else content)
    accounted(path, [str(number) for number, line in enumerate(lines, start=1) if line.lstrip("\ufeff").strip()])


@often
@given(st.lists(st.lists(st.one_of(TEXT, LIKELY), min_size=8, max_size=8)), st.sampled_from([".csv", ".tsv"]))
def test_every_row_of_a_table_is_a_document_or_a_fault(tmp_path: Path, rows: list[list[str]], end: str) -> None:
    path = tmp_path / f"rows{end}"
    starts = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, dialect="excel-tab" if end == ".tsv" else "excel", quoting=csv.QUOTE_ALL)
        writer.writerow(NAMES[:8])
    for row in rows:
        # where a row begins
        text = path.read_bytes().decode()
        starts.append(text.count("\n") + 1)
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, dialect="excel-tab" if end == ".tsv" else "excel", quoting=csv.QUOTE_ALL).writerow(row)
    accounted(path, list(map(str, starts)))


COLUMNS = {
    "text": (pa.string(), TEXT),
    "number": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "float": (pa.float64(), st.floats()),
    "bytes": (pa.binary(), st.binary(max_size=5)),
    "list": (pa.list_(pa.string()), st.lists(TEXT, max_size=2)),
    "decimal": (pa.decimal128(10, 2), st.decimals(-1000, 1000, places=2).map(Decimal)),
    "day": (pa.date32(), st.dates()),
    "days": (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "time": (pa.timestamp("us"), st.datetimes()),
    "ticks": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "length": (pa.duration("s"), st.timedeltas(timedelta(-1000), timedelta(1000))),
}
CAST = {"days": pa.date32(), "ticks": pa.timestamp("us")}
"""What Python has no value for: days and moments far away."""


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    size = draw(st.integers(0, 4))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    arrays: list[Any] = []
    for _ in names:
        kind = draw(st.sampled_from(list(COLUMNS))) if arrays else "text"  # lists alone are a fault of the file
        type_, values = COLUMNS[kind]
        cells = draw(st.lists(st.one_of(st.none(), values), min_size=size, max_size=size))
        arrays.append(pa.array(cells, type=type_).view(CAST[kind]) if kind in CAST else pa.array(cells, type=type_))
    return pa.Table.from_arrays(arrays, names=names)


@often
@given(tables())
def test_every_row_of_parquet_is_a_document_or_a_fault(tmp_path: Path, table: pa.Table) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(table, path)
    accounted(path, [f" row {number}" for number in range(1, table.num_rows + 1)])


def test_a_parquet_file_with_text_that_is_not_utf_8_is_reported_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    text = pa.array([b"fine", b"\xff", b"fine too"]).view(pa.string())
    pq.write_table(pa.table({"id": ["a", "b", "c"], "text": text}), path)
    there, faults = places(path)
    assert there == [f"{path}: row 1", f"{path}: row 3"]
    assert [fault.where for fault in faults] == [f"{path}: row 2"]


NODE = st.sampled_from(
    ["title", "link", "guid", "pubDate", "description", "content", "encoded", "loc", "id", "name", "language", "x"]
)
ENTRY = st.lists(st.tuples(NODE, st.one_of(TEXT, LIKELY, st.just("<p>one<br>two<![foo[ <!x <?y"))), max_size=5)
KINDS = {"rss": "item", "feed": "entry", "urlset": "url", "RDF": "item"}


@often
@given(st.sampled_from(list(KINDS)), st.lists(ENTRY, max_size=4))
def test_every_entry_of_a_feed_is_a_document_or_a_fault_or_has_no_words(
    tmp_path: Path, root: str, entries: list[list[tuple[str, str]]]
) -> None:
    def written(text: str) -> str:
        return escape("".join(one for one in text if one >= " " and one not in "\ufffe\uffff"))

    tag = KINDS[root]
    bodies = ["".join(f"<{name}>{written(text)}</{name}>" for name, text in entry) for entry in entries]
    path = tmp_path / "feed.xml"
    path.write_text(f"<{root}>" + "".join(f"<{tag}>{body}</{tag}>" for body in bodies) + f"</{root}>", encoding="utf-8")
    there, faults = places(path)
    wrong = {fault.where for fault in faults}
    assert not wrong & set(there)
    for number, entry in enumerate(entries, start=1):
        words = [text for name, text in entry if name in ("title", "description", "content", "encoded")]
        seen = f"{path}:{number}" in {*there, *wrong}
        plain = root != "urlset" and any(fragment_text(written(text)) for text in words)
        assert seen or not plain


@pytest.mark.parametrize(
    "head",
    ['<?xml version="1.0" encoding="klingon"?>', '<?xml version="1.0" encoding="utf-7"?>', "<!DOCTYPE rss>", "\0"],
)
def test_a_feed_with_an_odd_head_is_read_or_reported(tmp_path: Path, head: str) -> None:
    path = tmp_path / "feed.rss"
    path.write_text(f"{head}<rss><channel><item><guid>a</guid><title>b</title></item></channel></rss>")
    there, faults = places(path)
    assert there or faults


def test_file_names_that_are_no_text_are_reported_and_the_others_read(tmp_path: Path) -> None:
    (tmp_path / "fine.txt").write_text("Fine.")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff.txt")).write_text("Odd.")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    there, faults = places(tmp_path)
    assert there == [str(tmp_path / "fine.txt")]
    assert [fault.found for fault in faults] == ["id has half of a surrogate pair"]


@pytest.mark.parametrize("make", [lambda day: day, lambda day: datetime(day.year, day.month, day.day, 23, 59)])
def test_days_and_moments_are_days(tmp_path: Path, make: Callable[[date], date]) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": ["a"], "text": ["t"], "date": [make(date(2024, 2, 29))]}), path)
    ((_, document),) = Archive([path]).articles(LeftOut())
    assert document.date == date(2024, 2, 29)
