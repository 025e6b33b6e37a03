"""A user's own collection, and the form ours are handed on in: BEIR's folder, with a language on every line."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from polybatch.data.draft import Draft, joined
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.trec import scored_rows
from polybatch.errors import DataError, Fault
from polybatch.files import why_unreadable, write_json, written_aside
from polybatch.languages import check_language
from polybatch.records import SETTINGS, Collection, Setting

QRELS = "qrels/test.tsv"
ABOUT = "collection.json"


class About(BaseModel):
    """What `collection.json` says; a folder without it is named by its folder, and is judged in all settings."""

    name: str = ""
    licence: str = "unknown"
    notes: dict[str, str] = {}
    settings: Annotated[tuple[Setting, ...], Field(min_length=1)] = SETTINGS


def load_beir(folder: Path, *, languages: Sequence[str] | None = None, name: str = "") -> Collection:
    """A collection in BEIR's form (arXiv 2104.08663, the datasets' layout), with languages.

    `corpus.jsonl` (or .jsonl.gz): `_id`, `text`, `language`, perhaps `title`, which goes before the text.
    `queries.jsonl`: `_id`, `text`, `language`, and perhaps `query`, the id that the language versions of one question
    share (default: `_id`), and `cluster`, the unit of significance tests (default: `query`).
    `qrels/test.tsv`: a header `query-id corpus-id score`, then a `_id` of a query or its shared id, a passage and a
    grade; over 0 is relevant, and holds for every language version of the question. `collection.json`, which may be
    missing: name, licence, notes, settings (such as `["cross-lingual", "multilingual"]` where queries are passages
    themselves; see `Collection`). Languages are codes of ours (en, sw, ne).

    Queries without a relevant passage are counted in the notes, since BEIR keeps all splits' queries in one file.
    Raises DataError with every fault.
    """
    faults: list[Fault] = []
    about = _about(folder, faults)
    draft = Draft(name or about.name or folder.resolve().name, folder, licence=about.licence, languages=languages)
    draft.faults += faults
    draft.notes |= about.notes
    draft.settings = tuple(one for one in SETTINGS if one in about.settings)
    read_corpus(folder, draft)
    shared: dict[str, str] = {}
    for where, row in json_rows(folder / "queries.jsonl", draft.faults, fields=("_id", "text", "language")):
        query = _text(row, "query", row["_id"], where, draft)
        if row["_id"] in shared:
            draft.faults.append(Fault(where, f"query _id {row['_id']!r} occurs twice", "versions share `query`"))
        elif fits(row["language"], where, draft):
            draft.add_query(
                row["language"], query, row["text"], where, cluster=_text(row, "cluster", query, where, draft)
            )
        shared[row["_id"]] = query
    for where, query, passage, grade in scored_rows(folder / QRELS, draft.faults):
        draft.judge(shared.get(query, query), passage, grade, where)
    return draft.finish()


def holds_beir(folder: Path) -> bool:
    """Whether a folder looks like BEIR's form."""
    return (folder / "queries.jsonl").is_file() and (folder / QRELS).is_file()


def read_corpus(folder: Path, draft: Draft) -> None:
    """Add the passages of `corpus.jsonl` or `corpus.jsonl.gz`; a fault for each language that is not a code of ours."""
    path = next((one for one in (folder / "corpus.jsonl", folder / "corpus.jsonl.gz") if one.is_file()), None)
    for where, row in json_rows(path or folder / "corpus.jsonl", draft.faults, fields=("_id", "text", "language")):
        if fits(row["language"], where, draft):
            text = joined(row["title"], row["text"]) if row.get("title") else row["text"]
            draft.add_passage(row["language"], row["_id"], text, where)


def fits(code: str, where: str, draft: Draft) -> bool:
    """Whether a language is a code of ours; a fault where it is not."""
    faults = check_language(code, where=where)
    draft.faults += faults
    return not faults


def write_beir(collection: Collection, folder: Path) -> None:
    """Write a collection in the form that `load_beir` reads, in one step; an existing folder is replaced.

    A query's `_id` is its id, `@` and the language, so that every line is one query to BEIR's own tools; `query` is
    the id that the versions share. `qrels/test.tsv` has a line for every version and relevant passage. What comes back
    equals the collection, but for queries without a relevant passage and grades of 1 that were written out.

    Raises DataError for an id with a tab, a line end or a quotation mark, which BEIR's tools would misread.
    """
    check_ids(collection, '\t\r\n"', str(folder))
    with written_aside(folder) as new:
        (new / "qrels").mkdir(parents=True)
        about = About(
            name=collection.name,
            licence=collection.licence,
            notes=dict(collection.notes),
            settings=collection.settings,
        )
        write_json(new / ABOUT, about.model_dump())
        _write_rows(
            new / "corpus.jsonl",
            (
                {"_id": passage.id, "title": "", "text": passage.text, "language": code}
                for code, passages in collection.passages.items()
                for passage in passages
            ),
        )
        _write_rows(
            new / "queries.jsonl",
            (
                {
                    "_id": f"{query.id}@{code}",
                    "text": query.text,
                    "language": code,
                    "query": query.id,
                    "cluster": query.cluster,
                }
                for code, queries in collection.queries.items()
                for query in queries
            ),
        )
        with (new / QRELS).open("w", encoding="utf-8", newline="") as file:
            file.write("query-id\tcorpus-id\tscore\n")
            for code, queries in collection.queries.items():
                for query in queries:
                    for passage, grade in graded(collection, query.id):
                        file.write(f"{query.id}@{code}\t{passage}\t{grade}\n")


def graded(collection: Collection, query: str) -> list[tuple[str, int]]:
    """The relevant passages of a query with their grades, by id."""
    grades = collection.grades.get(query, {})
    return sorted((passage, grades.get(passage, 1)) for passage in collection.judgements.get(query, ()))


def check_ids(collection: Collection, forbidden: str, where: str) -> None:
    """Raise DataError where an id has a character that the form to be written sets apart by."""
    ids = [query.id for queries in collection.queries.values() for query in queries]
    ids += [passage.id for passages in collection.passages.values() for passage in passages]
    wrong = sorted({one for one in ids if any(character in forbidden for character in one)})
    if wrong:
        raise DataError(Fault(where, f"id {one!r}", f"ids without any of {forbidden!r}") for one in wrong)


def _write_rows(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _about(folder: Path, faults: list[Fault]) -> About:
    path = folder / ABOUT
    try:
        return About.model_validate_json(path.read_bytes().removeprefix(BOM_UTF8)) if path.is_file() else About()
    except OSError as error:
        faults.append(Fault(str(path), why_unreadable(error)))
    except ValidationError as error:
        faults += [
            Fault(f"{path}: {'.'.join(map(str, one['loc'])) or 'whole'}", one["msg"], "name, licence, notes, settings")
            for one in error.errors()
        ]
    return About()


def _text(row: Mapping[str, Any], field: str, default: str, where: str, draft: Draft) -> str:
    value = row.get(field, default)
    if not isinstance(value, str) or not value:
        draft.faults.append(Fault(where, f"{field} {value!r}", "text, or leave it out"))
        return default
    return value
