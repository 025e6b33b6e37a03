"""Claims about plans, over arbitrary corpora."""

import pickle
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from polybatch.errors import RecipeError
from polybatch.records import Direction
from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.sampling.faults import largest_batch, plan_faults
from polybatch.sampling.mix import count_mix
from polybatch.sampling.plan import Plan, make_plan
from polybatch.sampling.schedules import Schedule, make_schedule
from polybatch.sampling.strategies import STRATEGIES, Composition, make_strategy
from polybatch.table.shape import CorpusShape, dataset_shape, parallel_dataset
from tests.sampling.shapes import LANGUAGES, Made, corpora, make, parallel

NAMES = st.sampled_from(list(STRATEGIES))
COMPOSITION = st.sampled_from(["mixed", "pair"])


def plan_for(made: Made, name: str, composition: Composition, share: float, seed: int) -> Plan:
    """A plan at some size from 2 up to the very largest, where it is most likely to fail."""
    strategy = make_strategy(name, made.shape.directions, composition=composition)
    assume(all(kind.directions for kind in strategy.kinds))
    largest = min(largest_batch(made.shape, kind) for kind in strategy.kinds)
    assume(largest >= 2)
    size = 2 + round(share * (largest - 2))
    assume(not plan_faults(made.shape, strategy, size))
    return Plan(made.shape, strategy, size=size, seed=seed)


@settings(max_examples=200, deadline=None)
@given(corpora(), NAMES, COMPOSITION, st.floats(0, 1), st.integers(0, 5))
def test_every_batch_is_full_of_rows_that_have_their_languages_and_share_no_group(
    made: Made, name: str, composition: Composition, share: float, seed: int
) -> None:
    plan = plan_for(made, name, composition, share, seed)
    for batch in plan.batches(0, 60):
        assert len(batch) == len(batch.directions) == plan.size
        assert len({made.group(row) for row in batch.rows.tolist()}) == plan.size
        for row, direction in zip(batch.rows.tolist(), batch.directions, strict=True):
            assert made.has(row, direction)
            assert direction in plan.strategy.directions


@settings(max_examples=100, deadline=None)
@given(corpora(further=True), NAMES, COMPOSITION, st.floats(0, 1), st.integers(0, 5))
def test_rows_of_one_further_group_never_meet(
    made: Made, name: str, composition: Composition, share: float, seed: int
) -> None:
    plan = plan_for(made, name, composition, share, seed)
    for batch in plan.batches(0, 40):
        groups = [group for row in batch.rows.tolist() for group in made.all_groups(row)]
        assert len(groups) == len(set(groups))


@settings(max_examples=100, deadline=None)
@given(corpora(), st.floats(0, 1), st.integers(0, 5))
def test_where_one_direction_is_drawn_every_group_comes_once_before_any_twice(
    made: Made, share: float, seed: int
) -> None:
    plan = plan_for(made, "en-en", "pair", share, seed)
    assume(len(made.shape.datasets) == 1)
    groups = [made.group(row)[1] for batch in plan.batches(0, 120) for row in batch.rows.tolist()]
    every = made.groups_in(0, Direction("en", "en"))
    for start in range(0, len(groups) - len(every) + 1, len(every)):
        assert set(groups[start : start + len(every)]) == every


@settings(max_examples=100, deadline=None)
@given(st.integers(4, 300), NAMES, COMPOSITION, st.floats(0, 1), st.integers(0, 5), st.sampled_from([2, 3]))
def test_in_a_parallel_corpus_every_group_comes_once_before_any_twice_whatever_the_direction(
    groups: int, name: str, composition: Composition, share: float, seed: int, languages: int
) -> None:
    size = max(2, round(share * groups))
    assume(name != "every-language" or size >= languages)
    plan = make_plan(parallel(groups, languages=languages), name, size=size, composition=composition, seed=seed)
    drawn = [row for batch in plan.batches(0, 60) for row in batch.rows.tolist()]
    for start in range(0, len(drawn) - groups + 1, groups):
        # within a batch the order is not told: what is drawn early is drawn by the end of the batch
        end = -(-(start + groups) // size) * size
        assert set(drawn[start // size * size : end]) == set(range(groups))


@pytest.mark.parametrize(("groups", "size"), [(240, 240), (240, 239), (240, 130), (240, 32), (1200, 100)])
@pytest.mark.parametrize("name", ["x-x", "x-y"])
def test_in_mixed_batches_of_a_parallel_corpus_every_group_is_drawn_once_before_any_twice(
    groups: int, size: int, name: str
) -> None:
    shape = parallel(groups, languages=5)
    plan = make_plan(shape, name, size=size, seed=3)
    drawn: dict[Direction, list[int]] = defaultdict(list)
    for batch in plan.batches(0, 25 * groups // size):
        assert len(set(batch.rows.tolist())) == size
        for row, direction in zip(batch.rows.tolist(), batch.directions, strict=True):
            drawn[direction].append(row)
    for rows in drawn.values():
        # a batch is drawn at one go: which of its rows came first is not told
        counts = Counter(rows)
        assert max(counts.values()) - min(counts.get(row, 0) for row in range(groups)) <= 1


@settings(max_examples=60, deadline=None)
@given(corpora(), NAMES, COMPOSITION, st.integers(0, 300), st.integers(0, 9))
def test_a_batch_is_the_same_whatever_was_asked_for_before(
    made: Made, name: str, composition: Composition, number: int, seed: int
) -> None:
    first, second = (plan_for(made, name, composition, 0.5, seed) for _ in range(2))
    for _ in second.batches(max(0, number - 30), number):
        pass
    one, other = first[number], second[number]
    assert one.rows.tolist() == other.rows.tolist()
    assert (one.kind, one.directions) == (other.kind, other.directions)


def test_another_seed_and_another_epoch_give_other_batches() -> None:
    def rows(seed: int, epoch: int) -> list[list[int]]:
        plan = make_plan(parallel(200), "hybrid", size=8, seed=seed)
        return [batch.rows.tolist() for batch in plan.epoch(epoch)]

    assert rows(1, 0) == rows(1, 0)
    assert rows(1, 0) != rows(2, 0)
    assert rows(1, 0) != rows(1, 1)
    assert len(rows(1, 0)) == 200 // 8


def test_a_plan_is_as_long_as_what_it_yields_and_can_be_sent_to_another_process() -> None:
    plan = make_plan(parallel(200, 70), "hybrid", size=8, alpha=make_schedule("linear", [1, 0]))
    batches = list(plan)
    assert len(batches) == len(plan) == 270 // 8
    sent = pickle.loads(pickle.dumps(plan))
    assert [batch.rows.tolist() for batch in sent] == [batch.rows.tolist() for batch in batches]


def test_a_whole_epoch_of_one_language_draws_every_row_once() -> None:
    plan = make_plan(parallel(1000, languages=1), "en-en", size=50)
    assert sorted(row for batch in plan.epoch(0) for row in batch.rows.tolist()) == list(range(1000))
    assert sorted(row for batch in plan.epoch(7) for row in batch.rows.tolist()) == list(range(1000))


@pytest.mark.parametrize("ranks", [2, 4, 8])
@pytest.mark.parametrize("composition", ["mixed", "pair"])
def test_the_slices_of_all_ranks_are_disjoint_and_together_the_batch(ranks: int, composition: Composition) -> None:
    plan = make_plan(parallel(500, 90), "hybrid", size=48, composition=composition, ranks=ranks)
    for batch in plan.batches(0, 60):
        parts = [batch.part(rank, ranks) for rank in range(ranks)]
        assert np.concatenate([part.rows for part in parts]).tolist() == batch.rows.tolist()
        assert [d for part in parts for d in part.directions] == list(batch.directions)
        assert {len(part) for part in parts} == {48 // ranks}
        assert {part.kind for part in parts} == {batch.kind}


@pytest.mark.parametrize("alpha", [0.1, 1 / 3, 0.5, 0.77])
def test_the_mix_of_kinds_is_exact_to_one_batch_over_every_block(alpha: float) -> None:
    plan = make_plan(parallel(60), "hybrid", size=4, alpha=alpha, length=3000)
    kinds = [batch.kind for batch in plan.epoch(0)]
    for start in range(0, len(kinds), KIND_BLOCK):
        assert abs(kinds[start : start + KIND_BLOCK].count("monolingual") - alpha * KIND_BLOCK) < 1 + 1e-9
    assert abs(kinds.count("monolingual") - alpha * len(kinds)) <= 1


@pytest.mark.parametrize(
    "alpha",
    [
        make_schedule("linear", [1, 0]),
        make_schedule("cosine", [0, 1]),
        make_schedule("stepwise", [1, 0.5, 0]),
        Schedule("square", lambda progress: progress**2),
    ],
)
def test_a_schedule_of_alpha_is_followed_block_by_block(alpha: Schedule) -> None:
    plan = make_plan(parallel(60), "hybrid", size=4, alpha=alpha, length=500, epochs=4)
    kinds = [plan[number].kind for number in range(2000)]
    for start in range(0, 2000, KIND_BLOCK):
        due = 2000 * (alpha.upto((start + KIND_BLOCK) / 2000) - alpha.upto(start / 2000))
        assert abs(kinds[start : start + KIND_BLOCK].count("monolingual") - due) < 1 + 1e-6
    middle = sum(alpha((number + 0.5) / 2000) for number in range(2000))
    assert abs(kinds.count("monolingual") - middle) <= 1.5


def test_languages_are_drawn_uniformly_and_not_by_size() -> None:
    large, small = np.ones((300, 2, 3), bool), np.ones((30, 2, 3), bool)
    large[:, :, 1], small[:, :, 2] = False, False
    shape = make((large, np.arange(300), ()), (small, np.arange(30), ())).shape
    mix = count_mix(shape, make_plan(shape, "x-x-mono", size=10).batches(0, 300)).as_record()
    assert mix["directions"] == {"en-en": 1000, "ne-ne": 1000, "sw-sw": 1000}
    mix = count_mix(shape, make_plan(shape, "x-y", size=10, composition="pair").batches(0, 400)).as_record()
    assert mix["directions"] == {"en-ne": 1000, "en-sw": 1000, "ne-en": 1000, "sw-en": 1000}
    mix = count_mix(shape, make_plan(shape, "x-y", size=10).batches(0, 400)).as_record()
    assert mix["directions"] == {"en-ne": 1000, "en-sw": 1000, "ne-en": 1000, "sw-en": 1000}


def test_a_language_temperature_of_one_draws_languages_by_size() -> None:
    large, small = np.ones((300, 2, 3), bool), np.ones((100, 2, 3), bool)
    large[:, :, 1], small[:, :, 2] = False, False
    shape = make((large, np.arange(300), ()), (small, np.arange(100), ())).shape
    mix = count_mix(shape, make_plan(shape, "x-x-mono", size=10, language_temperature=1).batches(0, 800)).as_record()
    assert mix["directions"] == {"en-en": 4000, "ne-ne": 1000, "sw-sw": 3000}


def test_weights_say_how_often_a_direction_comes_and_zero_is_never() -> None:
    weights = {Direction("en", "sw"): 3.0, Direction("ne", "sw"): 0.0}
    for composition, batches in (("pair", 700), ("mixed", 700)):
        shape = parallel(100)
        plan = make_plan(shape, "x-y", size=7, composition=composition, weights=weights)  # type: ignore[arg-type]
        mix = count_mix(shape, plan.batches(0, batches)).as_record()
        assert mix["directions"] == pytest.approx(
            {"en-ne": 700, "en-sw": 2100, "ne-en": 700, "sw-en": 700, "sw-ne": 700}, abs=8
        )


@pytest.mark.parametrize(("temperature", "share"), [(1, 0.8), (2, 2 / 3), (float("inf"), 0.5)])
def test_datasets_are_drawn_by_size_with_a_temperature(temperature: float, share: float) -> None:
    shape = parallel(400, 100)
    for name in ("en-en", "x-y"):
        plan = make_plan(shape, name, size=10, dataset_temperature=temperature)
        mix = count_mix(shape, plan.batches(0, 300)).as_record()
        assert mix["datasets"]["set0"] / mix["rows"] == pytest.approx(share, abs=0.01)


def test_a_dataset_gives_a_batch_no_more_rows_than_it_has_groups() -> None:
    shape = parallel(1000, 12)
    mix = count_mix(shape, make_plan(shape, "en-en", size=100, dataset_temperature=float("inf")).batches(0, 200))
    assert mix.as_record()["datasets"] == pytest.approx({"set0": 17_600, "set1": 2_400}, rel=0.01)


def test_over_ten_thousand_batches_the_draw_is_as_even_as_chance_or_evener() -> None:
    shape = parallel(5000, languages=7)
    plan = make_plan(shape, "hybrid", size=20, length=10_000)
    mix = count_mix(shape, plan.epoch(0))
    mono = [int(mix.directions[f"{code}-{code}"].sum()) for code in shape.languages]
    cross = [int(counts.sum()) for name, counts in mix.directions.items() if len(set(name.split("-"))) == 2]
    assert len(mono) == 7
    assert len(cross) == 42
    assert chisquare(mono).pvalue > 0.05
    assert chisquare(cross).pvalue > 0.05


def test_which_rows_meet_in_a_batch_is_as_by_chance() -> None:
    shape = parallel(40, languages=2)
    plan = make_plan(shape, "en-en", size=4, seed=5)
    together = np.zeros((40, 40))
    for batch in plan.batches(0, 10_000):
        together[np.ix_(batch.rows, batch.rows)] += 1
    pairs = together[np.triu_indices(40, 1)]
    assert chisquare(pairs).pvalue > 0.001


@pytest.mark.parametrize("size", [7, 10, 64])
def test_every_language_has_passages_in_every_batch(size: int) -> None:
    shape = parallel(300, 50, languages=7)
    for batch in make_plan(shape, "every-language", size=size).batches(0, 200):
        assert set(batch.passages.tolist()) == set(range(7))
        # and queries too, where two rounds of all languages fit
        assert len(set(batch.queries.tolist())) >= (7 if size >= 13 else 6)


def test_a_mixed_batch_shares_its_rows_out_equally_over_directions() -> None:
    for batch in make_plan(parallel(51), "x-x", size=9).batches(0, 20):
        assert Counter(batch.directions) == {Direction(code, code): 3 for code in LANGUAGES}
    # 50 rows are not the same number for each language: where a round of them ends, one more may come
    for batch in make_plan(parallel(50), "x-x", size=9).batches(0, 20):
        assert all(2 <= count <= 4 for count in Counter(batch.directions).values())


def test_hard_negatives_have_languages_of_their_own_that_the_row_has() -> None:
    rng = np.random.default_rng(1)
    present = np.ones((400, 4, 3), bool)
    present[:, 2:] = rng.random((400, 2, 3)) < 0.6
    present[:, 2:, 0] |= ~present[:, 2:].any(axis=2)
    shape = CorpusShape(LANGUAGES, (dataset_shape("a", present), parallel_dataset("b", 100, languages=3, negatives=2)))
    plan = make_plan(shape, "hybrid", size=20, negatives=2)
    seen: Counter[tuple[int, int]] = Counter()
    for batch in plan.batches(0, 1000):
        assert batch.negatives.shape == (20, 2)
        for row, passage, languages in zip(batch.rows, batch.passages, batch.negatives, strict=True):
            for side, language in enumerate(languages):
                assert row >= 400 or present[row, 2 + side, language]
                if batch.kind == "monolingual" and (row >= 400 or present[row, 2 + side, passage]):
                    assert language == passage
                if batch.kind == "cross-lingual" and row >= 400:
                    seen[int(passage), int(language)] += 1
    # whatever the positive's language is
    assert len(seen) == 9
    assert chisquare(list(seen.values())).pvalue > 0.01


@settings(max_examples=150, deadline=None)
@given(corpora(), NAMES)
def test_for_one_direction_a_batch_the_largest_batch_is_the_least_number_of_groups(made: Made, name: str) -> None:
    for kind in make_strategy(name, made.shape.directions, composition="pair").kinds:
        if kind.directions and not kind.mixed:
            least = min(
                sum(len(made.groups_in(dataset, direction)) for dataset in range(len(made.groups)))
                for direction in kind.directions
            )
            assert largest_batch(made.shape, kind) == least


@pytest.mark.parametrize("name", ["x-x", "x-y", "every-language"])
def test_a_parallel_corpus_fills_a_mixed_batch_with_all_its_groups(name: str) -> None:
    shape = parallel(90, per_group=3)
    (kind,) = make_strategy(name, shape.directions).kinds
    assert largest_batch(shape, kind) == 30
    assert [len(batch) for batch in make_plan(shape, name, size=30).batches(0, 5)] == [30] * 5


def refused(shape: CorpusShape, name: str, size: int, **options: Any) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        make_plan(shape, name, size=size, **options)
    return [str(fault) for fault in caught.value.faults]


def test_a_batch_too_large_is_refused_before_the_first_one_and_the_largest_is_named() -> None:
    shape = parallel(60, per_group=3)
    (fault,) = refused(shape, "x-x-mono", 32)
    assert fault == (
        "strategy x-x-mono: a monolingual batch of 32 would repeat a passage group; "
        "the largest that works is 20 (en-en has 20 distinct passage groups)"
    )
    assert len(make_plan(shape, "x-x-mono", size=20)[3]) == 20


def test_a_kind_that_no_row_can_fill_is_refused_with_what_could_be_drawn() -> None:
    present = np.zeros((9, 2, 3), bool)
    present[:, :, 0] = True
    shape = make((present, np.arange(9), ())).shape
    assert refused(shape, "hybrid", 2) == [
        "strategy hybrid: no row of the corpora can fill a cross-lingual batch; directions with rows: en-en"
    ]
    assert shape.directions == (Direction("en", "en"),)
    assert len(shape.missing) == 8


def test_every_fault_comes_in_one_list() -> None:
    faults = refused(
        parallel(60),
        "hybrid",
        100,
        alpha=1.5,
        composition="both",
        weights={Direction("en", "xx"): 1.0, Direction("en", "sw"): -1.0},
        ranks=3,
        negatives=1,
        dataset_temperature=0,
        language_temperature=-1,
    )
    assert [fault.partition(":")[0] for fault in faults] == [
        "composition",
        "alpha",
        "weight of en-xx",
        "weight of en-sw",
        "ranks",
        "dataset temperature",
        "language temperature",
        "strategy hybrid",
        "strategy hybrid",
        "dataset set0",
    ]
    assert refused(parallel(60), "xy", 4)[0].startswith(
        "strategy: no strategy 'xy'; did you mean 'x-y'? known: en-en, x-x,"
    )


def test_forty_million_rows_take_no_more_than_the_batches_asked_for() -> None:
    shape = CorpusShape(tuple("abcdefg"), (parallel_dataset("m", 40_000_000, languages=7),))
    plan = make_plan(shape, "hybrid", size=100)
    assert plan.length == 400_000
    rows = np.concatenate([plan[number].rows for number in (0, 1, 399_999)])
    assert len(set(rows.tolist())) == 300
    assert rows.max() > 30_000_000
