"""Claims about which collections and sources hold the same texts."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import COLLECTIONS
from polybatch.data.contamination import find_contamination
from polybatch.data.newswire import newswire_collection, newswire_corpus
from polybatch.data.separation import collection_of, shared, source_of


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ntrex-news-held-out", "ntrex-news"),
        ("ntrex-sentences", "ntrex-news"),
        ("hub:belebele-14", "belebele-3"),
        ("xl-sum-titles", "xl-sum"),
        ("crosssum", "xl-sum"),
        ("xquad-r+paragraph", "xquad-r"),
        ("sib-200", "belebele-3"),
    ],
)
def test_collections_of_one_data_set_share_texts_under_any_name(name: str, other: str) -> None:
    assert shared([collection_of(name)], [other]) == [other]
    assert shared([collection_of(other)], [name]) == [name]


@pytest.mark.parametrize(
    ("name", "other"),
    [("masakhane-news-dev", "masakhane-news"), ("ciral-dev", "ciral-test-a"), ("nagarik-news", "ntrex-news")],
)
def test_parts_of_a_data_set_and_other_data_sets_share_none(name: str, other: str) -> None:
    assert shared([collection_of(name)], [other]) == []


def test_every_collection_shares_texts_with_itself() -> None:
    for name in COLLECTIONS:
        assert shared([collection_of(name)], [name]) == [name]


def test_a_folder_is_the_same_by_whatever_path(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert shared([collection_of(str(tmp_path / "mine"))], [str(tmp_path / "mine" / ".." / "mine")])


@pytest.mark.parametrize(
    ("table", "tested", "same"),
    [
        ({"source": "xquad"}, "xquad-r", True),
        ({"source": "mlqa"}, "mlqa-r", True),
        ({"source": "ntrex"}, "ntrex-news", True),
        ({"source": "masakhanews"}, "masakhane-news", False),
        ({"source": "masakhanews", "split": "test"}, "masakhane-news", True),
        ({"source": "newswire"}, "newswire", False),
        ({"source": "xl-sum"}, "xl-sum", False),
    ],
)
def test_a_source_is_told_by_its_data_set_and_split_not_by_its_name(
    table: dict[str, str], tested: str, same: bool
) -> None:
    made = source_of(table)
    assert made is not None
    assert bool(shared([made], [tested])) is same


def test_somebodys_own_files_are_of_no_data_set_that_is_known() -> None:
    assert source_of({"source": "jsonl", "files": ["a.jsonl"]}) is None


def test_no_training_text_of_the_newswire_stands_in_its_test_exactly_or_nearly() -> None:
    assert not find_contamination(newswire_corpus().items, [newswire_collection()]).matches
