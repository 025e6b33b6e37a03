"""All published data sets: every file of this folder that declares one. Formats of somebody's own files are not here."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from polybatch.data import published
from polybatch.data.published.data_set import DataSet, Layout, NamedCollection, Published
from polybatch.data.sources.source import Source


def _declared() -> dict[str, Published]:
    """What each file declares, by the file's name; files without a declaration are helpers."""
    names = [module.name for module in iter_modules(published.__path__)]
    modules = {name: import_module(f"{published.__name__}.{name}") for name in names if name != "table"}
    declared = {name: module.PUBLISHED for name, module in modules.items() if hasattr(module, "PUBLISHED")}
    return dict(sorted(declared.items(), key=lambda named: (named[1].rank, named[0])))


PUBLISHED: Mapping[str, Published] = _declared()
SOURCES: Mapping[str, type[Source]] = {
    source.model_fields["source"].default: source for each in PUBLISHED.values() for source in each.sources
}
COLLECTIONS: Mapping[str, NamedCollection] = {
    name: collection for each in PUBLISHED.values() for name, collection in each.collections.items()
}
LAYOUTS: tuple[Layout, ...] = tuple(each.layout for each in PUBLISHED.values() if each.layout)
FETCHED: Mapping[str, DataSet] = {
    data_set.name: data_set
    for each in PUBLISHED.values()
    for data_set in each.data_sets
    if data_set.hub or data_set.web
}
"""Data sets that `polybatch data fetch` can download, by name."""
