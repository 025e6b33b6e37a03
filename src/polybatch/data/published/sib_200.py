"""SIB-200: sentences of FLORES in 205 languages, each to find its translation. Its topics are not used."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from polybatch.data.collections.sentences import sentence_collection
from polybatch.data.formats import tables
from polybatch.data.hub import Repository
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.data.sources.files import table_rows
from polybatch.data.sources.sentences import Sentence, sentence_items
from polybatch.data.sources.source import LICENSED, NAMED, About, Licence, Reading, Source
from polybatch.data.text import choose_files, usual_files
from polybatch.errors import DataError, Fault
from polybatch.records import Collection, Item

SPLITS = ("train", "dev", "test")

SIB_200 = DataSet(
    "sib-200",
    folder="sib-200",
    licence="CC BY-SA 4.0 (sentences)",
    upstream="github.com/dadelani/sib-200 (on the hub Davlan/sib200)",
    hub=(Repository("Davlan/sib200", ("data/*.tsv",)),),
    made_of="flores",
)


class SIB200Source(Source):
    """`source = "sib-200"`: `data/annotated/swh_Latn/train.tsv`, or `data/swh_Latn/`, with index_id and text."""

    about: ClassVar[About] = SIB_200.about(
        "sentences of Wikipedia, parallel: a sentence to its translation; sib-200 tests on all of its splits",
        size="701 sentences (train), 99 (dev), 204 (test), 205 languages",
    )
    source: Literal["sib-200"] = "sib-200"
    name: str = Field("sib-200", description=NAMED)
    licence: Licence = Field(SIB_200.licence, description=LICENSED)
    languages: Annotated[list[str], Field(min_length=1)] = Field(description="languages to read")
    split: Literal["train", "dev", "test"] = Field("train", description="upstream's split")

    def items(self, data: Path, reading: Reading) -> Iterator[Item]:
        """See `sentence_items`: sentences are joined by index_id; one that a language lacks is an item of the rest."""
        folder = data / SIB_200.folder
        if not self.knows(self.languages, reading):
            return
        paths = folder.glob(f"data/**/{self.split}.tsv")
        found = usual_files(((path.parent.name, path) for path in paths if "_" in path.parent.name), {})
        if not found:
            works = SIB_200.works
            reading.faults.append(Fault(str(folder), f"no {self.split}.tsv of SIB-200", works))
            return
        files = choose_files(found, self.languages, reading.faults, where=folder, missing="no folder in {!r}")
        texts: dict[str, dict[str, str]] = {}
        places: dict[str, str] = {}
        for code, path in files.items():
            for where, row in table_rows(path, reading, fields=("index_id", "text"), quotes=True):
                sentence = texts.setdefault(row["index_id"], {})
                if code in sentence:
                    reading.leave_out(f"an id met before in {code}", where)
                    continue
                reading.read -= 1  # languages are joined, and counted once
                sentence[code] = row["text"]
                places.setdefault(row["index_id"], where)
        rows: list[Sentence] = [(id, places[id], "", sentence) for id, sentence in texts.items()]
        if not reading.faults:
            yield from sentence_items(self.name, rows, reading)


def load_sib200(folder: Path, *, languages: Sequence[str] | None = None, name: str = "sib-200") -> Collection:
    """SIB-200 (arXiv 2309.07445) from a folder with `data/annotated/<FLORES code>/<split>.tsv`, or `data/<code>/`.

    Read: index_id and text of train, dev and test together, 1,004 sentences, parallel by index_id; see
    `sentence_collection` for query and relevance. Some sentences are of one Wikipedia article; the
    files do not say which, so that the sentence is the cluster, and tests on them find a little too much. Of two
    folders in one language the one in its usual script is read; the others are named in the notes.

    Raises DataError with every fault: a sentence that a language lacks or has twice, empty text.
    """
    faults: list[Fault] = []
    notes: dict[str, str] = {"cluster": "sentence"}
    found = usual_files(((path.name, path) for path in _folders(folder)), notes)
    if not found:
        raise DataError(
            [Fault(str(folder), "no SIB-200 here", f"data/annotated/swh_Latn/ and so on, from {SIB_200.upstream}")]
        )
    texts: dict[str, dict[str, str]] = {}
    for code, path in choose_files(found, languages, faults, where=folder, missing="no folder in {!r}").items():
        texts[code] = _read(path, faults)
    every = {one: code for code, known in texts.items() for one in known}
    for code, known in texts.items():
        faults += [
            Fault(str(found[code]), f"no sentence {one}", f"{every[one]!r} has it; the languages are parallel")
            for one in every
            if one not in known
        ]
    if faults:
        raise DataError(faults)
    ids = sorted(every, key=lambda one: (len(one), one))
    parallel = {code: [known[one] for one in ids] for code, known in texts.items()}
    return sentence_collection(name, parallel, ids, ids, licence=SIB_200.licence, notes=notes)


def holds_sib200(folder: Path) -> bool:
    """Whether a folder looks like SIB-200's upstream layout, or the hub's."""
    return bool(_folders(folder))


def _folders(folder: Path) -> list[Path]:
    return sorted({path.parent for path in folder.glob("data/**/test.tsv") if "_" in path.parent.name})


def _read(folder: Path, faults: list[Fault]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for split in SPLITS:
        for where, row in tables.table_rows(folder / f"{split}.tsv", faults, fields=("index_id", "text")):
            if row["index_id"] in texts:
                faults.append(Fault(where, f"sentence {row['index_id']} occurs twice", "once over the splits"))
            elif not row["text"].strip():
                faults.append(Fault(where, f"sentence {row['index_id']} has no text"))
            texts.setdefault(row["index_id"], row["text"].strip())
    return texts


PUBLISHED = Published(
    data_sets=(SIB_200,),
    sources=(SIB200Source,),
    collections={"sib-200": NamedCollection("SIB-200: sentence to translation", SIB_200, load_sib200)},
    layout=FolderLayout("SIB-200 (data/annotated/)", holds_sib200, load_sib200),
)
