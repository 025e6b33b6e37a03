"""Collections by name, and folders by their layout: the tables that recipes, the command line and messages read.

`COLLECTIONS` and `LAYOUTS` are made when they are first asked for, because that imports every loader.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polybatch.data.hub import Download, fetch
from polybatch.errors import DataError, Fault, did_you_mean, gathered
from polybatch.records import Collection

if TYPE_CHECKING:
    from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection

    COLLECTIONS: Mapping[str, NamedCollection]
    LAYOUTS: tuple[FolderLayout, ...]

DATA_VARIABLE = "POLYBATCH_DATA"
HUB = "hub:"


@cache
def _tables() -> "tuple[Mapping[str, NamedCollection], tuple[FolderLayout, ...]]":
    from polybatch.data.collections.beir import holds_beir, load_beir
    from polybatch.data.collections.trec import holds_trec, load_trec
    from polybatch.data.newswire import newswire_collection
    from polybatch.data.published import table as published
    from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection

    newswire = DataSet("newswire", folder="", licence="Apache-2.0", upstream="built in")
    collections = {
        **published.COLLECTIONS,
        "newswire": NamedCollection(
            "built-in synthetic newswire in en, sw, ne", newswire, newswire_collection, split="test"
        ),
    }
    layouts = (
        FolderLayout("BEIR's form (corpus.jsonl, queries.jsonl, qrels/test.tsv)", holds_beir, load_beir),
        FolderLayout("TREC's form (topics.<language>.tsv, qrels.txt, corpus.jsonl)", holds_trec, load_trec),
        *published.LAYOUTS,
    )
    return collections, layouts


def __getattr__(name: str) -> Any:
    places = {"COLLECTIONS": 0, "LAYOUTS": 1}
    if name not in places:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _tables()[places[name]]


def load_collection(
    on: str, *, data: Path | None, languages: Sequence[str] | None = None, download: Download | None = None
) -> Collection:
    """A collection by its name in COLLECTIONS, `hub:` and such a name, or a folder in a layout that is known.

    `data` is the folder that holds the collections as they are laid out upstream; a built-in one needs none. Only
    `languages` are loaded where given. With `hub:` the files are first fetched into that folder, for those languages;
    nothing else ever uses the network, and later runs need no `hub:`. `download` stands for the hub's own function.

    Raises DataError with every fault.
    """
    name = on.removeprefix(HUB)
    collections, layouts = _tables()
    if known := collections.get(name):
        if known.folder is None:
            return known.load(**({"languages": languages} if languages else {}))
        if data is None:
            raise DataError([missing_data({known.folder: known.upstream}, where=f"collection {name}")])
        if name != on:
            _fetch(name, known.data_set, data / known.folder, languages, download)
        return known.load(data / known.folder, languages=languages, name=name)
    folder = Path(on)
    if not folder.is_dir():
        works = f"a folder in a layout that is known, or one of {', '.join(collections)}"
        works = did_you_mean(on, collections) + works
        raise DataError([Fault(on, "no such collection and no such folder", works)])
    for layout in layouts:
        if layout.holds(folder):
            return layout.load(folder, languages=languages, name=folder.resolve().name)
    works = "; ".join(layout.about for layout in layouts)
    raise DataError([Fault(on, "not a collection in a layout that is known", works)])


def _fetch(
    name: str, data_set: "DataSet", folder: Path, languages: Sequence[str] | None, download: Download | None
) -> None:
    if not data_set.hub:
        raise DataError([Fault(HUB + name, "not on the hub", f"from {data_set.upstream}, into {folder}")])
    if data_set.by_language and languages is None:
        raise DataError([Fault(HUB + name, "no languages named: all would be fetched", "name some, such as en,sw")])
    fetch(data_set.hub, folder, languages=languages, download=download)


def load_collections(
    names: Sequence[str],
    *,
    data: Path | None,
    languages: Sequence[str] | None = None,
    languages_of: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Collection, ...]:
    """Several collections, as `load_collection` loads each; raises DataError with the faults of all.

    `languages_of` has the languages of those for which `languages` do not hold.
    """
    faults: list[Fault] = []
    found: list[Collection] = []
    for on in names:
        with gathered(faults):
            found.append(load_collection(on, data=data, languages=(languages_of or {}).get(on, languages)))
    if faults:
        raise DataError(faults)
    return tuple(found)


def missing_data(upstreams: Mapping[str, str], *, where: str) -> Fault:
    """The one line that says which folders are needed, and where each comes from."""
    wanted = ", ".join(f"{folder} (from {upstream})" for folder, upstream in upstreams.items())
    return Fault(where, "no data folder given", f"--data DIR or {DATA_VARIABLE}=DIR names one that holds {wanted}")
