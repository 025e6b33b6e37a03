"""Claims about which items of a passage group are drawn: how many distinct ones, in which directions, by which seed."""

from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from polybatch.records import Direction
from polybatch.sampling.items import items_in_turn
from polybatch.sampling.plan import Plan, make_plan
from polybatch.sampling.schedules import make_schedule
from polybatch.sampling.strategies import STRATEGIES
from polybatch.table.shape import CorpusShape, dataset_shape
from tests.sampling.shapes import Made, corpora

NINE = ("ar", "de", "en", "es", "hi", "ne", "ru", "sw", "zh")
DRAWS = [(name, "mixed") for name in STRATEGIES] + [("x-y", "pair"), ("hybrid", "pair")]


def grouped(sizes: list[int], *, languages: tuple[str, ...] = NINE, holes: float = 0.0) -> CorpusShape:
    """Passage groups of these sizes, every item in every language but for a share of the texts."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    present = np.random.default_rng(1).random((len(groups), 2, len(languages))) >= holes
    return CorpusShape(languages, (dataset_shape("items", present, groups),))


def drawn(plan: Plan, start: int, stop: int) -> np.ndarray:
    return np.concatenate([batch.rows for batch in plan.batches(start, stop)])


def distinct_without_replacement(sizes: list[int], start: int, stop: int) -> int:
    """Distinct items among draws `start` to `stop`: groups, and the items of each, in passes of a new order each."""
    rng = np.random.default_rng(1)
    left: list[list[int]] = [[] for _ in sizes]
    seen: list[tuple[int, int]] = []
    while len(seen) < stop:
        for group in rng.permutation(len(sizes)).tolist():
            left[group] = left[group] or rng.permutation(sizes[group]).tolist()
            seen.append((group, left[group].pop()))
    return len(set(seen[start:stop]))


SIZES = st.one_of(
    st.integers(100, 400).map(lambda passages: [5] * passages),  # questions on a passage
    st.integers(40, 100).map(lambda passages: [95] * passages),  # mMARCO's triples
    st.lists(st.sampled_from([1, 2, 3, 5, 8, 40]), min_size=150, max_size=300),
    st.integers(500, 1500).map(lambda rows: [1] * rows),
)


@settings(max_examples=80, deadline=None)
@given(SIZES, st.sampled_from(DRAWS), st.integers(0, 9), st.sampled_from([10, 32]), st.floats(0, 3), st.floats(0.3, 2))
def test_any_stretch_shows_as_many_distinct_items_as_draws_without_replacement(
    sizes: list[int], how: tuple[str, str], seed: int, size: int, begin: float, length: float
) -> None:
    strategy, composition = how
    plan = make_plan(grouped(sizes), strategy, size=size, seed=seed, composition=composition)  # type: ignore[arg-type]
    start = int(begin * plan.length)
    stop = start + max(int(length * plan.length), 500 // size)
    distinct = len(np.unique(drawn(plan, start, stop)))
    assert distinct >= 0.96 * distinct_without_replacement(sizes, start * size, stop * size)


@pytest.mark.parametrize(("strategy", "composition"), DRAWS)
@pytest.mark.parametrize(("passages", "items"), [(400, 5), (50, 95), (2000, 1)])
def test_an_epoch_of_all_directions_draws_every_item_once(
    strategy: str, composition: str, passages: int, items: int
) -> None:
    shape = grouped([items] * passages)
    alpha = make_schedule("linear", [1, 0])
    plan = make_plan(shape, strategy, size=25, seed=4, alpha=alpha, composition=composition)  # type: ignore[arg-type]
    for epoch in range(2):
        assert sorted(drawn(plan, epoch * plan.length, (epoch + 1) * plan.length).tolist()) == list(range(shape.rows))


@pytest.mark.parametrize(("strategy", "composition"), DRAWS)
def test_texts_that_are_missing_cost_few_items(strategy: str, composition: str) -> None:
    plan = make_plan(grouped([5] * 400, holes=0.05), strategy, size=25, composition=composition)  # type: ignore[arg-type]
    able = [row for row in range(2000) if strategy != "en-en" or has_english(plan.shape, row)]
    assert len(np.unique(drawn(plan, 0, plan.length))) >= 0.85 * len(able)


def has_english(shape: CorpusShape, row: int) -> bool:
    dataset, english = shape.datasets[0], shape.languages.index("en")
    assert dataset.pattern_of is not None
    return bool(dataset.patterns[dataset.pattern_of[row], :2, english].all())


@pytest.mark.parametrize(("passages", "items"), [(400, 5), (100, 95)])
@pytest.mark.parametrize("strategy", ["x-x-mono", "x-y", "hybrid"])
def test_two_seeds_have_as_many_items_in_common_as_chance_has_it(strategy: str, passages: int, items: int) -> None:
    shape = grouped([items] * passages)
    batches = shape.rows // 25 // 4
    seen = [set(drawn(make_plan(shape, strategy, size=25, seed=seed), 0, batches).tolist()) for seed in range(12)]
    common = [len(one & other) * shape.rows / len(one) / len(other) for one, other in combinations(seen, 2)]
    assert np.mean(common) == pytest.approx(1, abs=0.05)


@settings(max_examples=100, deadline=None)
@given(corpora(), st.integers(0, 5))
def test_in_one_direction_the_items_of_a_group_take_turns(made: Made, seed: int) -> None:
    direction = Direction("en", "en")
    assume(len(made.shape.datasets) == 1)
    assume(len(made.groups_in(0, direction)) >= 2)
    counts = Counter(drawn(make_plan(made.shape, "en-en", size=2, seed=seed), 0, 150).tolist())
    by_group = defaultdict(list)
    for row in range(made.shape.rows):
        if made.has(row, direction):
            by_group[made.group(row)].append(counts[row])
    assert all(max(times) - min(times) <= 1 for times in by_group.values())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=9), st.integers(1, 12), st.integers(0, 9))
def test_items_take_turns_over_all_draws_and_in_each_direction_of_a_rotation(
    sizes: list[int], period: int, key: int
) -> None:
    dataset = grouped([*sizes, 2]).datasets[0]
    for group, size in enumerate([*sizes, 2]):
        turns = np.arange(2 * period * size)
        same, pairs = np.zeros_like(turns), np.zeros((len(turns), 2), dtype=np.int16)
        every = np.ones(1, dtype=bool)
        items = items_in_turn(dataset, same + group, turns, same + period, pairs, drawn=every, key=key)
        for start in range(0, len(turns), size):
            assert len({*items[start : start + size].tolist()}) == size
        for direction in range(period):
            of_direction = items[direction::period]
            assert all(len({*part.tolist()}) == size for part in np.split(of_direction, 2))


def test_another_alpha_leaves_the_batches_that_it_does_not_change() -> None:
    rng = np.random.default_rng(2)
    present = np.ones((600, 2, 3), dtype=bool)
    # four passage groups to a further group, so that nearly every batch is repaired
    groups = np.arange(600) // 3
    dataset = dataset_shape("items", present, groups, [rng.permutation(200)[groups] // 4])
    shape = CorpusShape(("en", "ne", "sw"), (dataset,))
    early, late = (make_schedule("stepwise", [0.5, 0.5, share, share]) for share in (0.1, 0.9))
    for composition in ("mixed", "pair"):
        plan = make_plan(shape, "hybrid", size=20, alpha=early, length=80, composition=composition)
        other = plan.with_alpha(late)
        batches = [(plan[number], other[number]) for number in range(80)]
        assert all(one.rows.tolist() == two.rows.tolist() for one, two in batches[:40])
        assert all(one.directions == two.directions for one, two in batches[:40])
        assert any(one.kind != two.kind for one, two in batches[40:])
