"""A built table in its folder: texts, names of rows, manifest. Read memory-mapped; not here: building it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from polybatch.data.building.manifest import KIND, MANIFEST
from polybatch.errors import DataError, Fault
from polybatch.files import read_json, why_unreadable
from polybatch.records import Item
from polybatch.table.aligned import AlignedTable
from polybatch.table.folder import TEXTS
from polybatch.text.normalisation import Normalisation

IDS = "ids.arrow"
_WORKS = "a folder that `polybatch data build` wrote works"


@dataclass(frozen=True)
class BuiltDataset:
    """What there is of one dataset: its items, in how many passage groups, and the languages of their texts."""

    name: str
    licence: str
    items: int
    groups: int
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Built:
    """A folder of `build_table`, opened by `open_built`."""

    folder: Path
    manifest: dict[str, Any]

    @cached_property
    def table(self) -> AlignedTable:
        """The aligned table, memory-mapped. Raises DataError where it cannot be opened."""
        return AlignedTable.open(self.folder)

    @property
    def fingerprint(self) -> str:
        """A hash of all names and texts, in their order."""
        return str(self.manifest["fingerprint"])

    @property
    def normalisation(self) -> Normalisation:
        """How its texts are written."""
        return Normalisation.from_record(self.manifest["normalisation"])

    @property
    def datasets(self) -> tuple[BuiltDataset, ...]:
        """The datasets, in the order of their rows."""
        return tuple(
            BuiltDataset(one["name"], one["licence"], one["rows"], one["groups"], tuple(one["languages"]))
            for one in self.manifest["datasets"]
        )

    def texts(self) -> Iterator[str]:
        """Every distinct text of queries, passages and hard negatives, by column and row where it first appears.

        Memory is some 40 bytes a text, and one chunk of texts; distinct texts are told apart by hashes of 64 bits.
        """
        keys = [np.array([_key(text) for text in chunk.to_pylist()], dtype=np.uint64) for chunk in self._chunks()]
        ends = np.cumsum([0, *map(len, keys)])
        first = np.zeros(ends[-1], dtype=bool)
        first[np.unique(np.concatenate(keys), return_index=True)[1]] = True
        for number, chunk in enumerate(self._chunks()):
            yield from chunk.filter(first[ends[number] : ends[number + 1]]).to_pylist()

    def items(self) -> Iterator[Item]:
        """All items, one dataset after the other, as they were built: with normalised texts."""
        ids, texts = self._open(IDS), self._open(TEXTS)
        for number in range(texts.num_record_batches):
            columns = texts.get_batch(number).to_pydict()
            names = ids.get_batch(number).to_pydict()
            for row in range(len(names["id"])):
                yield _item(
                    {name: values[row] for name, values in (names | columns).items() if values[row] is not None}
                )

    def _chunks(self) -> Iterator[pa.Array]:
        """The texts of one column in one chunk of rows after the other."""
        file = self._open(TEXTS)
        for column in range(len(file.schema)):
            for number in range(file.num_record_batches):
                yield file.get_batch(number).column(column).drop_null()

    def _open(self, name: str) -> pa.ipc.RecordBatchFileReader:
        return pa.ipc.open_file(pa.memory_map(str(self.folder / name)))


def open_built(folder: Path) -> Built:
    """A folder that `build_table` wrote. Raises DataError where it is none, or not whole."""
    path = folder / MANIFEST
    try:
        manifest = read_json(path)
        built = Built(folder, manifest)
        if manifest["kind"] != KIND:
            raise DataError([Fault(str(path), f"is of {manifest['kind']!r}, not of an aligned table", _WORKS)])
        rows, names = manifest["rows"], built._open(IDS).read_all().num_rows
    except OSError as error:
        raise DataError([Fault(str(error.filename or path), why_unreadable(error), _WORKS)]) from None
    except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise DataError([Fault(str(folder), f"not a built table: {error}", _WORKS)]) from None
    if not len(built.table) == rows == names:
        found = f"{len(built.table)} rows of texts, {names} names, {rows} in {MANIFEST}"
        raise DataError([Fault(str(folder), found, "build it again")])
    return built


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _item(values: dict[str, str]) -> Item:
    sides: dict[str, dict[str, str]] = {}
    for name, text in values.items():
        side, _, code = name.partition(".")
        if code:
            sides.setdefault(side, {})[code] = text
    further = tuple(text for name, text in values.items() if name.startswith("further_"))
    negatives = tuple(texts for side, texts in sides.items() if side.startswith("negative_"))
    return Item(values["id"], values["group"], sides["query"], sides["passage"], negatives, further)
