"""Build sources into one aligned table: parts of each dataset, then the table of all. Not here: reading it."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from polybatch.data.building.built import Built, open_built
from polybatch.data.building.joining import join_parts
from polybatch.data.building.keys import repeated_ids
from polybatch.data.building.made_of import made_of
from polybatch.data.building.manifest import KIND, MANIFEST, make_manifest
from polybatch.data.building.parts import Parts, write_parts
from polybatch.data.sources.source import Source
from polybatch.errors import DataError, Fault, gathered
from polybatch.files import write_json
from polybatch.progress import Progress
from polybatch.text.normalisation import Normalisation


def build_table(
    sources: Sequence[Source],
    out: Path,
    *,
    data: Path,
    normalisation: Normalisation,
    command: str,
    progress: Progress,
) -> Built:
    """Write the aligned table of all rows of the sources to the folder `out`, a dataset each, in their order.

    `data` is the folder that the sources' relative paths start from. A table in `out` of the same sources, files,
    normalisation and version is taken as it is; one of others is replaced once the new one is whole. What is written
    does not depend on when or how often it was stopped: parts of datasets are kept beside `out`, in a hidden folder,
    until it is done. Memory is bounded by a part, some 100 bytes a row, and what the sources themselves hold.

    Raises DataError with every fault of every source: its own, two sources of one name, an id that stands twice in one
    dataset, no rows; and where `out` holds anything else, or another process is building it.
    """
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults = [Fault(f"source {name}", "two sources of this name", "a name for each") for name in twice]
    if not sources:
        faults.append(Fault(str(out), "no sources", "a recipe names one or more as [[train]]"))
    if not _is_free(out):
        faults.append(Fault(str(out), "holds something else", "a new folder, or one that was built before"))
    if faults:
        raise DataError(faults)
    hashes = {one.name: made_of(one, data=data, normalisation=normalisation) for one in sources}
    if (out / MANIFEST).is_file():
        with gathered([]):  # one that cannot be opened is built again
            built = open_built(out)
            if list(built.manifest["made_of"].items()) == list(hashes.items()):
                progress.say(f"{out}: built before, of the same sources")
                if _work_folder(out).exists():  # where the process that built it was killed while it tidied up
                    with gathered([]), _workplace(out) as work:
                        shutil.rmtree(work)
                return built
    with _workplace(out) as work:
        parts: dict[str, Parts] = {}
        with progress.task("reading sources", len(sources)) as advance:
            for source in sources:
                with gathered(faults):
                    folder = work / hashes[source.name]
                    found = write_parts(source, folder, data=data, normalisation=normalisation, progress=progress)
                    parts[source.name] = found
                    progress.say(f"{source.name}: {found.rows:,} rows, {sum(found.left_out.values()):,} left out")
                advance(1)
        if not faults:
            faults.extend(fault for name, one in parts.items() for fault in repeated_ids(name, one))
        if faults:
            raise DataError(faults)
        shape = join_parts(parts, work / "table", progress)
        manifest = make_manifest(sources, parts, shape, normalisation=normalisation, command=command, made_of=hashes)
        write_json(work / "table" / MANIFEST, manifest)
        if out.exists():
            out.replace(work / "before")
        (work / "table").replace(out)
        shutil.rmtree(work)
    return open_built(out)


def _is_free(out: Path) -> bool:
    """Whether a table may stand there: nothing does, or an empty folder, or a table that was built before."""
    if not out.exists():
        return True
    try:
        return not any(out.iterdir()) or json.loads((out / MANIFEST).read_text(encoding="utf-8"))["kind"] == KIND
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """The folder beside `out` for what is not finished, for this process alone."""
    import fcntl

    work = _work_folder(out)
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:  # let go when the process ends, however it ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError([Fault(str(out), "another process is building it", "wait for it, or stop it")]) from None
        yield work


def _work_folder(out: Path) -> Path:
    return out.parent / f".{out.name}.building"
