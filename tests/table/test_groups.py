"""Claims about groups of rows as numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from polybatch.table.groups import number_keys, number_names, passage_groups

NAMES = st.lists(st.sampled_from([None, "", "a", "b", "c"]), max_size=20)


@given(NAMES)
def test_names_and_their_hashes_are_numbered_alike(names: list[str | None]) -> None:
    keys = np.array([ord(name) if name else 0 for name in names], dtype=np.uint64)
    assert number_keys(keys).tolist() == number_names(names).tolist()


@given(NAMES)
def test_rows_share_a_passage_group_exactly_if_they_have_one_name(names: list[str | None]) -> None:
    groups = passage_groups(number_names(names)).tolist()
    for row, name in enumerate(names):
        for other in range(row):
            assert (groups[row] == groups[other]) == bool(name and name == names[other])
