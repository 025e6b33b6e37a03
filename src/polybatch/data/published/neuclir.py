"""NeuCLIR 2022 and 2023: news in Persian, Russian and Chinese, topics in English and translated, in grades."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from polybatch.data.draft import Draft, joined
from polybatch.data.formats.jsonl import json_rows
from polybatch.data.formats.trec import qrels_rows
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection

CODES = {"fa": "fas", "ru": "rus", "zh": "zho"}
TOPICS = {2022: "topics.0720.utf8.jsonl", 2023: "neuclir-2023-topics.0605.jsonl"}
QRELS = {2022: "2022-qrels.", 2023: "qrels.final.gains."}
WRITTEN = ("original", "human translation")  # sources of a topic's text; the others are machine translations

NEUCLIR = DataSet(
    "neuclir",
    folder="neuclir",
    licence="terms of TREC and Common Crawl",
    upstream="huggingface.co/datasets/neuclir/neuclir1 (documents), trec.nist.gov/data/neuclir (topics, judgements)",
    hub=(Repository("neuclir/neuclir1", ("data/fas-*", "data/rus-*", "data/zho-*")),),
)


def load_neuclir(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "neuclir", year: int = 2023
) -> Collection:
    """NeuCLIR of a year (TREC 2022 or 2023) from a folder with documents, topics and judgements.

    Read: documents `data/fas-*.jsonl.gz` as on the hub or `fas/docs.jsonl` as in NIST's archive (id, title, text), and
    so for rus and zho; topics `topics.0720.utf8.jsonl` (2022) or `neuclir-2023-topics.0605.jsonl` (topic_id, and in
    `topics` a lang, source, topic_title and topic_description each); judgements `2022-qrels.fas`, or
    `qrels.final.gains.fas` of 2023, anywhere in the folder (TREC, grades 0, 1, 3). The query is title and description,
    in English and in what people translated; machine translations are left out and counted. The candidate is title and
    text, the topic is the cluster. 2022 was judged in each language apart, 2023 also as one pool of the three.
    Judgements of documents that the corpus lacks are passed over and counted in the notes.

    The ten million documents are held in memory. Raises DataError with every fault.
    """
    draft = Draft(name, folder, licence=NEUCLIR.licence, languages=languages, corpus_may_lack=True)
    draft.notes |= {
        "query": "title and description",
        "candidate": "title and text",
        "cluster": "topic",
        "year": str(year),
    }
    corpora = _corpora(folder)
    if not corpora:
        raise DataError(
            [Fault(str(folder), "no NeuCLIR here", f"data/fas-*.jsonl.gz and so on, from {NEUCLIR.upstream}")]
        )
    wanted = {code: paths for code, paths in corpora.items() if draft.wants(code)}
    for code, paths in wanted.items():
        for path in paths:
            for where, row in json_rows(path, draft.faults, fields=("id",)):
                draft.add_passage(code, row["id"], joined(row.get("title"), row.get("text")), where)
    for where, row in json_rows(
        folder / TOPICS[year], draft.faults, fields=("topic_id",), works=f"from {NEUCLIR.upstream}"
    ):
        for code, text in _versions(row, draft):
            draft.add_query(code, row["topic_id"], text, where)
    for code in wanted:
        qrels = QRELS[year] + CODES[code]
        path = next(folder.rglob(qrels), folder / qrels)
        for where, topic, passage, grade in qrels_rows(path, draft.faults, works=f"from {NEUCLIR.upstream}"):
            draft.judge(topic, passage, grade, where)
    return draft.finish()


def holds_neuclir(folder: Path) -> bool:
    """Whether a folder looks like NeuCLIR: documents in one of its languages, by their names."""
    return bool(_corpora(folder))


def _corpora(folder: Path) -> dict[str, list[Path]]:
    found = {
        code: sorted([*folder.glob(f"data/{upstream}-*.jsonl*"), *folder.glob(f"{upstream}/docs.jsonl*")])
        for code, upstream in CODES.items()
    }
    return {code: paths for code, paths in found.items() if paths}


def _versions(row: Mapping[str, Any], draft: Draft) -> Iterator[tuple[str, str]]:
    for version in row.get("topics") or ():
        code = language_code(str(version.get("lang")))
        if code and version.get("source") in WRITTEN:
            yield code, joined(version.get("topic_title"), version.get("topic_description"))
        else:
            draft.count("topics by machine translation, left out")


PUBLISHED = Published(
    data_sets=(NEUCLIR,),
    collections={
        f"neuclir-{year}": NamedCollection(
            f"NeuCLIR {year}: topic to news, fa ru zh, in grades",
            NEUCLIR,
            partial(load_neuclir, year=year),
            split=str(year),
        )
        for year in TOPICS
    },
    layout=FolderLayout("NeuCLIR (data/fas-*.jsonl.gz)", holds_neuclir, load_neuclir),
)
