"""A small file set of each source's upstream form, and the source that reads it: shared by claims and by the fuzz."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from polybatch.data.sources.source import Reading, Source
from polybatch.data.sources.table import SOURCES
from polybatch.records import Item
from tests.data.collections.writing import write_archive, write_lines, write_rows


class Form(NamedTuple):
    """A source as a recipe would set it, how its files are written, and how many items and rows left out they give."""

    keys: Mapping[str, Any]
    write: Callable[[Path], object]
    items: int
    left_out: int = 0


def make(kind: str, **keys: Any) -> Source:
    return SOURCES[kind].model_validate({"source": kind, **keys})


def read(source: Source, data: Path) -> tuple[list[Item], Reading]:
    reading = Reading()
    return list(source.items(data, reading)), reading


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)


def write_json(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def squad(*paragraphs: tuple[str, Mapping[str, str]], title: str = "T") -> dict[str, Any]:
    """A file in SQuAD's form: paragraphs, each with questions by id."""
    found = [
        {
            "context": context,
            "qas": [
                {"id": id, "question": one, "answers": [{"text": "a", "answer_start": 0}]} for id, one in qas.items()
            ],
        }
        for context, qas in paragraphs
    ]
    return {"version": "1", "data": [{"title": title, "paragraphs": found}]}


STORY = "The river rose in the night. By dawn the bridge at Garissa was gone. Nobody was hurt."
HADITHI = "Mto ulifurika usiku. Kufikia alfajiri daraja la Garissa lilikuwa limeondoka. Hakuna aliyeumia."
TMX = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en"><seg>A <bpt i="1">&lt;b&gt;</bpt>house<ept i="1"/> &amp; home</seg></tuv>
<tuv xml:lang="sw"><seg>Nyumba</seg></tuv></tu>
<tu><tuv lang="en-GB"><seg>Water</seg></tuv><tuv lang="swh_Latn"><seg>Maji</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Alone</seg></tuv></tu>
</body></tmx>
"""


def _tevatron(query: str) -> dict[str, Any]:
    passages = [{"docid": f"{query}#{n}", "title": "T", "text": f"text {n} of {query}"} for n in range(3)]
    return {
        "query_id": query,
        "query": f"query {query}",
        "positive_passages": passages[:1],
        "negative_passages": passages[1:],
    }


def _mmarco(data: Path) -> None:
    folder = data / "mmarco/data"
    for name, word in (("english", "passage"), ("german", "Absatz")):
        lines = [f"{number}\t{word} {number}" for number in range(4)]
        write_lines(folder / f"google/collections/{name}_collection.tsv", *(lines if word == "passage" else lines[:3]))
        write_lines(folder / f"google/queries/train/{name}_queries.train.tsv", f"7\t{word} seven?", f"5\t{word} five?")
    write_lines(folder / "triples.train.ids.small.tsv", "7\t0\t1", "5\t3\t2", "7\t2\t9", "5\t8\t1", "6\t1\t1")


def _masakhanews(data: Path) -> None:
    quoted = 'sport\t"He said ""go"""\t"' + STORY.replace(" By", "\nBy") + '"\thttp://a'
    write_lines(
        data / "masakhane-news/data/eng/train.tsv",
        "category\theadline\ttext\turl",
        quoted,
        "sport\tNo text\t\thttp://b",
    )


def _crosssum(data: Path) -> None:
    def row(source: str, target: str, text: str, summary: str) -> dict[str, str]:
        return {"source_url": source, "target_url": target, "text": text, "summary": summary}

    there = [row("u/en", "u/sw", STORY, "Daraja limeondoka."), row("v/en", "v/sw", "Rain.", "Mvua.")]
    back = [row("u/sw", "u/en", HADITHI, "A bridge is gone.")]
    for pair, rows in (("english-swahili", there), ("swahili-english", back)):
        write_archive(data / f"crosssum/data/{pair}_CrossSum.tar.bz2", {f"{pair}_train.jsonl": rows})


def _ntrex(data: Path) -> None:
    write_lines(data / "ntrex/DOCUMENT_IDS.tsv", "a", "a", "a", "b", "b")
    for code, letter in (("src.eng", "e"), ("ref.swa", "s")):
        write_lines(data / f"ntrex/NTREX-128/newstest2019-{code}.txt", *(f"{letter} line {n}." for n in range(5)))


def _flores(data: Path) -> None:
    folder = data / "flores/flores200_dataset"
    write_lines(folder / "metadata_dev.tsv", "URL\tdomain", "http://x\tnews", "http://x\tnews")
    for code in ("eng_Latn", "swh_Latn"):
        write_lines(folder / f"dev/{code}.dev", f"{code} one", f"{code} two")


def _flores_v1(data: Path) -> None:
    for code in ("en", "ne", "doc_id"):
        write_lines(data / f"floresv1/wikipedia.dev.ne-en.{code}", f"{code} one", f"{code} two")


def _sib200(data: Path) -> None:
    for code in ("eng_Latn", "swh_Latn"):
        rows = ["index_id\tcategory\ttext", f"12\ttravel\t{code} twelve", f"7\ttravel\t{code} seven"]
        write_lines(data / f"sib-200/data/annotated/{code}/train.tsv", *rows[: 3 if code == "eng_Latn" else 2])


def _documents(data: Path) -> None:
    for code, text in (("en", STORY), ("sw", HADITHI)):
        write_lines(data / f"archive/{code}/1.txt", f"{code} headline", text)
    write_lines(data / "archive/en/2.txt", "Only in English", STORY.upper())


def _beir(data: Path) -> None:
    write_rows(
        data / "mine/corpus.jsonl",
        {"_id": "d1", "title": "T", "text": STORY},
        {"_id": "d2", "text": HADITHI, "language": "sw"},
    )
    write_rows(data / "mine/queries.jsonl", {"_id": "q1", "text": "Bridge?"})
    write_lines(
        data / "mine/qrels/train.tsv", "query-id\tcorpus-id\tscore", "q1\td1\t1", "q1\td2\t2", "q1\td1\t0", "q9\td1\t1"
    )


def _mfaq(data: Path) -> None:
    pairs = [{"question": "Open?", "answer": "From nine."}, {"question": "Where?", "answer": ""}]
    write_rows(
        data / "mfaq/data/en/train.jsonl",
        {"id": 1, "domain": "a.org", "num_pairs": 2, "qa_pairs": pairs},
        {"domain": "b.org"},
    )


def _mlqa(data: Path) -> None:
    for code in ("en", "de"):
        write_json(data / f"mlqa/MLQA_V1/dev/dev-context-{code}-question-{code}.json", squad((code, {"1": f"{code}?"})))


def _mr_tydi(data: Path) -> None:
    write_rows(
        data / "mr-tydi/mrtydi-v1.1-swahili/train.jsonl.gz",
        _tevatron("1"),
        _tevatron("2"),
        {"query_id": "3", "query": "?"},
    )


MINE = {"name": "mine", "licence": "mine"}
EN_SW = {"languages": ["en", "sw"]}
JSONL_ROWS = (
    {
        "id": "1",
        "queries": {"en": "q"},
        "passages": {"en": "p", "sw": "P"},
        "negatives": [{"sw": "N"}],
        "further": ["d"],
    },
    {"id": 2, "group": "g", "queries": {"sw": "Q"}, "passages": {"sw": "P"}},
    {"id": "1", "queries": {"en": "again"}, "passages": {"en": "p"}},
)
NO_ANSWER = {"id": "1", "title": "Z", "text": "nothing", "has_answer": False}
ANSWER = {"id": "2", "title": "X", "text": "in Y", "has_answer": True}
ENTITY_ROWS = [
    {"question": "Where was X born?", "answers": ["Y"], "ctxs": [NO_ANSWER, ANSWER]},
    {"question": "And Z?", "answers": ["Q"], "ctxs": []},
]

FORMS: dict[str, Form] = {
    "documents": Form(MINE | {"texts": {"en": "archive/en", "sw": "archive/sw"}}, _documents, items=5),
    "bitext": Form(
        MINE | {"files": {"en": ["a.en"], "sw": ["a.sw.gz"]}},
        lambda data: [
            write_lines(data / "a.en", "One", "", "Three"),
            write_lines(data / "a.sw.gz", "Moja", "Mbili", "Tatu"),
        ],
        items=2,
        left_out=1,
    ),
    "lines": Form(
        {"name": "mine", "files": {"en": ["a.en"], "sw": ["a.sw"]}},
        lambda data: [write_lines(data / "a.en", "One", "Two"), write_lines(data / "a.sw", "Moja", "Mbili")],
        items=2,
    ),
    "tsv": Form(
        MINE | {"files": ["t.tsv"], "queries": {"en": "q"}, "passages": {"en": "p", "sw": "u"}, "group": "doc"},
        lambda data: write_lines(data / "t.tsv", "q\tp\tu\tdoc", '"Hi\tthere\thabari\td1', "two\tcolumns", "Q\t\t\td2"),
        items=1,
        left_out=2,
    ),
    "tmx": Form(MINE | EN_SW | {"files": ["m.tmx"]}, lambda data: (data / "m.tmx").write_text(TMX, "utf-8"), 2, 1),
    "squad": Form(
        MINE | {"files": {"en": ["en.json"], "sw": ["sw.json"]}},
        lambda data: [
            write_json(data / "en.json", squad((STORY, {"1": "Who?", "2": "When?"}))),
            write_json(data / "sw.json", squad((HADITHI, {"1": "Nani?"}))),
        ],
        items=2,
    ),
    "jsonl": Form(MINE | EN_SW | {"files": ["r.jsonl"]}, lambda data: write_rows(data / "r.jsonl", *JSONL_ROWS), 2, 1),
    "beir": Form(MINE | {"folder": "mine", "language": "en"}, _beir, items=2, left_out=2),
    "masakhanews": Form({"languages": ["en"]}, _masakhanews, items=1, left_out=1),
    "xl-sum": Form(
        {"languages": ["sw"], "pairs": ["headline", "summary"]},
        lambda data: write_archive(
            data / "xl-sum/data/swahili_XLSum_v2.0.tar.bz2",
            {"swahili_train.jsonl": [{"id": "1", "url": "u", "title": "Mto", "summary": "Mafuriko.", "text": HADITHI}]},
        ),
        items=2,
    ),
    "crosssum": Form(EN_SW, _crosssum, items=2),
    "ntrex": Form(EN_SW, _ntrex, items=3),
    "newsqa": Form(
        {},
        lambda data: write_parquet(
            data / "newsqa/data/train-00000-of-00001-ec54.parquet",
            [
                {"context": STORY, "question": "What was gone?", "answers": ["the bridge"], "key": "1"},
                {"context": STORY, "question": "Why?", "answers": ["war"], "key": "2"},
            ],
        ),
        items=1,
        left_out=1,
    ),
    "mmarco": Form({"languages": ["en", "de"]}, _mmarco, items=3, left_out=2),
    "mr-tydi": Form({"languages": ["sw"], "negatives": 2}, _mr_tydi, items=2, left_out=1),
    "mfaq": Form({}, _mfaq, items=1, left_out=2),
    "tydiqa": Form(
        {"languages": ["sw", "en"]},
        lambda data: write_json(
            data / "tydiqa/tydiqa-goldp-v1.1-train.json",
            squad(("c", {"swahili-1-0": "Nini?", "thai-2-0": "?", "english-3-1": "?"})),
        ),
        items=2,
        left_out=1,
    ),
    "afriqa": Form(
        {},
        lambda data: write_rows(
            data / "afriqa/data/gold_passages/swa/gold_span_passages.afriqa.swa.en.train.json",
            {"id": "1", "question_lang": "Nani?", "question_translated": "Who?", "title": "T", "context": "C"},
            {"id": "2", "question_lang": "Wapi?", "title": "T", "context": None},
        ),
        items=1,
        left_out=1,
    ),
    "xquad": Form(
        {"languages": ["en", "el"]},
        lambda data: [
            write_json(data / f"xquad/xquad.{code}.json", squad((code, {"1": f"{code}?"}))) for code in ("en", "el")
        ],
        items=1,
    ),
    "mlqa": Form({"languages": ["en", "de"]}, _mlqa, items=1),
    "natural-questions": Form(
        {},
        lambda data: write_parquet(
            data / "natural-questions/pair/train-00000-of-00001.parquet",
            [{"query": "who", "answer": "T A man."}, {"query": None, "answer": "x"}],
        ),
        items=1,
        left_out=1,
    ),
    "entity-questions": Form(
        {"negatives": 1}, lambda data: write_json(data / "entity-questions/retrieved/P19.json", ENTITY_ROWS), 1, 1
    ),
    "wikiqa": Form(
        {"negatives": 1},
        lambda data: write_parquet(
            data / "wikiqa/data/train-00000-of-00001.parquet",
            [
                {"question_id": "Q1", "question": "how", "document_title": "D", "answer": f"s {n}", "label": n % 2}
                for n in range(3)
            ],
        ),
        items=1,
        left_out=2,
    ),
    "yahoo-answers": Form(
        {},
        lambda data: write_parquet(
            data / "yahoo-answers/title-answer-pair/train-00000-of-00002.parquet", [{"title": "why", "answer": "so"}]
        ),
        items=1,
    ),
    "duorc": Form(
        {"tokens": 6},
        lambda data: write_parquet(
            data / "duorc/SelfRC/train-00000-of-00001.parquet",
            [{"plot": STORY, "title": "T", "question": "Who was hurt?", "answers": ["nobody"], "no_answer": False}],
        ),
        items=1,
    ),
    "squadshifts": Form(
        {"domains": ["nyt"]}, lambda data: write_json(data / "squadshifts/nyt_v1.0.json", squad(("c", {"1": "q"}))), 1
    ),
    "flores": Form(EN_SW, _flores, items=2),
    "flores-v1": Form({"splits": ["dev"]}, _flores_v1, items=2),
    "sib-200": Form(EN_SW, _sib200, items=2),
}
