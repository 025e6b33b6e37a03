"""Claims about sharing a sequence out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from polybatch.sampling.apportionment import Apportionment, Shares

weights = st.lists(st.floats(0, 100).map(lambda one: 0.0 if one < 0.01 else one), min_size=1, max_size=40).filter(any)


@given(weights, st.integers(0, 10**9), st.integers(1, 500))
def test_any_stretch_holds_each_part_by_its_share(found: list[float], start: int, length: int) -> None:
    leaf, _ = Apportionment(Shares(tuple(found), tuple(range(len(found))))).at(np.arange(start, start + length))
    counts = np.bincount(leaf, minlength=len(found))
    shares = np.array(found) / sum(found)
    forks = np.ceil(np.log2(len(found))) if len(found) > 1 else 0
    # weights are rounded to one part in 2 ** 24, which a long way from the start adds up
    assert (np.abs(counts - shares * length) <= 1 + forks + 1e-6 * length).all()
    assert not counts[shares == 0].any()


@given(weights)
def test_the_index_counts_what_came_before_with_the_same_part(found: list[float]) -> None:
    leaf, index = Apportionment(Shares(tuple(found), tuple(range(len(found))))).at(np.arange(300))
    for part in range(len(found)):
        assert index[leaf == part].tolist() == list(range(int((leaf == part).sum())))


@given(st.integers(1, 60), st.integers(0, 10**6))
def test_equal_parts_come_once_each_in_any_stretch_of_their_number(parts: int, start: int) -> None:
    shares = Shares((0.1,) * parts, tuple(range(parts)))
    leaf, _ = Apportionment(shares).at(np.arange(start, start + parts))
    assert sorted(leaf.tolist()) == list(range(parts))


def test_shares_within_shares_multiply() -> None:
    shares = Shares((1, 1), (0, Shares((1, 3), (1, 2))))
    leaf, _ = Apportionment(shares).at(np.arange(8000))
    assert np.bincount(leaf).tolist() == [4000, 1000, 3000]
