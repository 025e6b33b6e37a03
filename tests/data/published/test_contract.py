"""Claims that hold for every published data set, and for all that is made of it."""

import inspect
from collections import Counter
from pathlib import Path

import pytest

from polybatch.data import published
from polybatch.data.collections import table as collections
from polybatch.data.published.data_set import Published
from polybatch.data.published.table import (
    COLLECTIONS,
    FETCHED,
    LAYOUTS,
    PUBLISHED,
    SOURCES,
    TO_EVALUATE_ON,
    TO_TRAIN_ON,
)
from polybatch.data.sources import table as sources
from tests.data.published.forms import FORMS, WRITERS

DATA_SETS = [data_set for each in PUBLISHED.values() for data_set in each.data_sets]
HELPERS = {"__init__", "data_set", "table"}


def test_every_file_of_the_folder_declares_what_it_publishes_and_offers_something() -> None:
    files = {path.stem for path in Path(published.__path__[0]).glob("*.py")}
    assert files - HELPERS == PUBLISHED.keys()
    assert all(each.data_sets and (each.sources or each.collections) for each in PUBLISHED.values())


def test_every_data_set_has_a_licence_an_upstream_and_a_name_and_a_folder_of_its_own() -> None:
    assert all(data_set.licence and data_set.upstream for data_set in DATA_SETS)
    assert max(Counter(data_set.name for data_set in DATA_SETS).values()) == 1
    assert max(Counter(data_set.folder for data_set in DATA_SETS).values()) == 1
    assert all(data_set.folder and not Path(data_set.folder).is_absolute() for data_set in DATA_SETS)


def test_texts_of_another_data_set_name_one_that_is_there() -> None:
    named = {data_set.name: data_set for data_set in DATA_SETS}
    for data_set in DATA_SETS:
        assert not named[data_set.texts].made_of, data_set.name


def test_no_name_of_a_source_or_a_collection_is_used_twice() -> None:
    own = sources.SOURCES.keys() - SOURCES.keys()
    assert len(SOURCES) == sum(len(each.sources) for each in PUBLISHED.values())
    assert len(COLLECTIONS) == sum(len(each.collections) for each in PUBLISHED.values())
    assert not own & {*COLLECTIONS, *(data_set.name for data_set in DATA_SETS)}
    assert {**SOURCES}.items() <= sources.SOURCES.items()
    assert {**COLLECTIONS}.items() <= collections.COLLECTIONS.items()
    assert max(Counter(layout.about for layout in collections.LAYOUTS).values()) == 1


@pytest.mark.parametrize("each", PUBLISHED.values(), ids=PUBLISHED)
def test_sources_and_collections_are_of_data_sets_of_their_file(each: Published) -> None:
    by_folder = {data_set.folder: data_set for data_set in each.data_sets}
    for source in each.sources:
        data_set = by_folder[str(source.about.folder)]
        facts = (data_set.licence, data_set.upstream, data_set.texts)
        assert (source.about.licence, source.about.upstream, source.about.texts) == facts
        assert source.model_fields["licence"].default == data_set.licence
        assert source.model_fields["source"].default == data_set.name, "messages say `polybatch data fetch NAME`"
    assert all(collection.data_set in each.data_sets for collection in each.collections.values())
    assert bool(each.layout) == bool(each.collections)


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_loader_takes_a_folder_languages_and_a_name(name: str) -> None:
    inspect.signature(COLLECTIONS[name].load).bind(Path(), languages=["en"], name=name)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.about)
def test_every_layout_loads_a_folder_with_languages_and_a_name(layout: published.data_set.FolderLayout) -> None:
    inspect.signature(layout.load).bind(Path(), languages=None, name="mine")


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_is_told_by_one_layout_only(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path)
    folder = tmp_path / str(COLLECTIONS[name].folder)
    (layout,) = [layout for layout in collections.LAYOUTS if layout.holds(folder)]
    (each,) = [each for each in PUBLISHED.values() if name in each.collections]
    assert layout is each.layout


def test_every_data_set_on_the_hub_or_the_web_can_be_fetched_and_from_https() -> None:
    for data_set in DATA_SETS:
        assert FETCHED.get(data_set.name) == (data_set if data_set.hub or data_set.web else None), data_set.name
    on_hub = {name: one.data_set for name, one in COLLECTIONS.items() if one.data_set.hub}
    assert on_hub.items() <= FETCHED.items()
    assert all(file.url.startswith("https://") for data_set in DATA_SETS for file in data_set.web)
    assert all(data_set.name in FETCHED for each in PUBLISHED.values() if each.sources for data_set in each.data_sets)


def test_the_order_of_lists_names_files_that_are_there() -> None:
    assert {name for name, each in PUBLISHED.items() if each.sources} >= set(TO_TRAIN_ON)
    assert {name for name, each in PUBLISHED.items() if each.collections} >= set(TO_EVALUATE_ON)


def test_every_source_and_every_folder_of_collections_has_small_files_of_its_form() -> None:
    assert FORMS.keys() == SOURCES.keys()
    files = {name: each for name, each in PUBLISHED.items() if each.collections}
    assert [name for name, each in files.items() if not WRITERS.keys() & each.collections.keys()] == []
