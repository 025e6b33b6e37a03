"""Small files of each format of one's own, and what claims about sources share. Published sets are in their tests."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from polybatch.data.sources.source import Reading, Source
from polybatch.data.sources.table import SOURCES
from polybatch.records import Item
from tests.data.collections.writing import write_lines, write_rows


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


def written(form: Form, kind: str, folder: Path, **keys: Any) -> tuple[list[Item], Reading]:
    """The items of a form that is first written, with other keys where given."""
    form.write(folder)
    return read(make(kind, **{**form.keys, **keys}), folder)


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
}
