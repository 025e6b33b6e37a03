"""SIB-200: FLORES sentences in 205 languages, as a task of finding the translation. Its topics are not used."""

from collections.abc import Sequence
from pathlib import Path

from polybatch.data.collections.sentences import sentence_collection
from polybatch.data.collections.upstreams import SIB200
from polybatch.data.formats.tables import table_rows
from polybatch.data.text import choose_files, usual_files
from polybatch.errors import DataError, Fault
from polybatch.records import Collection

SPLITS = ("train", "dev", "test")


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
            [Fault(str(folder), "no SIB-200 here", f"data/annotated/swh_Latn/ and so on, from {SIB200.place}")]
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
    return sentence_collection(name, parallel, ids, ids, licence=SIB200.licence, notes=notes)


def holds_sib200(folder: Path) -> bool:
    """Whether a folder looks like SIB-200's upstream layout, or the hub's."""
    return bool(_folders(folder))


def _folders(folder: Path) -> list[Path]:
    return sorted({path.parent for path in folder.glob("data/**/test.tsv") if "_" in path.parent.name})


def _read(folder: Path, faults: list[Fault]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for split in SPLITS:
        for where, row in table_rows(folder / f"{split}.tsv", faults, fields=("index_id", "text")):
            if row["index_id"] in texts:
                faults.append(Fault(where, f"sentence {row['index_id']} occurs twice", "once over the splits"))
            elif not row["text"].strip():
                faults.append(Fault(where, f"sentence {row['index_id']} has no text"))
            texts.setdefault(row["index_id"], row["text"].strip())
    return texts
