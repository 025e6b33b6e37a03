"""A collection says what its clusters are."""

from polybatch.records import Collection, Query


def made(*queries: Query, notes: dict[str, str] | None = None) -> Collection:
    return Collection("c", {"en": queries}, {}, {}, notes=notes or {})


def test_a_cluster_is_what_the_notes_say_else_a_query_or_a_group_of_them() -> None:
    alone, two = Query("q1", "q1", ""), Query("q2", "q1", "")
    assert made(alone).unit == "query"
    assert made(alone, two).unit == "group"
    assert made(alone, two, notes={"cluster": "article"}).unit == "article"
