"""Claims about the table of collections and the layouts that folders are told by."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import COLLECTIONS, LAYOUTS, load_collection, load_collections
from polybatch.errors import DataError


def test_every_collection_says_what_it_is_where_it_comes_from_and_its_licence() -> None:
    for name, source in COLLECTIONS.items():
        assert source.about, name
        assert source.upstream, name
        assert source.licence, name


def test_the_page_on_collections_has_a_row_for_each() -> None:
    page = (Path(__file__).parents[3] / "docs/collections.md").read_text(encoding="utf-8")
    for name, source in COLLECTIONS.items():
        (row,) = [line for line in page.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
        assert source.folder is None or f"`{source.folder}`" in row, name


@pytest.mark.parametrize("name", [name for name, source in COLLECTIONS.items() if source.folder])
def test_a_missing_folder_says_where_it_comes_from(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as caught:
        load_collection(name, data=tmp_path)
    (fault,) = caught.value.faults
    assert fault.where == str(tmp_path / str(COLLECTIONS[name].folder))
    assert COLLECTIONS[name].upstream in fault.works


def test_a_folder_in_no_known_layout_lists_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_collection(str(tmp_path), data=None)
    (fault,) = caught.value.faults
    assert fault.works == "; ".join(layout.about for layout in LAYOUTS)


def test_an_unknown_name_lists_those_that_are_known_and_faults_are_gathered() -> None:
    with pytest.raises(DataError) as caught:
        load_collections(["no-such", "miracl"], data=None)
    unknown, missing = caught.value.faults
    assert unknown.where == "no-such"
    assert all(name in unknown.works for name in COLLECTIONS)
    assert missing.where == "collection miracl"


@pytest.mark.parametrize("name", ["ntrex", "lareqa/xquad-r", "lareqa/mlqa-r", "sib-200", "masakhane-news"])
def test_a_real_folder_is_told_by_its_looks_and_by_one_layout_only(real_data: Path, name: str) -> None:
    assert len([layout for layout in LAYOUTS if layout.holds(real_data / name)]) == 1
    assert load_collection(str(real_data / name), data=None, languages=["en"]).languages == ("en",)
