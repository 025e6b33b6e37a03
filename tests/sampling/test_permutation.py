"""Claims about keyed permutations."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from polybatch.hashing import key_of
from polybatch.sampling.permutation import permute


@given(st.integers(1, 3000), st.integers(0, 2**63))
def test_it_sends_every_index_to_another_place(count: int, key: int) -> None:
    places = permute(np.arange(count), count, key_of(key))
    assert sorted(places.tolist()) == list(range(count))


@given(st.lists(st.tuples(st.integers(1, 10**12), st.floats(0, 1, exclude_max=True)), min_size=1, max_size=30))
def test_an_element_does_not_depend_on_its_neighbours(elements: list[tuple[int, float]]) -> None:
    counts = np.array([count for count, _ in elements])
    index = np.array([int(count * part) for count, part in elements])
    keys = key_of(7, np.arange(len(elements)))
    together = permute(index, counts, keys)
    assert (together < counts).all()
    for at in range(len(elements)):
        assert permute(index[at : at + 1], counts[at], keys[at]).tolist() == [together[at]]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_all_orders_of_a_few_things_are_as_likely(count: int) -> None:
    keys = key_of(11, np.arange(30_000))
    places = [permute(np.full(len(keys), index), count, keys).tolist() for index in range(count)]
    found = Counter(zip(*places, strict=True))
    assert chisquare([found[order] for order in permutations(range(count))]).pvalue > 0.001


@pytest.mark.parametrize("count", [64, 1000, 40_000_000])
def test_places_of_neighbours_are_spread_evenly(count: int) -> None:
    index = np.tile(np.arange(min(count, 2000)), 8)
    places = permute(index, count, key_of(5, np.repeat(np.arange(8), len(index) // 8)))
    assert chisquare(np.bincount(places * 16 // count, minlength=16)).pvalue > 0.001
    steps = np.diff(places.reshape(8, -1), axis=1) % count
    assert chisquare(np.bincount(steps.ravel() * 16 // count, minlength=16)).pvalue > 0.001


def test_keys_differ_by_every_part_and_by_their_order() -> None:
    keys = {int(key_of(*parts)) for parts in ((1,), (2,), (1, 2), (2, 1), (1, 2, 0), (0, 1, 2))}
    assert len(keys) == 6
