"""From an archive to an index, step by step: checked, made, filled, what has gone deleted, optimised. Not here: how."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polybatch.encoders.families import say_prompts
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.loading import RECORD
from polybatch.errors import DataError, Fault
from polybatch.files import why_unreadable
from polybatch.progress import Progress, Silent
from polybatch.search.cutting import TOKENS
from polybatch.search.distributed import Cluster
from polybatch.search.index import MANIFEST, Index, read_manifest
from polybatch.search.indexing import add_documents
from polybatch.search.models import Encoder, open_model_of
from polybatch.search.reading.archive import check_archive, read_archive
from polybatch.search.records import Added, Document

PATIENCE = 2.0  # seconds for another process to end a short piece of writing


@dataclass(frozen=True)
class Archive:
    """What is to be indexed: files and folders, and in which language they are, or among which ones to tell.

    With `mirror`, what the index holds beyond them is deleted. `delete` is a file that lists ids, or hashes of content,
    one a line, of documents to delete.
    """

    paths: Sequence[Path] = ()
    languages: Sequence[str] = ()
    mirror: bool = False
    delete: Path | None = None


@dataclass(frozen=True)
class Built:
    """What indexing did, and what the index then held: documents, and passages by language."""

    added: Added
    deleted: int
    documents: int
    passages: dict[str, int] = field(default_factory=dict)


def build_index(
    model: str,
    archive: Archive,
    out: Path,
    *,
    uri: str = "",
    batch_size: int = 64,
    device: str | None = None,
    ray: str | None = None,
    command: str = "",
    progress: Progress,
) -> Built:
    """Make an index hold an archive, or go on where an interrupted call was: the same call twice does nothing more.

    The archive is read once to its end before anything is written, so that all that is wrong with it is told at once.
    `uri` says where the engine keeps the passages, empty for the folder itself. With `ray`, the address of a cluster or
    `local`, passages are encoded there. Raises DataError, ModelError, and FaultyInputError for an engine.
    """
    leaving = _lines(archive.delete) if archive.delete else []
    if not archive.paths and not leaving:
        raise DataError([Fault("the archive", "nothing to index", "files or folders, or --delete")])
    if archive.mirror and not archive.paths:
        raise DataError([Fault("--mirror", "no archive to mirror", "files or folders")])
    checked = None
    if archive.paths:
        progress.say("reading the archive")
        checked = check_archive(archive.paths)
    held = read_manifest(out)["fingerprint"] if (out / MANIFEST).is_file() else None
    encoder, told = open_model_of(model, held, batch_size=batch_size, device=device)
    if prompts := say_prompts(*encoder.prompts):
        progress.say(prompts)
    index = Index.make(out, describe_model(model, encoder) | {"fingerprint": told}, uri=uri, command=command)
    with index.writing(patience=PATIENCE):
        added, deleted = Added(), _delete(index, leaving)
        if checked:
            with progress.task("indexing documents", checked.documents) as advance:
                documents = (document for _, document in read_archive(archive.paths, []))
                if ray is None:
                    added = add_documents(index, documents, encoder, among=archive.languages, advance=advance)
                else:
                    with Cluster(ray, model, encoder, batch_size=batch_size) as cluster:
                        added = cluster.add_documents(index, documents, among=archive.languages, advance=advance)
        if archive.mirror:
            deleted += _delete_others(index, (document for _, document in read_archive(archive.paths, [])))
        progress.say("optimising the index")
        index.engine.optimise()
        built = Built(added, deleted, index.engine.count_documents(), dict(index.engine.languages()))
        index.note(documents=built.documents, passages=built.passages)
    index.engine.close()
    return built


def describe_model(model: str, encoder: Encoder) -> dict[str, Any]:
    """What a manifest says of the model, and of all else that vectors depend on."""
    folder = Path(model).expanduser()
    return {
        "model": str(folder.resolve()) if folder.exists() else model,
        "strategy": _strategy(folder),
        "fingerprint": fingerprint(encoder),
        "dimensions": int(encoder.encode_passages(["."], Silent()).shape[1]),
        "tokens": TOKENS,
    }


def _strategy(folder: Path) -> str | None:
    """The batch strategy that trained a model, where polybatch did."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record.get("strategy") if isinstance(record, dict) else None


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = why_unreadable(error) if isinstance(error, OSError) else "not UTF-8"
        raise DataError([Fault(str(path), reason, "a list of ids, one a line")]) from None


def _delete(index: Index, lines: Sequence[str]) -> int:
    """Delete documents by id or by the hash of their content."""
    there = {*index.engine.held(lines), *index.engine.with_content(lines)}
    index.engine.delete(sorted(there))
    return len(there)


def _delete_others(index: Index, documents: Iterable[Document]) -> int:
    """Delete every document that is not among these."""
    kept = {document.id for document in documents}
    gone = [id for id, _ in index.engine.documents() if id not in kept]
    index.engine.delete(gone)
    return len(gone)
