"""Claims about several out folders side by side."""

from pathlib import Path

from polybatch.results.labels import Judgement, folder_labels, names_apart, repeated


def test_labels_are_as_short_as_tells_the_folders_apart() -> None:
    assert folder_labels([Path("runs/a"), Path("runs/b")]) == ["a", "b"]
    assert folder_labels([Path("one/news"), Path("two/news")]) == ["one/news", "two/news"]
    assert folder_labels([]) == []


def test_a_folder_named_twice_is_a_fault_by_whatever_path() -> None:
    assert [str(fault) for fault in repeated([Path("a"), Path("b"), Path("b/../a")])] == [
        f"{Path('a').resolve()}: named 2 times; once works"
    ]


def test_systems_keep_their_names_unless_they_would_mix() -> None:
    shared = [
        Judgement("one", "x-y", 1, "news"),
        Judgement("two", "x-y", 1, "news"),
        Judgement("two", "bm25", None, "news"),
    ]
    assert names_apart(shared) == {
        ("one", "x-y"): "x-y (one)",
        ("two", "x-y"): "x-y (two)",
        ("two", "bm25"): "bm25",
    }
    other_seed = [Judgement("one", "x-y", 1, "news"), Judgement("two", "x-y", 2, "news")]
    other_collection = [Judgement("one", "x-y", 1, "news"), Judgement("two", "x-y", 1, "wiki")]
    for shared_out in (other_seed, other_collection):
        assert set(names_apart(shared_out).values()) == {"x-y"}
