"""The random ranker's scores are exact expectations."""

from fractions import Fraction
from itertools import combinations, permutations
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.evaluation.results import ALL, read_results, write_ranks
from polybatch.report import Report
from polybatch.report.chance import average_precision, chance_of, rank_distance, recall
from polybatch.report.summary import Quantity

from .runs import NEWS, POOL, ranks_of, write_run


def distance_by_trying_every_order(per_language: tuple[int, ...], pool: int) -> Fraction:
    """The mean over all ways to place the relevant passages in the ranking."""
    total = times = 0
    for ranks in permutations(range(1, pool + 1), sum(per_language)):
        rest, best = list(ranks), []
        for count in per_language:
            best.append(min(rest[:count]))
            rest = rest[count:]
        total, times = total + max(best) - min(best), times + 1
    return Fraction(total, times)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(0, 2))
def test_rank_distance_is_the_mean_over_every_order_of_the_pool(per_language: list[int], others: int) -> None:
    counts = tuple(per_language[:2] if sum(per_language) > 5 else per_language)
    pool = sum(counts) + others
    if pool > 7:
        pool = max(sum(counts), 7)
    assert rank_distance(counts, pool) == pytest.approx(float(distance_by_trying_every_order(counts, pool)), abs=1e-12)


@given(st.integers(1, 13), st.integers(0, 100_000))
def test_one_passage_a_language_gives_the_known_formula(languages: int, others: int) -> None:
    pool = languages + others
    expected = (languages - 1) * (pool + 1) / (languages + 1)
    assert rank_distance((1,) * languages, pool) == pytest.approx(expected)


def test_rank_distance_on_xquad_r_is_the_figure_of_the_literature() -> None:
    assert round(rank_distance((1,) * 11, 13_014)) == 10_846


def test_many_passages_of_many_languages_lose_no_precision() -> None:
    assert 0 < rank_distance((40,) * 13, 100_000) < rank_distance((1,) * 13, 100_000)


@given(st.integers(1, 4), st.integers(0, 6))
def test_average_precision_is_the_mean_over_every_order_of_the_pool(relevant: int, others: int) -> None:
    pool = relevant + others
    values = [
        sum(hits / rank for hits, rank in enumerate(ranks, 1)) / relevant
        for ranks in combinations(range(1, pool + 1), relevant)
    ]
    assert average_precision(relevant, pool) == pytest.approx(sum(values) / len(values))


def test_recall_never_exceeds_one() -> None:
    assert recall(10, 4) == 1
    assert recall(10, 40) == 0.25


def test_chance_covers_every_direction_and_the_macro_means(report: Report) -> None:
    assert set(report.quantities("ntrex-news")) == set(report.chance)
    macro = Quantity.macro("ntrex-news", "multilingual", "rank_distance")
    assert report.chance[macro] == pytest.approx((3 - 1) * (3 * POOL + 1) / (3 + 1))


def test_chance_takes_each_language_with_several_passages_as_one(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["en-en"], seeds=[1])
    ranks = ranks_of([("en-en", 1)])
    again = ranks.filter([language == "sw" for language in ranks.column("passage_language").to_pylist()])
    write_ranks(run, pa.concat_tables([ranks, again]))
    quantity = Quantity("ntrex-news", "multilingual", "en", ALL, "rank_distance")
    assert chance_of(run, read_results(run))[quantity] == pytest.approx(rank_distance((1, 1, 2), POOL * len(NEWS)))
