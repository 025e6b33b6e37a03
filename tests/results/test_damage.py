"""Whatever became of the files of a run folder, the commands that read it end in a line or in a result.

Every file is mutated: its bytes cut, turned, doubled; its values replaced by others that a file of this kind can hold.
POLYBATCH_FUZZ=20000 draws as many inputs instead of the few that every run affords.
"""

import json
import os
import random
import resource
import shutil
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from polybatch.claims import testing
from polybatch.encoders.loading import RECORD
from polybatch.errors import PolybatchError, ResultsError
from polybatch.measures.exchange import export_per_query, export_qrels, export_runs
from polybatch.report import claims, load_runs, to_html, to_markdown
from polybatch.results import store, tables
from polybatch.results.store import CASES, MANIFEST, RANKS, RESULTS, SWEEP, TOP, Store
from polybatch.search.index import MANIFEST as INDEX
from polybatch.search.index import Index
from polybatch.statistics import Method
from polybatch.statistics.folders import compare_runs
from polybatch.training.train import read_record
from tests.report.runs import write_run
from tests.report.test_sweeps import ALPHA, record_of

INPUTS = int(os.environ.get("POLYBATCH_FUZZ", "48"))
SECONDS, BYTES = 10, 1 << 30
QUICK = Method(permutations=49)
JSON_FILES, TABLES = (RESULTS, MANIFEST, CASES, SWEEP, INDEX, RECORD), (RANKS, TOP)
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**6, 2**31, 2**53, 2**63, -(2**70), 10**400, 1e308, 5e-324, float("nan"), float("inf")),
    *("", "high", "3", "\u0000", "a" * 10_000, "नेपाली", "../../x", "<script>", "all", "mean", [], {}, [[]], {"": None}),
)


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


def mutated_json(text: str, rng: random.Random) -> bytes:
    """One value of a JSON file replaced, dropped, or doubled, wherever it stands."""
    value = json.loads(text)
    holder: Any = {"": value}
    key: Any = ""
    for _ in range(rng.randrange(1, 7)):
        inner = holder[key]
        if not isinstance(inner, (dict, list)) or not inner:
            break
        holder, key = inner, rng.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
    what = rng.randrange(4)
    if what == 0 and holder is not value:
        del holder[key]
    elif what == 1:
        holder[key] = [holder[key], holder[key]]
    else:
        holder[key] = rng.choice([*ODD, nested(rng.choice((5, 150, 900)))])
    return json.dumps(holder.get("", value) if isinstance(holder, dict) and "" in holder else value).encode()


def mutated_bytes(data: bytes, rng: random.Random) -> bytes:
    """Bytes cut off, turned, taken out, doubled, or put in."""
    at = rng.randrange(len(data) + 1)
    length = rng.choice((1, 4, 64, 4096))
    match rng.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + rng.randbytes(length) + data[at + length :]
        case 2:
            return data[:at] + data[at + length :]
        case 3:
            return data[:at] + data[at : at + length] * 2 + data[at + length :]
        case 4:
            return (
                data[:at] + rng.choice((b"[" * 100_000, b"PAR1", b"\x00" * 64, b"\xff\xfe", b'"', b"{" * 5)) + data[at:]
            )
        case _:
            return rng.choice((b"", b"{}", b"[]", b"null", b"PAR1", b"3", b"\xef\xbb\xbf[]", b"<html>"))


def mutated_table(table: pa.Table, rng: random.Random) -> pa.Table:
    """Cells of one column replaced by odd ones, or rows or columns dropped, doubled, renamed, of another type."""
    number = rng.randrange(table.num_columns)
    field, column = table.schema.field(number), table.column(number)
    text = column.type in (pa.string(), pa.dictionary(pa.int32(), pa.string()))
    match rng.randrange(7):
        case 0:
            return table.remove_column(number)
        case 1:
            return table.slice(rng.randrange(table.num_rows), rng.randrange(table.num_rows + 1))
        case 2:
            rows = [rng.randrange(table.num_rows) for _ in range(rng.choice((1, 7, table.num_rows)))]
            return pa.concat_tables([table, table.take(pa.array(rows, pa.int64()))]).unify_dictionaries()
        case 3:
            return table.set_column(number, field.name, pa.array([rng.choice(ODD[:5])] * table.num_rows))
        case 4:
            return table.append_column(field.name, column)
    plain = column.cast(pa.string()) if text else column
    cells = plain.to_pylist()
    odd: list[Any] = [None, "", "x", "en", "monolingual", "multilingual", "all", "a" * 5000]
    if not text:
        odd = [None, 0, -1, 1, 2, 1000, 2**31 - 1, 2**62, -(2**62), float("nan"), float("inf"), -0.5, True]
    chosen = rng.choice(odd)
    for at in range(len(cells)) if rng.random() < 0.5 else [rng.randrange(len(cells)) for _ in range(3)]:
        cells[at] = chosen
    try:
        return table.set_column(number, field.name, pa.array(cells, plain.type))
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return table.set_column(number, field.name, pa.array([str(one) for one in cells]))


def commands(folder: Path) -> list[Callable[[], object]]:
    """What reads a run folder, an index's manifest, and the record beside a model."""
    out = folder.parent / "out"
    return [
        lambda: read_record(folder),
        lambda: Index.open(folder / "index"),
        lambda: to_html(load_runs([folder / "run"])),
        lambda: to_markdown(load_runs([folder / "run", folder / "sweep"])),
        lambda: testing.put_to_test([folder / "run"], method=QUICK),
        lambda: compare_runs([folder / "run"], method=QUICK, measures=["mAP", "rank_distance", "AWRF@5"]),
        lambda: export_per_query(folder / "run", out / "scores.parquet", measures=["mAP", "LPR", "AWRF@3"]),
        lambda: export_runs(folder / "run", out),
        lambda: export_qrels(folder / "run", out),
    ]


def reading(name: str, folder: Path, rng: random.Random) -> list[Callable[[], object]]:
    """Some of the commands that read a file of this name."""
    every = commands(folder)
    if name in (RECORD, INDEX):
        return [every[0] if name == RECORD else every[1]]
    if name == SWEEP:
        return [every[3]]
    return [rng.choice(every[2:4]), rng.choice(every[4:])]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run with every file, a sweep, an index's manifest and a model's record."""
    folder = tmp_path_factory.mktemp("whole")
    write_run(folder / "run", systems=("en-en", "hybrid"), seeds=(1, 2), languages=("en", "sw"), first="hybrid")
    Store(folder / "sweep").write_sweep(record_of("alpha", ALPHA[:3]))
    about = {"model": "m", "fingerprint": "f", "dimensions": 4, "tokens": 9}
    Index.make(folder / "index", about).engine.close()
    (folder / RECORD).write_text(json.dumps({"strategy": "hybrid", "seed": 1, "mix": {}}))
    return folder


def home(name: str, folder: Path) -> Path:
    return folder / {SWEEP: "sweep", INDEX: "index", RECORD: ""}.get(name, "run") / name


def test_no_damage_ends_in_a_traceback(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "METHOD", QUICK)
    folder = tmp_path / "damaged"
    shutil.copytree(whole, folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    tables = {name: pq.read_table(home(name, whole)) for name in TABLES}
    worst, refused = 0.0, 0
    tracebacks: dict[str, str] = {}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(int(os.environ.get("POLYBATCH_FUZZ_FIRST", "0")), INPUTS):
        rng = random.Random(number)
        name = rng.choice((*JSON_FILES, *TABLES, *TABLES))
        path = home(name, folder)
        if name in TABLES and rng.random() < 0.7:
            pq.write_table(mutated_table(tables[name], rng), path)
        elif name in JSON_FILES and rng.random() < 0.7:
            path.write_bytes(mutated_json(home(name, whole).read_text(), rng))
        else:
            path.write_bytes(mutated_bytes(home(name, whole).read_bytes(), rng))
        for command in reading(name, folder, rng):
            clock = time.process_time()
            try:
                command()
            except PolybatchError:
                refused += 1
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                tracebacks.setdefault(f"{place.filename}:{place.lineno}: {error!r:.200}", f"input {number}, {name}")
            worst = max(worst, time.process_time() - clock)
        shutil.copyfile(home(name, whole), path)
        if number % 500 == 499:
            print(f"{number + 1} inputs: {refused} refused, at most {worst:.1f} s", tracebacks, flush=True)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(f"{INPUTS} inputs: {refused} refused, at most {worst:.1f} s, {grown / 2**20:.0f} MiB more memory")
    assert not tracebacks
    assert not list(Path.cwd().iterdir())  # what a damaged manifest names is not made
    assert refused
    assert worst < SECONDS
    assert grown < BYTES


def damaged_ranks(whole: Path, folder: Path, **columns: Any) -> Path:
    """The run with cells of its ranks replaced: a value for all rows, or for the first."""
    shutil.copytree(whole / "run", folder)
    table = Store(folder).ranks
    for name, value in columns.items():
        number = table.schema.get_field_index(name)
        cells = table.column(name).to_numpy().copy()
        cells[:1] = value
        table = table.set_column(number, name, pa.array(cells, table.schema.field(name).type))
    Store(folder).write_ranks(table)
    return folder


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rank", np.nan),
        ("rank", -3),
        ("place", 0),
        ("place", 10**9),
        ("pool_size", 2**60),
        ("pool_size", 0),
        ("grade", 0),
    ],
)
def test_a_rank_that_cannot_be_is_refused_at_its_row(whole: Path, tmp_path: Path, column: str, value: float) -> None:
    run = damaged_ranks(whole, tmp_path / "run", **{column: value})
    for command in (load_runs, testing.put_to_test, compare_runs):
        with pytest.raises(ResultsError, match=r"ranks\.parquet: row 0: \w+ is .*; .*1 to "):
            command([run])


def test_a_pool_larger_than_memory_is_reckoned_with_in_no_time(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / "run", tmp_path / "run")
    opened = Store(tmp_path / "run")
    table = opened.ranks
    sizes = pa.array(np.full(table.num_rows, 2**39), pa.int64())
    table = table.set_column(table.schema.get_field_index("pool_size"), "pool_size", sizes)
    opened.write_ranks(table)
    clock = time.monotonic()
    report = load_runs([opened.folder])
    assert any(value > 2**36 for quantity, value in report.chance.items() if quantity.measure == "rank_distance")
    assert time.monotonic() - clock < SECONDS


def test_a_parquet_of_a_few_kilobytes_that_unpacks_to_gigabytes_is_refused_unread(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / "run", tmp_path / "run")
    opened = Store(tmp_path / "run")
    row = opened.ranks.slice(0, 1)
    long = row.set_column(row.schema.get_field_index("query_id"), "query_id", pa.array(["q" * 50_000]))
    for one, times in ((row, 3_000), (long, 10)):
        part = one.take(pa.array(np.zeros(1000, dtype=np.int64)))
        with pq.ParquetWriter(opened.path(RANKS), one.schema, write_batch_size=1000) as file:
            file.write_table(pa.concat_tables([part] * times).combine_chunks(), row_group_size=1000 * times)
        assert opened.path(RANKS).stat().st_size < 2**17
        with pytest.raises(ResultsError, match=r"ranks\.parquet: would take [\d,]+ MiB of memory"):
            _ = Store(opened.folder).ranks


@pytest.mark.parametrize("text", ["[" * 100_000, '{"seconds": {"total": "long"}}', '{"seeds": ["one"]}', "[]", "3", ""])
def test_a_manifest_of_another_form_is_refused_in_a_line(whole: Path, tmp_path: Path, text: str) -> None:
    shutil.copytree(whole / "run", tmp_path / "run")
    (tmp_path / "run" / MANIFEST).write_text(text)
    for command in (load_runs, testing.put_to_test, compare_runs):
        with pytest.raises(ResultsError, match=r"manifest\.json: .*; .+") as caught:
            command([tmp_path / "run"])
        assert len(str(caught.value).splitlines()) == 1


def test_each_file_is_read_once_however_often_it_is_asked_for(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(claims, "METHOD", QUICK)
    for module, function in ((store, "read_bytes"), (store, "read_json"), (tables, "read_table")):
        real = getattr(module, function)

        def counted(path: Path, *more: Any, real: Any = real, **options: Any) -> Any:
            opened.append(path.name)
            return real(path, *more, **options)

        monkeypatch.setattr(module, function, counted)
    load_runs([whole / "run"])
    assert sorted(opened) == sorted([RESULTS, MANIFEST, RANKS, TOP, CASES])
