"""All published data sets, from every file of this folder that declares one. Not here: formats of one's own files."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules

from polybatch.data import published
from polybatch.data.published.data_set import DataSet, FolderLayout, NamedCollection, Published
from polybatch.data.sources.source import Source

TO_TRAIN_ON = (
    *("masakhanews", "xl_sum", "crosssum", "ntrex", "newsqa"),  # news
    *("mmarco", "mr_tydi", "mfaq", "tydiqa", "afriqa", "xquad", "mlqa"),  # questions in several languages
    *("natural_questions", "entity_questions", "wikiqa", "yahoo_answers", "duorc", "squadshifts"),  # in English
    *("flores", "sib_200"),  # parallel sentences
)
TO_EVALUATE_ON = (
    *("ntrex", "lareqa", "sib_200", "belebele", "miracl", "ciral", "africlirmatrix", "afriqa", "crosssum", "xl_sum"),
    *("masakhanews", "global_voices", "nagarik", "neuclir"),
)
"""The files in the order that lists have, and in which a folder's layout is told; others follow, by name."""


def _declared() -> dict[str, Published]:
    """What each file declares, by the file's name; files without a declaration are helpers."""
    names = [module.name for module in iter_modules(published.__path__)]
    modules = {name: import_module(f"{published.__name__}.{name}") for name in names if name != "table"}
    return {name: module.PUBLISHED for name, module in modules.items() if hasattr(module, "PUBLISHED")}


def _ordered(first: Sequence[str]) -> list[Published]:
    places = {name: place for place, name in reversed(list(enumerate(first)))}
    return [PUBLISHED[name] for name in sorted(PUBLISHED, key=lambda name: (places.get(name, len(first)), name))]


def _fetched() -> Iterator[tuple[str, DataSet]]:
    for each in _ordered((*TO_TRAIN_ON, *TO_EVALUATE_ON)):
        yield from ((data_set.name, data_set) for data_set in each.data_sets if data_set.hub or data_set.web)
        yield from ((name, one.data_set) for name, one in each.collections.items() if one.data_set.hub)


PUBLISHED: Mapping[str, Published] = _declared()
SOURCES: Mapping[str, type[Source]] = {
    source.model_fields["source"].default: source for each in _ordered(TO_TRAIN_ON) for source in each.sources
}
COLLECTIONS: Mapping[str, NamedCollection] = {
    name: collection for each in _ordered(TO_EVALUATE_ON) for name, collection in each.collections.items()
}
LAYOUTS: tuple[FolderLayout, ...] = tuple(each.layout for each in _ordered(TO_EVALUATE_ON) if each.layout)
FETCHED: Mapping[str, DataSet] = dict(_fetched())
"""What `polybatch data fetch` can download: data sets by name, and by the names of their collections on the hub."""
