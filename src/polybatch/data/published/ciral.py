"""CIRAL: English questions, African news passages in Hausa, Somali, Swahili and Yoruba, judged by people."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from polybatch.data.collections.judged import add_pool
from polybatch.data.draft import Draft
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection

CIRAL = DataSet(
    "ciral",
    folder="ciral",
    licence="Apache-2.0",
    upstream="huggingface.co/datasets/CIRAL/ciral and CIRAL/ciral-corpus",
    hub=(
        Repository("CIRAL/ciral", ("ciral-{name}/*",)),
        Repository("CIRAL/ciral-corpus", ("passages-v1.0/{name}_passages.jsonl",)),
    ),
)


def load_ciral(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "ciral", split: str = "test-a"
) -> Collection:
    """CIRAL (FIRE 2023) from a folder that holds both upstream repositories, one over the other.

    `split` is dev, test-a, test-a-pools or test-b; test-a-pools has test-a's topics with the deeper judgements made
    from the track's runs. Read for each language: `ciral-swahili/topics/topics.ciral-v1.0-sw-test-a.tsv` (id,
    question), `qrels.ciral-v1.0-sw-<split>.tsv` in any folder of `ciral-swahili` (TREC, grades 0 and 1), and
    `passages-v1.0/swahili_passages.jsonl` (docid, title, text). The candidate is title and text; the question is the
    cluster. Every language has questions of its own, all in English and judged in that language's pool only.

    Raises DataError with every fault; a corpus that is not there is one.
    """
    draft = Draft(name, folder, licence=CIRAL.licence, languages=languages)
    draft.notes |= {"query": "English question", "candidate": "title and text", "cluster": "question", "split": split}
    draft.notes |= {"relevance judgements": "each question in the pool of one language only"}
    found = _topics(folder, split.removesuffix("-pools"))
    if not found:
        works = f"ciral-<name>/topics/topics.ciral-v1.0-<language>-<split>.tsv, from {CIRAL.upstream}"
        raise DataError([Fault(str(folder), f"no CIRAL {split} here", works)])
    corpora = {
        language_code(path.name.split("_passages")[0]): path for path in sorted(folder.glob("passages-v1.0/*.jsonl*"))
    }
    for code, topics in found.items():
        if draft.wants(code):
            qrels = f"qrels.ciral-v1.0-{code}-{split}.tsv"
            add_pool(
                draft,
                code,
                corpus=[corpora[code]] if code in corpora else [],
                topics=topics,
                qrels=next(topics.parent.parent.rglob(qrels), topics.parent.parent / "qrels" / qrels),
                query_language="en",
                upstream=CIRAL.upstream,
            )
    return draft.finish()


def holds_ciral(folder: Path) -> bool:
    """Whether a folder looks like CIRAL's upstream layout."""
    return bool(_topics(folder, "test-a"))


def _topics(folder: Path, split: str) -> dict[str, Path]:
    return {
        path.name.removeprefix("topics.ciral-v1.0-").removesuffix(f"-{split}.tsv"): path
        for path in sorted(folder.glob(f"ciral-*/topics/topics.ciral-v1.0-??-{split}.tsv"))
    }


PUBLISHED = Published(
    data_sets=(CIRAL,),
    collections={
        f"ciral-{split}": NamedCollection(
            f"CIRAL {split}: English question to African news, ha so sw yo",
            CIRAL,
            partial(load_ciral, split=split),
            split=split.removesuffix("-pools"),
        )
        for split in ("dev", "test-a", "test-a-pools", "test-b")
    },
    layout=FolderLayout("CIRAL (ciral-<name>/)", holds_ciral, load_ciral),
)
