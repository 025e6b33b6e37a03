"""An index as a folder: its manifest, its engine, and the lock of the one process that writes. No model, no search."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polybatch.errors import DataError, Fault
from polybatch.files import read_json, why_unreadable, write_json
from polybatch.provenance import manifest_head
from polybatch.search.engines.engine import Engine
from polybatch.search.engines.table import open_engine
from polybatch.text.words import RULE

MANIFEST, LOCK, VECTORS = "index.json", "write.lock", "lance"
MOST_DIMENSIONS = 1 << 16


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 < value <= MOST_DIMENSIONS


NEEDED: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("id", "model", "fingerprint", "engine"), _is_text),
    **dict.fromkeys(("dimensions", "tokens"), _is_count),
}


@dataclass(frozen=True)
class Index:
    """A folder with `index.json`, and beside it the passages, unless the engine keeps them elsewhere."""

    folder: Path
    manifest: Mapping[str, Any]
    engine: Engine

    @classmethod
    def open(cls, folder: Path | str) -> "Index":
        """Open an index. Nothing is made outside its folder, whatever place a manifest that somebody sent names.

        Raises DataError where there is no index, and FaultyInputError where its engine does not open.
        """
        return cls._opened(Path(folder), make=False)

    @classmethod
    def _opened(cls, folder: Path, *, make: bool) -> "Index":
        manifest = read_manifest(folder)
        uri = manifest["engine"] or str(folder / VECTORS)
        make = make or not manifest["engine"]  # a crash may have left it without
        engine = open_engine(uri, dimensions=manifest["dimensions"], index=manifest["id"], make=make)
        return cls(folder, manifest, engine)

    @classmethod
    def make(cls, folder: Path | str, about: Mapping[str, Any], *, uri: str = "", command: str = "") -> "Index":
        """Open the index in a folder, made where it is not there: `about` says what its vectors depend on.

        `about` has `model`, `fingerprint`, `dimensions`, `tokens` and what else is to be told. Raises DataError where
        the folder holds an index of another model, other passages or another engine.
        """
        folder = Path(folder)
        if not (folder / MANIFEST).is_file():
            if folder.is_dir() and any(one.name != LOCK for one in folder.iterdir()):
                raise DataError([Fault(str(folder), "holds files, and no index", "name another --out")])
            # written before the engine makes anything: whatever a crash leaves behind has an owner
            own = {"id": uuid.uuid4().hex, "engine": uri, "words": RULE}
            write_json(folder / MANIFEST, manifest_head("index", command) | own | dict(about))
        there = read_manifest(folder)
        wanted = {**about, "engine": uri or there["engine"]}
        faults = [
            Fault(str(folder), f"made with {name} {there[name]!r}, not {wanted[name]!r}", "name another --out")
            for name in ("fingerprint", "dimensions", "tokens", "engine")
            if there[name] != wanted[name]
        ]
        faults += word_faults(folder, there)
        if faults:
            raise DataError(faults)
        return cls._opened(folder, make=True)

    @contextmanager
    def writing(self, *, patience: float = 0) -> Iterator[None]:
        """The right to write, which one process has at a time, and which ends with it however it ends.

        Whoever has it sees all that was written before. Raises DataError where another process still has it after
        `patience` seconds.
        """
        import fcntl

        until = time.monotonic() + patience
        with (self.folder / LOCK).open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() >= until:
                        fault = Fault(str(self.folder), "another process writes to this index", "wait until it is done")
                        raise DataError([fault]) from None
                    time.sleep(0.05)
            self.engine.refresh()
            yield

    def note(self, **facts: Any) -> None:
        """Write more into the manifest, in one step."""
        write_json(self.folder / MANIFEST, {**read_manifest(self.folder), **facts})


def word_faults(folder: Path, manifest: Mapping[str, Any]) -> list[Fault]:
    """That an index keeps words by another rule than queries have: its vectors are right, its words are not."""
    if manifest.get("words", 1) == RULE:
        return []
    works = "search by --method dense, or index into another --out"
    return [Fault(str(folder), "holds words as an earlier polybatch wrote them", works)]


def read_manifest(folder: Path) -> dict[str, Any]:
    """What an index says of itself; raises DataError where there is none."""
    path = folder / MANIFEST
    works = "polybatch index MODEL CORPUS --out INDEX makes one"
    try:
        manifest = read_json(path)
    except OSError as error:
        raise DataError([Fault(str(path), f"no index here ({why_unreadable(error)})", works)]) from None
    except ValueError as error:
        raise DataError([Fault(str(path), f"cannot be read ({error})", works)]) from None
    if not isinstance(manifest, dict) or not all(holds(manifest.get(name)) for name, holds in NEEDED.items()):
        raise DataError([Fault(str(path), "no manifest of an index", works)])
    return manifest
