"""Claims about values of clusters: their mean is the macro mean, and what cannot be compared is named, all at once."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.errors import ResultsError
from polybatch.statistics.cells import COLUMNS
from polybatch.statistics.clusters import SAME, by_cluster

from .values import Systems, values_of

TWO: Systems = {("a", None): np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]), ("b", None): np.zeros((3, 2))}


def faults(values: pa.Table, **options: list[str]) -> list[str]:
    with pytest.raises(ResultsError) as caught:
        by_cluster(values, **options)
    return str(caught.value).splitlines()


def changed(values: pa.Table, column: str, change: Callable[[int, object], object]) -> pa.Table:
    place = values.schema.get_field_index(column)
    new = [change(row, value) for row, value in enumerate(values.column(column).to_pylist())]
    return values.set_column(place, values.schema.field(place), pa.array(new, values.schema.field(place).type))


@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(1, 4))
@settings(deadline=None, max_examples=40)
def test_the_mean_over_clusters_is_the_mean_of_the_directions_means(seed: int, clusters: int, languages: int) -> None:
    rng = np.random.default_rng(seed)
    values = values_of({("a", None): rng.random((clusters, languages)), ("b", None): rng.random((clusters, languages))})
    # a query of b is left out where that of a is: directions and clusters of unequal size
    kept = np.tile(rng.random((clusters, languages)) < 0.7, (2, 1, 1))
    kept[:, :2, 0] = True
    values = values.filter(pa.array(kept.ravel()))
    (judged,) = by_cluster(values)
    for system in ("a", "b"):
        means: dict[str, list[float]] = {}
        for row in values.to_pylist():
            if row["system"] == system:
                means.setdefault(row["query_language"], []).append(row["value"])
        macro = np.mean([np.mean(found) for found in means.values()])
        assert judged.systems[system].values.mean() == pytest.approx(macro, abs=1e-12)
    assert judged.queries == kept[0].sum()


def test_where_every_cluster_has_every_direction_its_value_is_the_plain_mean() -> None:
    (judged,) = by_cluster(values_of(TWO))
    assert judged.systems["a"].values == pytest.approx(np.array([[0.15, 0.35, 0.55]]))
    assert judged.systems["a"].seeds == (None,)


def test_several_queries_of_one_document_are_one_cluster() -> None:
    values = changed(values_of(TWO), "cluster", lambda row, _: "d1" if row % 6 < 4 else "d2")
    (judged,) = by_cluster(values)
    assert (judged.clusters, judged.queries) == (2, 6)
    assert judged.systems["a"].values.mean() == pytest.approx(TWO["a", None].mean())


def test_seeds_are_sorted_and_quantities_come_as_asked() -> None:
    scores: Systems = {("a", seed): np.full((2, 2), seed / 10) for seed in (3, 1, 2)}
    tables = [
        values_of(scores, collection=collection, setting=setting, measure=measure)
        for collection in ("z", "c")
        for setting in ("multilingual", "monolingual")
        for measure in ("mAP", "R@1")
    ]
    values = pa.concat_tables(tables)
    first, *_ = by_cluster(values)
    assert first.systems["a"].seeds == (1, 2, 3)
    assert first.systems["a"].values.mean(axis=1) == pytest.approx([0.1, 0.2, 0.3])
    assert [one.quantity for one in by_cluster(values)] == [
        *(("z", "monolingual", measure) for measure in ("mAP", "R@1")),
        *(("z", "multilingual", measure) for measure in ("mAP", "R@1")),
        *(("c", "monolingual", measure) for measure in ("mAP", "R@1")),
        *(("c", "multilingual", measure) for measure in ("mAP", "R@1")),
    ]
    asked = by_cluster(values, measures=["R@1", "mAP"], settings=["multilingual"])
    assert [one.quantity[2] for one in asked] == ["R@1", "mAP"] * 2


def test_columns_may_be_dictionaries_and_the_table_in_pieces() -> None:
    values = values_of(TWO)
    pieces = pa.concat_tables([values.slice(0, 5), values.slice(5)])
    place = values.schema.get_field_index("system")
    pieces = pieces.set_column(place, "system", pieces.column("system").dictionary_encode())
    assert by_cluster(pieces)[0].systems["a"].values == pytest.approx(by_cluster(values)[0].systems["a"].values)


def test_systems_judged_on_other_queries_are_refused_with_counts_and_ids() -> None:
    values = values_of(TWO).filter(pa.array([row not in (0, 7, 9, 11) for row in range(12)]))
    assert faults(values) == [
        "news, multilingual: a has mAP of 5 queries, b of 3; "
        "a alone of 3 queries: q0 (l1-all), q1 (l1-all), q2 (l1-all); "
        f"b alone of 1 query: q0 (l0-all); {SAME}"
    ]


def test_every_fault_comes_at_once() -> None:
    values = values_of(TWO)
    spoiled = changed(values, "value", lambda row, value: float("nan") if row in (1, 2) else value)
    spoiled = changed(spoiled, "cluster", lambda row, value: "other" if row == 8 else value)
    doubled = values_of(TWO, collection="wiki")
    single = changed(values_of(TWO, collection="one"), "cluster", lambda *_: "q0")
    found = faults(pa.concat_tables([spoiled, doubled, doubled.slice(0, 1), single]), measures=["mAP", "P"])
    assert found == [
        "measure P: not in the values; known: mAP",
        "news, multilingual: a: mAP is no number for 2 queries: q1 (l0-all), q0 (l1-all)",
        "news, multilingual: b and a have different clusters for 1 query: q1 (l0-all)",
        "wiki, multilingual: a has more than one value for 1 query: q0 (l0-all); "
        "one value a query, direction and measure works",
        "one, multilingual: all queries are of one cluster, q0; a test needs two, and some dozens to find anything",
    ]


def test_what_is_not_in_the_table_is_named() -> None:
    values = values_of(TWO)
    assert faults(values.drop_columns(["cluster", "value"])) == [
        f"per-query values: no column {name}; known: {', '.join(COLUMNS)}" for name in ("cluster", "value")
    ]
    assert faults(values, settings=["mono"]) == ["setting mono: not in the values; known: multilingual"]
    other = values_of(TWO, setting="monolingual", measure="R@1")
    nothing = faults(pa.concat_tables([values, other]), measures=["R@1"], settings=["multilingual"])
    assert nothing == ["per-query values: no value of R@1 in the setting multilingual"]
    assert faults(values.slice(0, 0))[0].startswith("per-query values: no value of any measure")
