"""What a dataset is made of, as a hash: its settings, its files, the normalisation. Contents are not read."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from polybatch.data.sources.source import Source
from polybatch.provenance import content_hash
from polybatch.text.normalisation import Normalisation
from polybatch.version import __version__


def made_of(source: Source, *, data: Path, normalisation: Normalisation) -> str:
    """A hash that changes when the rows of a source may: files count by name, size and time of change."""
    parts = [__version__, normalisation.model_dump_json(), source.model_dump_json()]
    return content_hash([*parts, *_files(source, data)])


def _files(source: Source, data: Path) -> Iterator[str]:
    """Every file of the folders that a source says it needs, and of the files and folders that its settings name."""
    named = {*source.folders(), *_strings(source.model_dump(mode="json"))}
    seen: set[Path] = set()
    for name in sorted(named - {"", "."}):
        path = data / name
        found = sorted(_below(path)) if path.is_dir() else [path] if _exists(path) else []
        for file in found:
            if file not in seen:
                seen.add(file)
                stat = file.stat()
                yield f"{os.path.relpath(file, data)} {stat.st_size} {stat.st_mtime_ns}"


def _below(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (path for path in (Path(where) / name for name in names) if path.is_file())


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a setting that is no path at all, such as one with a NUL
        return False


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        inner: Iterable[Any] = value.values() if isinstance(value, dict) else value
        for one in inner:
            yield from _strings(one)
