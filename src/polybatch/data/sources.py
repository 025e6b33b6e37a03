"""Corpora and collections by name: the tables that recipes, the command line and error messages read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from polybatch.data import lareqa, ntrex
from polybatch.data.newswire import newswire_collection
from polybatch.errors import DataError, Fault, gathered
from polybatch.records import Collection

DATA_VARIABLE = "POLYBATCH_DATA"


@dataclass(frozen=True)
class _Source:
    """A collection with a name. `folder` is its place under the data folder, None where it is built in."""

    about: str
    folder: str | None
    upstream: str
    load: Callable[..., Collection]


COLLECTIONS: dict[str, _Source] = {
    "ntrex-news": _Source("NTREX-128 news: headline to passages", "ntrex", ntrex.UPSTREAM, ntrex.load_ntrex_news),
    "xquad-r": _Source(
        "XQuAD-R: question to sentence, 11 languages", "lareqa/xquad-r", lareqa.UPSTREAM, lareqa.load_lareqa
    ),
    "mlqa-r": _Source(
        "MLQA-R: question to sentence, 7 languages", "lareqa/mlqa-r", lareqa.UPSTREAM, lareqa.load_lareqa
    ),
    "newswire": _Source("built-in synthetic newswire in en, sw, ne", None, "built in", newswire_collection),
}

LAYOUTS: tuple[tuple[Callable[[Path], bool], Callable[..., Collection]], ...] = (
    (ntrex.holds_ntrex, ntrex.load_ntrex_news),
    (lareqa.holds_lareqa, lareqa.load_lareqa),
)
"""How a folder in an upstream layout is told, and read."""


def load_collection(on: str, *, data: Path | None, languages: Sequence[str] | None = None) -> Collection:
    """A collection by its name in COLLECTIONS, or from a folder in an upstream layout.

    `data` is the folder that holds the collections as they are laid out upstream; a built-in one needs none. Only
    `languages` are loaded where given. Raises DataError with every fault.
    """
    if on in COLLECTIONS:
        source = COLLECTIONS[on]
        if source.folder is None:
            return source.load(**({"languages": languages} if languages else {}))
        if data is None:
            raise DataError([missing_data({source.folder: source.upstream}, where=f"collection {on}")])
        return source.load(data / source.folder, languages=languages, name=on)
    folder = Path(on)
    if not folder.is_dir():
        works = f"a folder in an upstream layout, or one of {', '.join(COLLECTIONS)}"
        raise DataError([Fault(on, "no such collection and no such folder", works)])
    for holds, load in LAYOUTS:
        if holds(folder):
            return load(folder, languages=languages, name=folder.resolve().name)
    works = "NTREX-128 (DOCUMENT_IDS.tsv, NTREX-128/) and LAReQA (<language>.json with sentence_breaks)"
    raise DataError([Fault(on, "not a collection in a layout that is known", works)])


def load_collections(
    names: Sequence[str], *, data: Path | None, languages: Sequence[str] | None = None
) -> tuple[Collection, ...]:
    """Several collections, as `load_collection` loads each; raises DataError with the faults of all."""
    faults: list[Fault] = []
    found: list[Collection] = []
    for on in names:
        with gathered(faults):
            found.append(load_collection(on, data=data, languages=languages))
    if faults:
        raise DataError(faults)
    return tuple(found)


def missing_data(upstreams: Mapping[str, str], *, where: str) -> Fault:
    """The one line that says which folders are needed, and where each comes from."""
    wanted = ", ".join(f"{folder} (from {upstream})" for folder, upstream in upstreams.items())
    return Fault(where, "no data folder given", f"--data DIR or {DATA_VARIABLE}=DIR names one that holds {wanted}")
