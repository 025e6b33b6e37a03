"""Which item of a passage group is drawn: the items of a group take turns. Pure. Not here: which group is drawn."""

import numpy as np

from polybatch.hashing import key_of
from polybatch.table.shape import PASSAGE, QUERY, DatasetShape


def items_in_turn(
    dataset: DatasetShape,
    groups: np.ndarray,
    turns: np.ndarray,
    period: np.ndarray,
    pairs: np.ndarray,
    *,
    drawn: np.ndarray,
    key: int,
) -> np.ndarray:
    """The rows of these groups whose turn it is: int64, shape (n,), as `groups`, `turns` and `period`.

    `turns` count the draws of a group from 0: as many draws that follow one another as it has items show each item
    once, beginning at a hash of the group and the key. Where draw t of a group is in direction t modulo `period`, the
    items take turns within each direction too. `pairs`, shape (n, 2): the languages (numbers) of query and passage that
    the rows must have; `drawn`, bool: which patterns of the dataset have any direction that is drawn from it. An item
    that lacks the languages gives its turn to those that have them.
    """
    if dataset.starts is None:
        return groups if dataset.order is None else np.asarray(dataset.order[groups])
    first = np.asarray(dataset.starts[groups])
    sizes = np.asarray(dataset.starts[groups + 1]) - first
    begin = (key_of(key, groups) >> np.uint64(33)).astype(np.int64)
    if dataset.pattern_of is None:
        place = first + _item(begin, turns, period, sizes)
        return place if dataset.order is None else np.asarray(dataset.order[place])
    # all items of all these groups that may be drawn, one group after the other, and whether they have the languages
    of = np.repeat(np.arange(len(groups)), sizes)
    place = np.arange(len(of)) - (np.cumsum(sizes) - sizes - first)[of]
    row = place if dataset.order is None else np.asarray(dataset.order[place])
    pattern = np.asarray(dataset.pattern_of[row])
    able = drawn[pattern]
    of, row, pattern = of[able], row[able], pattern[able]
    queries, passages = pairs[of].T
    has = dataset.patterns[pattern, QUERY, queries] & dataset.patterns[pattern, PASSAGE, passages]
    counts, having = np.bincount(of, minlength=len(groups)), np.bincount(of[has], minlength=len(groups))
    item = _item(begin, turns, period, counts)
    chosen = np.cumsum(counts) - counts + item
    passed_on = np.cumsum(having) - having + (item + turns // counts) % having
    rows: np.ndarray = np.where(has[chosen], row[chosen], row[has][passed_on])
    return rows


def _item(begin: np.ndarray, turns: np.ndarray, period: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The number of an item among `sizes`: one on each turn, and one more where item and direction would repeat."""
    if (period > 1).any():
        shared = np.gcd(period, sizes)
        turns = turns + turns * shared // (period * sizes) % shared
    item: np.ndarray = (begin + turns) % sizes
    return item
