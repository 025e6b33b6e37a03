"""MIRACL's development questions: Wikipedia passages, a pool in every language with its own questions."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.judged import add_pool, numbered
from polybatch.data.draft import Draft
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.errors import DataError, Fault
from polybatch.records import Collection

MIRACL = DataSet(
    "miracl",
    folder="miracl",
    licence="Apache-2.0",
    upstream="huggingface.co/datasets/miracl/miracl and miracl/miracl-corpus",
    hub=(
        Repository("miracl/miracl", ("miracl-v1.0-{code}/*",)),
        Repository("miracl/miracl-corpus", ("miracl-corpus-v1.0-{code}/*",)),
    ),
)


def load_miracl(folder: Path, *, languages: Sequence[str] | None = None, name: str = "miracl") -> Collection:
    """MIRACL dev (Zhang et al., TACL 2023) from a folder that holds both upstream repositories, one over the other.

    Read for each language: `miracl-v1.0-sw/topics/topics.miracl-v1.0-sw-dev.tsv` (id, question),
    `miracl-v1.0-sw/qrels/qrels.miracl-v1.0-sw-dev.tsv` (TREC, grades 0 and 1) and
    `miracl-corpus-v1.0-sw/docs-*.jsonl.gz` (docid, title, text). The candidate is title and text, the question is the
    cluster. Questions are judged in the pool of their own language only, so the monolingual setting is the one to
    read: in a union of pools, passages of other languages may answer and are not judged.

    Raises DataError with every fault; a corpus that is not there is one.
    """
    draft = Draft(name, folder, licence=MIRACL.licence, languages=languages)
    draft.notes |= {"query": "question", "candidate": "title and text", "cluster": "question"}
    draft.notes |= {"relevance judgements": "in the question's language only"}
    found = _topics(folder)
    if not found:
        raise DataError([Fault(str(folder), "no MIRACL here", f"miracl-v1.0-<language>/, from {MIRACL.upstream}")])
    for code, topics in found.items():
        if draft.wants(code):
            add_pool(
                draft,
                code,
                corpus=numbered(list((folder / f"miracl-corpus-v1.0-{code}").glob("docs-*.jsonl*"))),
                topics=topics,
                qrels=topics.parent.parent / "qrels" / topics.name.replace("topics.", "qrels.", 1),
                query_language=code,
                upstream=MIRACL.upstream,
            )
    return draft.finish()


def holds_miracl(folder: Path) -> bool:
    """Whether a folder looks like MIRACL's upstream layout."""
    return bool(_topics(folder))


def _topics(folder: Path) -> dict[str, Path]:
    return {
        path.name.removeprefix("topics.miracl-v1.0-").removesuffix("-dev.tsv"): path
        for path in sorted(folder.glob("miracl-v1.0-*/topics/topics.miracl-v1.0-*-dev.tsv"))
    }


PUBLISHED = Published(
    data_sets=(MIRACL,),
    collections={"miracl": NamedCollection("MIRACL dev: question to Wikipedia, one language", MIRACL, load_miracl)},
    layout=FolderLayout("MIRACL (miracl-v1.0-<language>/)", holds_miracl, load_miracl),
)
