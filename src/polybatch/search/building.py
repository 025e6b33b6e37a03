"""From an archive to an index, step by step: checked, made, filled, what has gone deleted, optimised. Not here: how."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polybatch.data.archives.archive import ALLOWED, Archive
from polybatch.data.archives.fields import Article
from polybatch.data.archives.left_out import LeftOut
from polybatch.encoders.families import say_prompts
from polybatch.encoders.fingerprint import fingerprint
from polybatch.encoders.loading import RECORD
from polybatch.errors import DataError, Fault
from polybatch.files import read_text, why_unreadable, written_aside
from polybatch.progress import Progress, Silent
from polybatch.search.cutting import TOKENS, document_faults
from polybatch.search.distributed import Cluster
from polybatch.search.index import MANIFEST, Index, read_manifest
from polybatch.search.indexing import add_documents
from polybatch.search.models import Encoder, open_model_of
from polybatch.search.records import Added, Document

LISTING = "{}.left-out.jsonl"  # beside the index: a line for each row that was left out
PATIENCE = 2.0  # seconds for another process to end a short piece of writing


@dataclass(frozen=True)
class Changes:
    """What is to be indexed: files and folders, and in which language they are, or among which ones to tell.

    With `mirror`, what the index holds beyond them is deleted, unless rows are bad, whose documents it may hold: then
    only if `allow_bad` says so. `delete` is a file that lists ids, or hashes of content, one a line, of documents to
    delete. `fields` has names of fields; `strict` refuses an archive with a bad row, `allow_bad` is the share that may
    be bad.
    """

    paths: Sequence[Path] = ()
    languages: Sequence[str] = ()
    mirror: bool = False
    delete: Path | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    allow_bad: float | None = None


@dataclass(frozen=True)
class Built:
    """What indexing did, and what the index then held: documents, and passages by language.

    `left_out` rows of the archive are listed in the file `listing`; `missing` are ids to delete that it did not hold.
    """

    added: Added
    deleted: int
    documents: int
    passages: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    listing: Path | None = None
    missing: Sequence[str] = ()


def build_index(
    model: str,
    changes: Changes,
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

    The archive is read once to its end before anything is written, so that all that is wrong with it is told at once,
    and is listed row by row in LISTING, also where it is refused.
    `uri` says where the engine keeps the passages, empty for the folder itself. With `ray`, the address of a cluster or
    `local`, passages are encoded there. Raises DataError, ModelError, and FaultyInputError for an engine.
    """
    leaving = _lines(changes.delete) if changes.delete else []
    if not changes.paths and not leaving:
        raise DataError([Fault("the archive", "nothing to index", "files or folders, or --delete")])
    if changes.mirror and not changes.paths:
        raise DataError([Fault("--mirror", "no archive to mirror", "files or folders")])
    archive = Archive(changes.paths, dict(changes.fields), check=unfit)
    left, count, listing = LeftOut(), 0, out.with_name(LISTING.format(out.name))
    if changes.paths:
        progress.say("reading the archive")
        left, count = _look(archive, changes, listing)
        for line in [*left.said(), *archive.said()]:
            progress.say(line)
    held = read_manifest(out)["fingerprint"] if (out / MANIFEST).is_file() else None
    encoder, told = open_model_of(model, held, batch_size=batch_size, device=device)
    if prompts := say_prompts(*encoder.prompts):
        progress.say(prompts)
    index = Index.make(out, describe_model(model, encoder) | {"fingerprint": told}, uri=uri, command=command)
    with index.writing(patience=PATIENCE):
        added, (deleted, missing) = Added(), _delete(index, leaving)
        if count:
            with progress.task("indexing documents", count) as advance:
                documents = (document_of(article) for _, article in archive.articles(LeftOut()))
                if ray is None:
                    added = add_documents(index, documents, encoder, among=changes.languages, advance=advance)
                else:
                    with Cluster(ray, model, encoder, batch_size=batch_size) as cluster:
                        added = cluster.add_documents(index, documents, among=changes.languages, advance=advance)
        if changes.mirror and left.rows and changes.allow_bad is None:
            progress.say(
                "nothing deleted: documents of bad rows may be in the index; correct them, or give --allow-bad"
            )
        elif changes.mirror:
            deleted += _delete_others(index, (article.id for _, article in archive.articles(LeftOut())))
        progress.say("optimising the index")
        index.engine.optimise()
        left_out = left.rows + left.notes.total()
        built = Built(
            added,
            deleted,
            index.engine.count_documents(),
            dict(index.engine.languages()),
            left_out=left_out,
            listing=listing if left_out else None,
            missing=missing,
        )
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


def _look(archive: Archive, changes: Changes, listing: Path) -> tuple[LeftOut, int]:
    """What is left out of an archive, and how many articles there are; the listing is written, or goes if empty."""
    allow = ALLOWED if changes.allow_bad is None else changes.allow_bad
    count, refused = 0, None
    with written_aside(listing) as new, new.open("w", encoding="utf-8") as file:
        left = LeftOut(file)
        try:
            count = archive.look(left, strict=changes.strict, allow=allow)
        except DataError as error:
            refused = error
    if not left.rows and not left.notes:
        listing.unlink()
    if refused and left.rows:
        raise DataError([*refused.faults, Fault(str(listing), f"lists all {left.rows:,}")]) from None
    if refused:
        raise refused
    return left, count


def document_of(article: Article) -> Document:
    """An article as a document of an index."""
    return Document(
        article.id,
        article.text,
        title=article.title,
        language=article.language,
        date=article.date,
        source=article.source,
        url=article.url,
    )


def unfit(article: Article, where: str) -> list[Fault]:
    """Why an article cannot be a document of an index: every fault."""
    return document_faults(document_of(article), where)


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in read_text(path).split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = why_unreadable(error) if isinstance(error, OSError) else "not UTF-8"
        raise DataError([Fault(str(path), reason, "a list of ids, one a line")]) from None


def _delete(index: Index, lines: Sequence[str]) -> tuple[int, list[str]]:
    """Delete documents by id or by the hash of their content: how many, and which lines name none that is there."""
    held = index.engine.held(lines)
    by_content = index.engine.held(index.engine.with_content([line for line in lines if line not in held]))
    index.engine.delete(sorted({*held, *by_content}))
    named = {*held, *(content for content, _ in by_content.values())}
    return len({*held, *by_content}), [line for line in dict.fromkeys(lines) if line not in named]


def _delete_others(index: Index, ids: Iterable[str]) -> int:
    """Delete every document that is not among these."""
    kept = set(ids)
    gone = [id for id, _ in index.engine.documents() if id not in kept]
    index.engine.delete(gone)
    return len(gone)
