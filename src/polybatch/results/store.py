"""The one door to a run folder: each of its files is read once, checked against its schema, and written in one step."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import FiniteFloat, TypeAdapter, ValidationError
from pydantic_core import to_json

from polybatch.errors import Fault, ResultsError
from polybatch.files import read_bytes, read_json, why_unreadable, write_json
from polybatch.records import Setting
from polybatch.results import tables
from polybatch.results.kept import Kept
from polybatch.results.manifest import Count, Manifest, Seed
from polybatch.results.sweep import Sweep

RESULTS, RANKS, TOP, MANIFEST = "results.json", "ranks.parquet", "top.parquet", "manifest.json"
CASES, SWEEP = "cases.json", "sweep.json"
REPORT = "report.html"
SYSTEMS, MODEL = "systems", "model"  # in a run: a folder for each system and seed, and the model in it

MEAN = "mean"  # in place of a language: the macro mean over directions
ALL = "all"  # passage language of the multilingual setting: the union of all languages' passages
SHOWN = 20  # faults of a file that are listed


@dataclass(frozen=True, slots=True)
class Result:
    """One measured value. `queries` is the count of queries behind it; in a macro mean, their sum over directions.

    `strategy` and `seed` are None for a model that was not trained here.
    """

    system: str
    strategy: str | None
    seed: Seed | None
    collection: str
    setting: Setting
    query_language: str
    passage_language: str
    measure: str
    value: FiniteFloat
    queries: Count


class Store:
    """A run folder, or that of one system, of an evaluation or of a sweep.

    Each attribute reads a file when it is first asked for, and once. What is read is what `polybatch` writes: a file
    that is missing, damaged or of another kind raises ResultsError, a line a fault, which says where, what was found
    and what would work. Writers write in one step, and what is asked for afterwards is what they wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where a file of the folder lies, whether or not it is there."""
        return self.folder / name

    def has(self, name: str) -> bool:
        """Whether the folder has a file of this name."""
        return self.path(name).is_file()

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """The rows of `results.json`, in their order."""
        works = "name the --out folder of `polybatch run` or `polybatch evaluate`"
        rows: tuple[Result, ...] = self._read(RESULTS, tuple[Result, ...], works)
        return rows

    @cached_property
    def manifest(self) -> Manifest:
        """`manifest.json` as a record; null means not recorded, keys that it does not know are let be."""
        data = to_json(self.stored_manifest)
        found: Manifest = _checked(data, Manifest, self.path(MANIFEST), "what `polybatch run` writes works")
        return found

    @cached_property
    def stored_manifest(self) -> Mapping[str, Any]:
        """`manifest.json` as it is stored, without nulls. Whoever takes more than shows it reads `manifest` first."""
        works = "the folder is not a finished run"
        stored = self._opened(MANIFEST, read_json, works)
        if not isinstance(stored, dict):
            raise ResultsError([Fault(str(self.path(MANIFEST)), "not a JSON object", works)])
        return {key: _without_nulls(value) for key, value in stored.items() if value is not None}

    @property
    def is_finished(self) -> bool:
        """Whether the manifest says that the run came to its end, or does not say that it did not."""
        return self.manifest.finished or "finished" not in self.stored_manifest

    @cached_property
    def ranks(self) -> pa.Table:
        """`ranks.parquet`, a table of RANKS_SCHEMA."""
        return tables.read_ranks(self.path(RANKS))

    @cached_property
    def top(self) -> pa.Table:
        """`top.parquet`, a table of TOP_SCHEMA."""
        return tables.read_top(self.path(TOP))

    def rows(self, name: str) -> int:
        """How many rows `ranks.parquet` or `top.parquet` has, by its metadata alone."""
        return tables.rows_of(self.path(name))

    @cached_property
    def cases(self) -> tuple[Kept, ...]:
        """`cases.json`, empty where there is none."""
        works = "evaluate again, or remove it to go without texts"
        return self._read(CASES, tuple[Kept, ...], works) if self.has(CASES) else ()

    @cached_property
    def sweep(self) -> Sweep:
        """`sweep.json`, of the folder of a sweep."""
        found: Sweep = self._read(SWEEP, Sweep, "what `polybatch sweep` writes works; give its command again")
        return found

    def write_results(self, results: Iterable[Result]) -> None:
        """Write `results.json`: a list of rows, in the order given."""
        self._write(RESULTS, [asdict(result) for result in results], "results")

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Write `manifest.json`: where results come from. Times and machine live here, never in `results.json`."""
        self._write(MANIFEST, manifest, "manifest", "stored_manifest")

    def write_ranks(self, ranks: pa.Table) -> None:
        """Write `ranks.parquet`; the table must have RANKS_SCHEMA."""
        tables.write_table(self.path(RANKS), ranks, tables.RANKS_SCHEMA)
        vars(self).pop("ranks", None)

    def write_top(self, top: pa.Table) -> None:
        """Write `top.parquet`; the table must have TOP_SCHEMA."""
        tables.write_table(self.path(TOP), top, tables.TOP_SCHEMA)
        vars(self).pop("top", None)

    def write_cases(self, cases: Sequence[Kept]) -> None:
        """Write `cases.json`."""
        self._write(CASES, [asdict(one) for one in cases], "cases")

    def write_sweep(self, record: Mapping[str, Any]) -> None:
        """Write `sweep.json`: the fields of Sweep, and what else is to be kept of it."""
        self._write(SWEEP, record, "sweep")

    def _write(self, name: str, value: Any, *known: str) -> None:
        write_json(self.path(name), value)
        for attribute in known:
            vars(self).pop(attribute, None)

    def _read(self, name: str, kind: Any, works: str) -> Any:
        return _checked(self._opened(name, read_bytes, works), kind, self.path(name), works)

    def _opened(self, name: str, read: Callable[[Path], Any], works: str) -> Any:
        try:
            return read(self.path(name))
        except OSError as error:
            raise ResultsError([Fault(str(self.path(name)), why_unreadable(error), works)]) from None
        except ValueError as error:
            raise ResultsError([Fault(str(self.path(name)), f"cannot be read ({error})", works)]) from None


def _checked(data: bytes, kind: Any, path: Path, works: str) -> Any:
    """JSON as records of a kind, without any conversion: a number that is a word is refused."""
    try:
        return TypeAdapter(kind).validate_json(data, strict=True)
    except ValidationError as error:
        raise ResultsError(Fault(_place(path, one["loc"]), one["msg"], works) for one in _errors(error)) from None


def _errors(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_context=False, include_input=False)[:SHOWN]


def _place(path: Path, place: tuple[int | str, ...]) -> str:
    """`results.json: row 3: value`, `manifest.json: mix.0.seed`."""
    parts = [f"row {place[0]}", *place[1:]] if place and path.name == RESULTS else list(place)
    sep = ": " if path.name == RESULTS else "."
    return f"{path}: {sep.join(map(str, parts))}" if parts else str(path)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
