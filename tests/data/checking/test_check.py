"""Claims about checking as a whole: any rows, any number of processes, faults beside findings, text and JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.checking import check as checking
from polybatch.data.checking.check import check_sources
from polybatch.data.checking.report import SHOWN, to_json, to_text
from polybatch.data.checking.table import CHECKS, CONTAMINATION
from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError, Fault
from polybatch.records import Item
from tests.data.checking.given import Given, row

NOWHERE = Path()
CHEAP = [name for name in CHECKS if name not in ("language", CONTAMINATION)]


def test_any_number_of_processes_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHUNK", 7)
    rows = [row(number % 30, query="***" if number % 5 == 0 else "") for number in range(60)]
    tests = [load_collection("newswire", data=None)]
    source = Given(rows=tuple(rows), empty=2, refused="cut off")
    alone = check_sources([source], NOWHERE, against=tests, processes=1)
    monkeypatch.setattr(checking, "ALONE", 14)
    assert check_sources([source], NOWHERE, against=tests, processes=2) == alone
    (report,) = alone.sources
    assert report.checks["duplicate"].rows == 30
    assert report.checks["empty"].rows == 12


def test_a_script_that_may_not_start_processes_is_told_what_works(tmp_path: Path) -> None:
    lines = ["from pathlib import Path", "from polybatch.data.checking import check"]
    lines += ["from polybatch.data.sources.newswire import NewswireSource", "check.ALONE = 0"]
    lines += ["check.check_sources([NewswireSource(stories=100)], Path(), checks=['empty'], processes=2)"]
    script = tmp_path / "script.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "ended before its time; more memory, or one process; a script starts more only under" in run.stderr


def test_rows_read_are_rows_used_and_rows_left_out_and_faults_come_along() -> None:
    source = Given(rows=(row(1), row(2)), empty=3, refused="cut off")
    report = check_sources([source, Given(rows=(row(1),))], NOWHERE, checks=CHEAP)
    first, second = report.sources
    assert (first.read, first.items, first.left_out) == (5, 2, {"no text": 3})
    assert first.places == {"no text": ("file:1", "file:2", "file:3")}
    assert report.faults == first.faults == (Fault("file:9", "cut off"),)
    assert second.faults == ()


def test_findings_beyond_what_is_kept_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "KEPT", 4)
    found = check_sources([Given(rows=tuple(row(n, query="*") for n in range(9)))], NOWHERE).sources[0].checks["empty"]
    assert (found.rows, found.count, [one.where for one in found.findings]) == (9, 9, ["r-0", "r-1", "r-2", "r-3"])


def test_checks_that_there_are_not_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(DataError) as caught:
        check_sources([], NOWHERE, checks=["spelling", CONTAMINATION])
    assert [fault.found for fault in caught.value.faults] == ["no check 'spelling'", "contamination of nothing"]
    assert "known: encoding, mojibake" in str(caught.value)
    with pytest.raises(DataError, match="none"):
        check_sources([], NOWHERE, checks=[])


def test_the_text_shows_counts_and_first_places_and_says_how_many_more() -> None:
    rows = tuple(row(number, query="***") for number in range(SHOWN + 2))
    text = to_text(check_sources([Given(rows=rows, empty=1, refused="cut off")], NOWHERE, checks=["empty", "too-long"]))
    assert text.split("\n") == [
        "given: 8 rows read, 7 used",
        "  fault: file:9: cut off",
        "  left out: no text: 1 row",
        "    file:1",
        "  empty: 7 rows (100.00%): texts without a letter or a digit",
        *(f"    r-{number} en: query: no letter and no digit in '***'" for number in range(SHOWN)),
        "    and 2 more",
        "  nothing found: too-long",
    ]


TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
ROWS = st.lists(
    st.builds(
        Item,
        id=TEXT,
        group=TEXT,
        queries=st.dictionaries(st.sampled_from(["en", "sw", "tlh"]), TEXT),
        passages=st.dictionaries(st.sampled_from(["en", "sw", "tlh"]), TEXT),
        negatives=st.tuples(st.dictionaries(st.sampled_from(["en"]), TEXT)),
    ),
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_any_rows_can_be_checked_and_the_report_says_of_each_finding_where(rows: list[Item]) -> None:
    report = check_sources([Given(rows=tuple(rows))], NOWHERE)
    assert report.sources[0].items == len(rows)
    values = json.loads(to_json(report).encode())
    places = {item.id.replace("\n", " ").encode(errors="backslashreplace").decode() for item in rows}
    for found in values["sources"][0]["checks"].values():
        assert found["count"] == len(found["findings"])
        assert {one["where"] for one in found["findings"]} <= places
    assert to_text(report).startswith(f"given: {len(rows)} row")
