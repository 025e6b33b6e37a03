"""The rows of a dataset as part files, each whole or not there, so that a stopped build goes on after them."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from polybatch.data.building.rows import Row, make_row
from polybatch.data.sources.source import SHOWN, Reading, Source
from polybatch.errors import DataError, Fault, gathered
from polybatch.files import write_json, written_aside
from polybatch.languages import check_language
from polybatch.progress import Progress
from polybatch.text.normalisation import Normalisation

PART_ROWS, PART_CHARACTERS = 50_000, 32_000_000  # whichever comes first; a part is what is held in memory
SAY_EVERY = 500_000  # rows between two lines of news

KEY, DIGEST = "key.", "digest"  # columns beside names and texts: `key.group` and so on are the hashes of names

_DONE, _COUNTS = "done.json", b"counts"


@dataclass
class Counts:
    """What became of the items of a source: `given` by it are rows plus those left out here, not there."""

    given: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)

    def leave_out(self, reason: str, where: str) -> None:
        """Count an item that gives no row; the first places are kept."""
        self.add(Counts(left_out=Counter({reason: 1}), places={reason: [where]}))

    def as_record(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"given": self.given, "left_out": dict(self.left_out), "places": self.places}

    def add(self, other: "Counts") -> None:
        """Count what came after."""
        self.given += other.given
        self.left_out.update(other.left_out)
        for reason, places in other.places.items():
            self.places[reason] = [*self.places.get(reason, ()), *places][:SHOWN]


@dataclass(frozen=True)
class Parts:
    """A dataset whose parts are all written: `read` are the rows that its source read, those `left_out` included.

    `notes` are its source's, of what left nothing out; `places` are the first of each reason and note.
    """

    folder: Path
    rows: int
    read: int
    left_out: dict[str, int]
    notes: dict[str, int]
    places: dict[str, list[str]]

    @property
    def paths(self) -> list[Path]:
        """The part files, in order."""
        return _part_paths(self.folder)

    def tables(self) -> Iterator[pa.Table]:
        """The parts as Arrow tables, memory-mapped, one at a time."""
        return map(_open_part, self.paths)


def write_parts(source: Source, folder: Path, *, data: Path, normalisation: Normalisation, progress: Progress) -> Parts:
    """Read a source into part files in `folder`, after those that are there; at once if it is done.

    Raises DataError with every fault of the source: its own, language codes that are not ours, items of which some
    name more groups than others, and no rows at all.
    """
    if (folder / _DONE).exists():
        return Parts(folder, **json.loads((folder / _DONE).read_text(encoding="utf-8")))
    folder.mkdir(parents=True, exist_ok=True)
    reading, counts = Reading(), Counts()
    faults = reading.faults
    writer = _Writer(source.name, folder, faults)
    for path in _part_paths(folder):
        counts.add(writer.go_on(_open_part(path)))
    with gathered(faults):
        items = source.items(data, reading)
        next(islice(items, counts.given, counts.given), None)  # those that the parts hold were given first
        for item in items:
            writer.counts.given += 1
            row = make_row(item, normalisation)
            if isinstance(row, str):
                writer.counts.leave_out(row, item.id)
            else:
                writer.add(row)
            if writer.is_full:
                counts.add(writer.flush())
            if (counts.given + writer.counts.given) % SAY_EVERY == 0:
                progress.say(f"{source.name}: {counts.given + writer.counts.given:,} rows")
        counts.add(writer.flush())
        if not writer.written and not faults:
            faults.append(Fault(source.name, "no rows", "see `polybatch data sources` for what it reads"))
    if faults:
        raise DataError(faults)
    counts.add(Counts(0, reading.left_out, dict(reading.places)))
    found = counts.places | reading.noted
    record: dict[str, Any] = {"rows": writer.written, "read": reading.read}
    record |= {"left_out": dict(sorted(counts.left_out.items())), "notes": dict(sorted(reading.notes.items()))}
    record["places"] = {
        what: [_printable(place) for place in found.get(what, ())] for what in (*record["left_out"], *record["notes"])
    }
    write_json(folder / _DONE, record)
    return Parts(folder, **record)


class _Writer:
    """Rows until there are enough of them for a part."""

    def __init__(self, name: str, folder: Path, faults: list[Fault]) -> None:
        self.name, self.folder, self.faults = name, folder, faults
        self.counts = Counts()
        self.written = self.parts = 0
        self._rows: list[Row] = []
        self._characters = 0
        self._names = 0
        self._columns: set[str] = set()

    @property
    def is_full(self) -> bool:
        return len(self._rows) >= PART_ROWS or self._characters >= PART_CHARACTERS

    def go_on(self, part: pa.Table) -> Counts:
        """Take a part as written before; what it counted."""
        self.written += len(part)
        self.parts += 1
        self._names = sum(name.startswith(KEY) for name in part.column_names)
        found = json.loads(part.schema.metadata[_COUNTS])
        return Counts(found["given"], Counter(found["left_out"]), found["places"])

    def add(self, row: Row) -> None:
        """Take a row; a fault where it does not go with those before."""
        self._names = self._names or len(row.names)
        if len(row.names) != self._names and len(self.faults) < SHOWN:
            found = f"{len(row.names) - 2} further groups, {self._names - 2} in the items before"
            self.faults.append(Fault(f"{self.name}: item {row.names[0]}", found, "as many in every item"))
        for column in row.texts.keys() - self._columns:
            self._columns.add(column)
            code = column.partition(".")[2]
            self.faults.extend(check_language(code, where=f"{self.name}: item {row.names[0]}"))
        self._rows.append(row)
        self._characters += sum(map(len, row.texts.values()))

    def flush(self) -> Counts:
        """Write the part, if there is anything in it, and begin the next; what it counted."""
        counts, rows = self.counts, self._rows
        if rows and not self.faults:
            _write_part(self.folder / f"{self.parts:06}.arrow", rows, counts)
            self.written += len(rows)
            self.parts += 1
        self.counts, self._rows, self._characters = Counts(), [], 0
        return counts


def _write_part(path: Path, rows: Sequence[Row], counts: Counts) -> None:
    columns: dict[str, Any] = {}
    for number, name in enumerate(name_columns(len(rows[0].names) - 2)):
        columns[name] = pa.array([row.names[number] for row in rows], pa.large_string())
        columns[f"{KEY}{name}"] = pa.array([row.keys[number] for row in rows], pa.uint64())
    columns[DIGEST] = pa.array([row.digest for row in rows], pa.binary(16))
    for column in sorted({column for row in rows for column in row.texts}):
        columns[column] = pa.array([row.texts.get(column) for row in rows], pa.large_string())
    table = pa.table(columns).replace_schema_metadata({_COUNTS: json.dumps(counts.as_record())})
    with written_aside(path) as new:
        with pa.OSFile(str(new), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        with new.open("rb") as file:
            os.fsync(file.fileno())


def _printable(place: str) -> str:
    """A place that can be written: an id, or the name of a file, may be no Unicode."""
    return place.encode("utf-8", "backslashreplace").decode()


def name_columns(further: int) -> list[str]:
    """The columns of names: the item, its passage group, and further groups."""
    return ["id", "group", *(f"further_{number}" for number in range(1, further + 1))]


def _open_part(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _part_paths(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.arrow"))
