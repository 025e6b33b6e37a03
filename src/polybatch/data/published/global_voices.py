"""Global Voices news of MAFAND-MT, its development split, as a collection: find the rest of the block a line begins."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from polybatch.data.collections.running import LINES_PER_PASSAGE, running_collection, runs_of
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published, github
from polybatch.data.text import check_aligned, choose_files, read_lines
from polybatch.errors import DataError, Fault
from polybatch.languages import language_code
from polybatch.records import Collection

PASSAGES_PER_BLOCK = 3

MAFAND_MT = DataSet(
    "lafand-mt",
    folder="lafand-mt",
    licence="CC BY-NC 4.0",
    upstream="github.com/masakhane-io/lafand-mt",
    web=github("masakhane-io/lafand-mt", "data/text_files/*"),
)


def load_global_voices(
    folder: Path, *, languages: Sequence[str] | None = None, name: str = "global-voices-dev"
) -> Collection:
    """Global Voices dev, from a folder with `data/text_files/en-swa/dev.en` and `dev.swa`, aligned line by line.

    The lines stand in the order of their articles, but no mark says where one ends, so they are cut into blocks of ten
    lines: the first is the query, the other nine are three passages of three lines. All passages of the block are
    relevant, in every language, and the block is the cluster; lines after the last whole block are left out, and the
    notes count them. A block may straddle two articles, which lowers every score alike: use it to choose settings by,
    not to report. English and Swahili are there; of `languages` only these two are read.

    Raises DataError with every fault: a missing file, misaligned or empty lines, fewer lines than a block.
    """
    faults: list[Fault] = []
    found = _files(folder)
    if not found:
        works = f"a folder with data/text_files/en-swa/dev.en and dev.swa, from {MAFAND_MT.upstream}"
        raise DataError([Fault(str(folder), "no MAFAND-MT here", works)])
    wanted = None if languages is None else [code for code in languages if code in found] or list(languages)
    files = choose_files(found, wanted, faults, where=folder, missing="no dev file in {!r}")
    texts = {code: read_lines(path, faults) for code, path in files.items()}
    check_aligned({files[code]: lines for code, lines in texts.items()}, faults)
    if faults:
        raise DataError(faults)
    return _collection(name, texts, folder)


def holds_global_voices(folder: Path) -> bool:
    """Whether a folder looks like MAFAND-MT's upstream layout."""
    return bool(_files(folder))


def _files(folder: Path) -> dict[str, Path]:
    paths = sorted((folder / "data/text_files/en-swa").glob("dev.*"))
    return {code: path for path in paths if (code := language_code(path.suffix.removeprefix(".")))}


def _collection(name: str, texts: Mapping[str, Sequence[str]], folder: Path) -> Collection:
    block = 1 + PASSAGES_PER_BLOCK * LINES_PER_PASSAGE
    count = len(next(iter(texts.values())))
    starts = range(0, count - block + 1, block)
    if not starts:
        raise DataError([Fault(str(folder), f"{count} lines", f"{block} or more: one block")])
    return running_collection(
        name,
        texts,
        {str(start): [start] for start in starts},
        {str(start): runs_of(range(start + 1, start + block)) for start in starts},
        licence=MAFAND_MT.licence,
        notes={
            "cluster": "block",
            "query": f"first line of a block of {block}",
            "candidate": f"{LINES_PER_PASSAGE} lines of a block",
            "left out: lines after the last whole block": str(count - len(starts) * block),
        },
    )


PUBLISHED = Published(
    data_sets=(MAFAND_MT,),
    collections={
        "global-voices-dev": NamedCollection(
            "Global Voices dev: line to the rest of its block of ten, en sw, to choose settings by",
            MAFAND_MT,
            load_global_voices,
        )
    },
    layout=FolderLayout("MAFAND-MT (data/text_files/en-swa/dev.swa)", holds_global_voices, load_global_voices),
)
