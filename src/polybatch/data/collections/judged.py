"""A pool in one language with topics and TREC judgements of its own: the form of MIRACL, CIRAL and AfriCLIRMatrix."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.draft import Draft, joined
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.trec import qrels_rows, topic_rows
from polybatch.errors import Fault


def add_pool(
    draft: Draft,
    code: str,
    *,
    corpus: Sequence[Path],
    topics: Path,
    qrels: Path,
    query_language: str,
    fields: tuple[str, str] = ("docid", "text"),
    shared_topics: bool = False,
    upstream: str,
) -> None:
    """Add the passages of one language, and the topics that are judged in it.

    `corpus` are JSONL files, plain or gzipped, with the two `fields` (id, text) and perhaps a `title`, which goes
    before the text. Upstream numbers passages anew in every language, so ids get the language before them; topics too,
    unless `shared_topics`: then an id in two languages is one query, and must have one text.
    """
    if not corpus:
        draft.faults.append(Fault(str(topics), f"topics in {code!r}, but no corpus of it", f"from {upstream}"))
        return
    identity, text = fields
    for path in corpus:
        for where, row in json_rows(path, draft.faults, fields=fields):
            draft.add_passage(code, f"{code}:{row[identity]}", joined(row.get("title"), row[text]), where)
    prefix = "" if shared_topics else f"{code}:"
    for where, topic, words in topic_rows(topics, draft.faults, works=f"from {upstream}"):
        draft.add_query(query_language, prefix + topic, words, where, repeats=shared_topics)
    for where, topic, passage, grade in qrels_rows(qrels, draft.faults, works=f"from {upstream}"):
        draft.judge(prefix + topic, f"{code}:{passage}", grade, where)


def numbered(paths: Sequence[Path]) -> list[Path]:
    """Files in order of the number in their names, so that docs-10 stands after docs-9."""
    return sorted(paths, key=lambda path: (int("".join(filter(str.isdigit, path.name)) or 0), path.name))
