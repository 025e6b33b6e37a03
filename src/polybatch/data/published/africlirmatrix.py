"""AfriCLIRMatrix: titles of English Wikipedia articles, articles in fifteen African languages, in grades."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.judged import add_pool
from polybatch.data.draft import Draft
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection

AFRICLIRMATRIX = DataSet(
    "africlirmatrix",
    folder="africlirmatrix",
    licence="Apache-2.0",
    upstream="github.com/castorini/africlirmatrix (test/) and huggingface.co/datasets/castorini/africlirmatrix",
    hub=(Repository("castorini/africlirmatrix", ("africlirmatrix-v1.0-{name}/*",)),),
)


def load_africlirmatrix(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "africlirmatrix"
) -> Collection:
    """AfriCLIRMatrix (Ogundepo et al., EMNLP 2022) from a folder with the judgements and the corpora together.

    Read for each language: `test/queries/topics.africlirmatrix-v1.0.en.swa.tsv` (id, title) and
    `test/qrels/qrels.africlirmatrix-v1.0.en.swa.txt` (TREC, grades up to 6) as they lie on GitHub, and
    `africlirmatrix-v1.0-swahili/corpus.jsonl` (id, contents) as on the hub. An English article that is a topic in
    several languages is one query, and what answers it in any of them is relevant; it was sampled and judged in each
    language apart, so a pool of another language may hold answers that are not judged. Every grade over 0 is relevant.
    The English article is the cluster. Topics without judgements, and judgements of articles that the corpus lacks,
    which upstream has, are counted in the notes.

    Raises DataError with every fault; a corpus that is not there is one.
    """
    draft = Draft(name, folder, licence=AFRICLIRMATRIX.licence, languages=languages, corpus_may_lack=True)
    draft.notes |= {
        "query": "title of an English article",
        "candidate": "beginning of an article",
        "cluster": "article",
    }
    found = _topics(folder)
    if not found:
        works = f"test/queries/ and test/qrels/, from {AFRICLIRMATRIX.upstream}"
        raise DataError([Fault(str(folder), "no AfriCLIRMatrix here", works)])
    corpora = {
        language_code(path.parent.name.removeprefix("africlirmatrix-v1.0-")): path
        for path in sorted(folder.glob("africlirmatrix-v1.0-*/corpus.jsonl*"))
    }
    for code, topics in found.items():
        if draft.wants(code):
            qrels = topics.name.replace("topics.", "qrels.", 1).removesuffix(".tsv") + ".txt"
            add_pool(
                draft,
                code,
                corpus=[corpora[code]] if code in corpora else [],
                topics=topics,
                qrels=folder / "test/qrels" / qrels,
                query_language="en",
                fields=("id", "contents"),
                shared_topics=True,
                upstream=AFRICLIRMATRIX.upstream,
            )
    return draft.finish()


def holds_africlirmatrix(folder: Path) -> bool:
    """Whether a folder looks like AfriCLIRMatrix, its judgements at least."""
    return bool(_topics(folder))


def _topics(folder: Path) -> dict[str, Path]:
    found = sorted(folder.glob("test/queries/topics.africlirmatrix-v1.0.en.*.tsv"))
    return {code: path for path in found if (code := language_code(path.name.split(".")[-2]))}


PUBLISHED = Published(
    data_sets=(AFRICLIRMATRIX,),
    collections={
        "africlirmatrix": NamedCollection(
            "AfriCLIRMatrix: English title to African Wikipedia, in grades", AFRICLIRMATRIX, load_africlirmatrix
        )
    },
    layout=FolderLayout("AfriCLIRMatrix (test/queries/)", holds_africlirmatrix, load_africlirmatrix),
)
