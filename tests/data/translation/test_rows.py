"""Claims about translating rows: ids and groups stay, what is there stays, a killed run goes on to the same bytes."""

import gzip
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from polybatch.data.opening import open_source
from polybatch.data.sources.source import Reading
from polybatch.data.translation.command import CommandTranslator
from polybatch.data.translation.quality import Filter
from polybatch.data.translation.rows import Translated, translate_rows
from polybatch.errors import DataError, ModelError
from polybatch.progress import Silent
from tests.data.collections.writing import write_lines, write_rows

ROWS: list[dict[str, Any]] = [
    {"id": "a", "group": "1", "queries": {"en": "Good news."}, "passages": {"en": "Rain. Water."}, "further": ["d"]},
    {"id": "b", "group": "1", "queries": {"en": "City.", "sw": "Jiji."}, "passages": {"en": "Good city. Good water."}},
    {"id": "c", "queries": {"sw": "Mvua."}, "passages": {"en": "Rain."}, "negatives": [{"en": "News."}]},
]


def run(rows: Path, out: Path, command: str, *targets: str, accept: Filter | None = None) -> Translated:
    return translate_rows(
        open_source(rows),
        rows.parent,
        out,
        origin="en",
        targets=targets or ("sw",),
        translator=CommandTranslator(command),
        cache=out.parent / "cache.sqlite",
        accept=accept,
        progress=Silent(),
    )


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_rows_gain_languages_and_keep_ids_groups_and_what_they_had(program: str, tmp_path: Path) -> None:
    done = run(write_rows(tmp_path / "rows.jsonl", *ROWS), tmp_path / "out.jsonl", program, "sw", "ne")
    first, second, third = read(tmp_path / "out.jsonl")
    assert (first["id"], first["group"], second["group"]) == ("a", "1", "1")
    assert first["queries"] == {"en": "Good news.", "sw": "nzuri habari.", "ne": "राम्रो समाचार."}
    assert first["passages"]["sw"] == "mvua. maji."
    assert "d" in first["further"]
    assert second["queries"] == {"en": "City.", "sw": "Jiji.", "ne": "सहर."}
    assert third["queries"] == {"sw": "Mvua."}
    assert third["negatives"] == [{"en": "News."}]
    assert (done.rows, done.made, done.kept) == (3, {"sw": 4, "ne": 5}, {"sw": 2})
    assert done.refused == {("ne", "no text in en"): 1}
    assert done.places["ne", "no text in en"] == ["c, queries"]


def test_the_file_written_is_one_that_training_reads_with_the_same_groups(program: str, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", *ROWS)
    run(rows, tmp_path / "out.jsonl", program)
    before = [item.group for item in open_source(rows).items(tmp_path, Reading())]
    after = list(open_source(tmp_path / "out.jsonl").items(tmp_path, reading := Reading()))
    assert not reading.faults + list(reading.left_out)
    assert [item.id for item in after] == ["out-a", "out-b", "out-c"]
    assert [after[0].group == item.group for item in after] == [before[0] == group for group in before]


def test_a_table_is_translated_into_rows(program: str, tmp_path: Path) -> None:
    run(write_lines(tmp_path / "rows.tsv", "query.en\tpassage.en", "rain\tgood water"), tmp_path / "out.jsonl", program)
    (row,) = read(tmp_path / "out.jsonl")
    assert (row["id"], row["queries"]["sw"], row["passages"]["sw"]) == ("0", "mvua", "nzuri maji")


def test_refused_translations_are_counted_with_their_places(program: str, tmp_path: Path) -> None:
    accept = Filter(longest_ratio=1.1, language=False)
    rows = [{"id": "x", "queries": {"en": "rain"}, "passages": {"en": "city city city city city"}}]
    done = run(write_rows(tmp_path / "rows.jsonl", *rows), tmp_path / "out.jsonl", program, accept=accept)
    assert done.refused == {("sw", "of quite another length"): 1}
    assert done.places["sw", "of quite another length"] == ["x, passages"]
    (row,) = read(tmp_path / "out.jsonl")
    assert row["queries"] == {"en": "rain", "sw": "mvua"}
    assert list(row["passages"]) == ["en"]


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(program: str, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", *ROWS)
    run(rows, tmp_path / "one.jsonl", program)
    before = (tmp_path / "asked.txt").read_text(encoding="utf-8")
    run(rows, tmp_path / "two.jsonl", program)
    assert (tmp_path / "asked.txt").read_text(encoding="utf-8") == before
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


SLOW = """\
import sys, time
for line in sys.stdin:
    print("mvua", line.strip().removeprefix("rain "))
with open(sys.argv[1], "a") as file:
    file.write("done\\n")
time.sleep(0.5)
"""
SCRIPT = """\
import sys
from pathlib import Path
from tests.data.translation.test_rows import run
from polybatch.data.translation import translate

translate.AT_ONCE = 4
folder = Path(sys.argv[1])
run(folder / "rows.jsonl", folder / "out" / "rows.jsonl", sys.argv[2])
"""


def test_a_run_that_is_killed_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [{"id": f"{n}", "queries": {"en": f"rain {n}"}, "passages": {"en": f"rain {n} x"}} for n in range(20)]
    write_rows(tmp_path / "rows.jsonl", *rows)
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "script.py").write_text(SCRIPT)
    batches = tmp_path / "batches.txt"
    command = f"{sys.executable} {tmp_path / 'slow.py'} {batches}"
    words = [sys.executable, str(tmp_path / "script.py"), str(tmp_path), command]
    root = Path(__file__).parent.parent.parent.parent
    with subprocess.Popen(words, cwd=root, env={"PYTHONPATH": str(root)}) as running:
        deadline = time.monotonic() + 60
        while not batches.exists() or batches.read_text().count("done") < 4:
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    assert not (tmp_path / "out" / "rows.jsonl").exists()
    quick = command.replace("slow.py", "quick.py")
    (tmp_path / "quick.py").write_text(SLOW.replace("time.sleep(0.5)", ""))
    # the same words, so that the cache knows it for the same translator
    (tmp_path / "slow.py").write_text((tmp_path / "quick.py").read_text())
    subprocess.run(words, cwd=root, env={"PYTHONPATH": str(root)}, check=True)
    assert batches.read_text().count("done") <= 11, "ten batches in all, of which one may have been lost"
    run(tmp_path / "rows.jsonl", tmp_path / "fresh" / "rows.jsonl", quick)
    assert (tmp_path / "out" / "rows.jsonl").read_bytes() == (tmp_path / "fresh" / "rows.jsonl").read_bytes()
    assert read(tmp_path / "out" / "rows.jsonl")[3]["passages"]["sw"] == "mvua 3 x"


def test_faults_of_rows_languages_and_translators_are_named_and_nothing_is_written(
    program: str, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", *ROWS)
    for targets, found in ((("en",), "en to en"), (("swa",), "unknown language 'swa'"), (("sw", "sw"), "once each")):
        with pytest.raises(DataError, match=found):
            run(rows, tmp_path / "out.jsonl", program, *targets)
    with pytest.raises(ModelError, match="ended with status 1"):
        run(rows, tmp_path / "out.jsonl", f"{sys.executable} -c 'raise SystemExit(1)'")
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(ROWS[0]).encode() + b"\n" + b" " * 100_000)[:-9])
    with pytest.raises(DataError, match="broken archive"):
        run(cut, tmp_path / "out.jsonl", program)
    assert not (tmp_path / "out.jsonl").exists()
