"""Belebele: a question about a passage, both in many languages, as one mixed pool of chosen languages."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from polybatch.data.draft import Draft
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.data.text import usual_files
from polybatch.errors import DataError, Fault
from polybatch.records import Collection

POOLS: dict[Literal[3, 14], tuple[str, ...]] = {
    3: ("en", "ne", "sw"),
    14: ("ar", "de", "el", "en", "es", "hi", "ne", "ru", "sw", "th", "tr", "vi", "yo", "zh"),
}
"""The larger has XQuAD-R's eleven, so that pools can be set side by side, with Swahili, Nepali and Yoruba."""

BELEBELE = DataSet(
    "belebele",
    folder="belebele",
    licence="CC BY-SA 4.0",
    upstream="huggingface.co/datasets/facebook/belebele",
    hub=(Repository("facebook/belebele", ("data/*.jsonl",)),),
    made_of="flores",
)


def load_belebele(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "belebele-3", pool: Literal[3, 14] = 3
) -> Collection:
    """Belebele (arXiv 2308.16884) from a folder of `<FLORES code>.jsonl` files, in the folder or in its `data/`.

    Read of each row: link, question_number, flores_passage, question; a question is known in all languages by link
    and number. The pool is the three or fourteen languages of POOLS, or `languages` where given. The candidate is
    the passage: rows with the same link and passage share it (488 in upstream's English). The passage that a
    question was asked of is relevant in every language. The article that a passage is from (its link) is the
    cluster. Of two files in one language the one in its usual script is read (zho_Hans, npi_Deva); the others are
    named in the notes.

    Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=BELEBELE.licence, languages=languages or POOLS[pool])
    draft.notes |= {"query": "question", "candidate": "passage of some sentences", "cluster": "article"}
    paths = [*folder.glob("*_*.jsonl"), *folder.glob("data/*_*.jsonl")]
    files = usual_files(((path.stem, path) for path in paths), draft.notes)
    if not files:
        raise DataError([Fault(str(folder), "no Belebele here", f"swh_Latn.jsonl and so on, from {BELEBELE.upstream}")])
    rows: list[tuple[str, str, str]] = []
    for code, path in files.items():
        if not draft.wants(code):
            continue
        seen: dict[tuple[str, str], str] = {}
        for where, row in json_rows(
            path, draft.faults, fields=("link", "question_number", "flores_passage", "question")
        ):
            question = f"{row['link']}#{row['question_number']}"
            text = row["flores_passage"]
            if (passage := seen.get((row["link"], text))) is None:
                passage = seen[row["link"], text] = f"{code}:{question}"
                draft.add_passage(code, passage, text, where)
            draft.add_query(code, question, row["question"], where, cluster=row["link"])
            rows.append((question, passage, where))
    for question, passage, where in rows:
        draft.judge(question, passage, 1, where)
    return draft.finish()


def holds_belebele(folder: Path) -> bool:
    """Whether a folder looks like Belebele: English under its FLORES code, with the passages' field."""
    for path in (folder / "eng_Latn.jsonl", folder / "data/eng_Latn.jsonl"):
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                return '"flores_passage"' in file.readline()
    return False


PUBLISHED = Published(
    data_sets=(BELEBELE,),
    collections={
        "belebele-3": NamedCollection("Belebele: question to passage, sw ne en in one pool", BELEBELE, load_belebele),
        "belebele-14": NamedCollection(
            "Belebele: question to passage, 14 languages in one pool", BELEBELE, partial(load_belebele, pool=14)
        ),
    },
    layout=FolderLayout("Belebele (eng_Latn.jsonl)", holds_belebele, load_belebele),
)
