"""Claims about plans, over arbitrary corpora."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from polybatch.errors import RecipeError
from polybatch.records import Direction, Item, ParallelCorpus
from polybatch.sampling.plan import KIND_BLOCK, Batch, count_mix, largest_batch, plan_batches
from polybatch.sampling.shape import CorpusShape, shape_of
from polybatch.sampling.strategies import STRATEGIES, Composition, make_strategy

LANGUAGES = ["en", "ne", "sw"]


def corpus(name: str, items: list[tuple[int, set[str], set[str]]]) -> ParallelCorpus:
    return ParallelCorpus(
        name,
        tuple(
            Item(f"{name}-{number}", f"{name}-{group}", dict.fromkeys(queries, "q"), dict.fromkeys(passages, "p"))
            for number, (group, queries, passages) in enumerate(items)
        ),
    )


subsets = st.sets(st.sampled_from(LANGUAGES), min_size=1)
corpora = st.lists(
    st.lists(st.tuples(st.integers(0, 12), subsets, subsets), min_size=10, max_size=40), min_size=1, max_size=3
).map(lambda found: [corpus(f"set{number}", items) for number, items in enumerate(found)])


def batches(shape: CorpusShape, name: str, size: int, count: int, *, seed: int = 0, **options: object) -> list[Batch]:
    strategy = make_strategy(name, shape.directions, **options)  # type: ignore[arg-type]
    return list(islice(plan_batches(shape, strategy, size=size, seed=seed), count))


@settings(max_examples=300, deadline=None)
@given(
    corpora,
    st.sampled_from(list(STRATEGIES)),
    st.sampled_from(["mixed", "pair"]),
    st.integers(0, 5),
    st.floats(0, 1),
)
def test_every_batch_is_full_fillable_and_free_of_repeated_groups(
    found: list[ParallelCorpus], name: str, composition: Composition, seed: int, share: float
) -> None:
    shape = shape_of(found)
    kinds = [kind for kind, _ in make_strategy(name, shape.directions, composition=composition).kinds]
    assume(all(kind.directions for kind in kinds))
    largest = min(largest_batch(shape, kind) for kind in kinds)
    assume(largest >= 2)
    size = 2 + round(share * (largest - 2))  # up to the very largest, where a plan is most likely to fail
    items = [item for one in found for item in one.items]
    for batch in batches(shape, name, size, 30, seed=seed, composition=composition):
        assert len(batch) == len(batch.directions) == size
        assert len(set(shape.groups[batch.rows])) == size
        for row, direction in zip(batch.rows, batch.directions, strict=True):
            assert direction.query in items[row].queries
            assert direction.passage in items[row].passages
            assert (batch.kind == "monolingual") == direction.is_monolingual


@settings(max_examples=200, deadline=None)
@given(corpora, st.sampled_from(list(STRATEGIES)))
def test_for_one_direction_a_batch_the_largest_batch_is_the_least_number_of_groups(
    found: list[ParallelCorpus], name: str
) -> None:
    shape = shape_of(found)
    for kind, _ in make_strategy(name, shape.directions, composition="pair").kinds:
        if kind.directions and not kind.mixed:
            groups = [
                {
                    (one.name, item.group)
                    for one in found
                    for item in one.items
                    if direction.query in item.queries and direction.passage in item.passages
                }
                for direction in kind.directions
            ]
            assert largest_batch(shape, kind) == min(map(len, groups))


def test_a_fully_parallel_corpus_fills_a_mixed_batch_with_all_its_groups(make_corpus) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("a", LANGUAGES, 30)])
    (kind, _), *_ = make_strategy("x-y", shape.directions, composition="mixed").kinds
    assert largest_batch(shape, kind) == 30
    assert len(batches(shape, "x-y", 30, 5, composition="mixed")) == 5


def test_a_batch_too_large_is_refused_before_the_first_one_and_the_largest_is_named(make_corpus) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("a", ["en", "sw"], 40), make_corpus("b", ["en", "ne"], 60, per_group=3)])
    with pytest.raises(RecipeError, match=r"monolingual batch of 32 .* largest that works is 20 \(ne-ne has 20"):
        plan_batches(shape, make_strategy("x-x-mono", shape.directions), size=32, seed=0)
    assert len(batches(shape, "x-x-mono", 20, 10)) == 10


def test_a_kind_that_no_row_can_fill_is_refused_with_what_could_be_drawn() -> None:
    shape = shape_of([corpus("a", [(number, {"en"}, {"en"}) for number in range(4)])])
    with pytest.raises(RecipeError, match=r"no row .* cross-lingual batch; directions with rows: en-en"):
        plan_batches(shape, make_strategy("hybrid", shape.directions), size=2, seed=0)


def test_a_plan_is_the_same_for_a_seed_and_another_for_another(make_corpus) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("a", LANGUAGES, 50)])

    def rows(seed: int) -> list[list[int]]:
        return [batch.rows.tolist() for batch in batches(shape, "hybrid", 8, 20, seed=seed)]

    assert rows(1) == rows(1) != rows(2)


@pytest.mark.parametrize("alpha", [0.1, 1 / 3, 0.5, 0.77])
def test_the_mix_of_kinds_is_exact_to_one_batch_over_every_block(make_corpus, alpha: float) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("a", LANGUAGES, 50)])
    kinds = [batch.kind for batch in batches(shape, "hybrid", 4, 10 * KIND_BLOCK, alpha=alpha)]
    for start in range(0, len(kinds), KIND_BLOCK):
        assert abs(kinds[start : start + KIND_BLOCK].count("monolingual") - alpha * KIND_BLOCK) <= 1
    assert abs(kinds.count("monolingual") - alpha * len(kinds)) <= 1


def test_languages_are_drawn_uniformly_and_not_by_size(make_corpus) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("large", ["en", "sw"], 300), make_corpus("small", ["en", "ne"], 30)])
    mix = count_mix(shape, batches(shape, "x-x-mono", 10, 300))
    assert mix.directions == {"en-en": 1000, "ne-ne": 1000, "sw-sw": 1000}
    mix = count_mix(shape, batches(shape, "x-y", 10, 400, composition="pair"))
    assert mix.directions == {"en-ne": 1000, "en-sw": 1000, "ne-en": 1000, "sw-en": 1000}


def test_datasets_are_drawn_in_proportion_to_their_rows(make_corpus) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("large", ["en", "sw"], 300), make_corpus("small", ["en", "ne"], 100)])
    mix = count_mix(shape, batches(shape, "en-en", 10, 400))
    assert mix.datasets["large"] / mix.datasets.total() == pytest.approx(0.75, abs=0.02)


def test_every_group_is_drawn_before_any_twice_and_a_groups_items_take_turns(make_corpus) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("a", ["en"], 60, per_group=3)])
    drawn = np.concatenate([batch.rows for batch in batches(shape, "en-en", 5, 12)])
    groups = shape.groups[drawn]
    for start in range(0, 60, 20):
        assert sorted(groups[start : start + 20]) == list(range(20))
    assert Counter(drawn.tolist()) == dict.fromkeys(range(60), 1)


def test_a_mixed_batch_shares_its_rows_out_equally_over_directions(make_corpus) -> None:  # type: ignore[no-untyped-def]
    shape = shape_of([make_corpus("a", LANGUAGES, 50)])
    for batch in batches(shape, "x-x", 9, 20):
        assert Counter(batch.directions) == {Direction(code, code): 3 for code in LANGUAGES}
