"""A user's own topics and judgements in TREC's form, beside a corpus in JSONL; and qrels written and read back."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.beir import check_ids, fits, graded, read_corpus
from polybatch.data.draft import Draft
from polybatch.data.formats.trec import qrels_rows, topic_rows
from polybatch.errors import DataError, Fault
from polybatch.files import written_aside
from polybatch.records import Collection

WHITE_SPACE = " \t\r\n"


def load_trec(folder: Path, *, languages: Sequence[str] | None = None, name: str = "") -> Collection:
    """A collection of TREC topics and qrels, with languages.

    `topics.<language>.tsv`: id, tab, text, without a header; an id in several files is one question in several
    languages, and is the cluster. `qrels.txt` (or `qrels.tsv`): query, anything, passage, grade, apart by white space;
    a grade over 0 is relevant. `corpus.jsonl` (or .jsonl.gz): `_id`, `text`, `language`, perhaps `title`, as in
    `load_beir`. Languages are codes of ours. Queries without a relevant passage are counted in the notes.

    Raises DataError with every fault.
    """
    draft = Draft(name or folder.resolve().name, folder, licence="unknown", languages=languages)
    draft.notes |= {"query": "topic", "candidate": "passage", "cluster": "topic"}
    topics = _topics(folder)
    if not topics:
        raise DataError([Fault(str(folder), "no topics", "topics.<language>.tsv, such as topics.en.tsv")])
    read_corpus(folder, draft)
    for path in topics:
        code = path.name.split(".")[1]
        if fits(code, str(path), draft):
            for where, topic, text in topic_rows(path, draft.faults):
                draft.add_query(code, topic, text, where)
    qrels = next((one for one in (folder / "qrels.txt", folder / "qrels.tsv") if one.is_file()), folder / "qrels.txt")
    for where, query, passage, grade in qrels_rows(qrels, draft.faults):
        draft.judge(query, passage, grade, where)
    return draft.finish()


def holds_trec(folder: Path) -> bool:
    """Whether a folder looks like topics in TREC's form beside a corpus."""
    return bool(_topics(folder)) and any(folder.glob("corpus.jsonl*"))


def write_qrels(collection: Collection, path: Path) -> None:
    """Write a collection's judgements as TREC qrels, a line `query 0 passage grade` for each, in one step.

    A question stands once, whatever languages it is in. Raises DataError for an id with white space.
    """
    check_ids(collection, WHITE_SPACE, str(path))
    with written_aside(path) as new, new.open("w", encoding="utf-8", newline="") as file:
        for query in collection.judgements:
            file.writelines(f"{query} 0 {passage} {grade}\n" for passage, grade in graded(collection, query))


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """The grades of TREC qrels, by query and passage; raises DataError with every fault, a pair judged twice too."""
    faults: list[Fault] = []
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for where, query, passage, grade in qrels_rows(path, faults):
        if passage in grades[query]:
            faults.append(
                Fault(where, f"query {query!r}, passage {passage!r} has two judgements", "one line for a pair")
            )
        grades[query][passage] = grade
    if faults:
        raise DataError(faults)
    return dict(grades)


def _topics(folder: Path) -> list[Path]:
    return sorted(folder.glob("topics.*.tsv"))
