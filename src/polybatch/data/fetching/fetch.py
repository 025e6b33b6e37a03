"""Fetch a set of data by its name into the data folder, as upstream lays it out, and keep a record beside it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from polybatch.data import hub
from polybatch.data.fetching.archives import unpack
from polybatch.data.fetching.http import download, hash_file
from polybatch.data.hub import Download
from polybatch.data.published.data_set import DataSet, WebFile
from polybatch.data.published.table import FETCHED
from polybatch.errors import DataError, Fault, gathered
from polybatch.files import write_json
from polybatch.progress import Progress, Silent

RECORD = "fetched.json"


@dataclass(frozen=True)
class Fetched:
    """Where a set of data lies now, under which licence, and what is left to do by hand, if anything."""

    folder: Path
    licence: str
    then: str = ""


def fetch_data(
    name: str,
    data: Path,
    *,
    languages: Sequence[str] | None = None,
    data_sets: Mapping[str, DataSet] = FETCHED,
    progress: Progress | None = None,
    hub_download: Download | None = None,
) -> Fetched:
    """Fetch what `name` stands for into its folder below `data`; some `languages` of it, where it lies by language.

    What is there, and as it was recorded, is not fetched again. `fetched.json` in the folder records the address, hash
    and files of each download from the web. `hub_download` stands for huggingface_hub's. Raises DataError, every file
    that cannot be had with its reason, and where it would have to be put: an unknown name, no languages where all
    would be fetched, what `download`, `unpack` and the hub refuse.
    """
    progress = progress or Silent()
    data_set = data_sets.get(name)
    if data_set is None:
        raise DataError([Fault(name, "nothing of that name to fetch", f"known: {', '.join(data_sets)}")])
    if data_set.by_language and not languages:
        raise DataError([Fault(name, "no languages named: all would be fetched", "--languages, such as en,sw")])
    folder = data / data_set.folder
    progress.say(f"{name}: {data_set.upstream}; licence: {data_set.licence}")
    faults: list[Fault] = []
    with gathered(faults):
        if data_set.hub:
            hub.fetch(data_set.hub, folder, languages=languages, download=hub_download)
    for file in data_set.web:
        for url in _addresses(file, languages, faults):
            with gathered(faults):
                _fetch(url, file, folder, progress)
    if faults:
        works = f"without a network: from {data_set.upstream}, by hand, into {folder}"
        raise DataError([*faults, Fault(name, "not fetched, or not all of it", works)])
    return Fetched(folder, data_set.licence, data_set.then)


def _addresses(file: WebFile, languages: Sequence[str] | None, faults: list[Fault]) -> list[str]:
    if not file.codes:
        return [file.url]
    known = f"it has {', '.join(file.codes)}"
    faults += [Fault(file.url, f"no file in {code!r}", known) for code in languages or () if code not in file.codes]
    return [file.url.format(code=code) for code in languages or file.codes if code in file.codes]


def _fetch(url: str, file: WebFile, folder: Path, progress: Progress) -> None:
    """Fetch one file or archive, unless the record and the folder agree that it is there."""
    record_path = folder / RECORD
    record = _record(record_path)
    if _is_there(record.get(url), folder, file.sha256):
        progress.say(f"{url}: there already")
        return
    target = folder / PurePosixPath(urlsplit(url).path).name
    got = download(url, target, progress=progress, sha256=file.sha256)
    files = [target.name]
    if file.is_archive:
        files = unpack(target, folder, strip=file.strip, keep=file.keep)
        target.unlink()
    sizes = {name: (folder / name).stat().st_size for name in files}
    write_json(record_path, record | {url: {"sha256": got.sha256, "bytes": got.size, "files": sizes}})
    progress.say(f"{url}: {got.size:,} bytes, sha256 {got.sha256}")


def _record(path: Path) -> dict[str, object]:
    """What was recorded; nothing where the record is missing or cannot be read, so that all is fetched again."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_there(recorded: object, folder: Path, sha256: str) -> bool:
    files = recorded.get("files") if isinstance(recorded, dict) else None
    if not isinstance(recorded, dict) or not isinstance(files, dict) or not files:
        return False
    paths = {folder / str(name): size for name, size in files.items()}
    if any(not path.is_file() or path.stat().st_size != size for path, size in paths.items()):
        return False
    hashed = str(recorded.get("sha256"))
    if sha256 and hashed != sha256:
        return False
    whole = [path for path, size in paths.items() if size == recorded.get("bytes")]
    return len(paths) > 1 or not whole or hash_file(whole[0]).sha256 == hashed
