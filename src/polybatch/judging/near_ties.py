"""What must be said of scores that float32 cannot order: how many queries have such scores among their first ten."""

import numpy as np

from polybatch.judging.top import Top

FIRST = 10  # places looked at, and the one after them
LEAST = 0.05  # share of queries from which it is said; a few are so by chance
ROUNDING = 2.0**-20  # of a query's largest score; products of float32 vectors differ by about a quarter of it


def near_tie_notes(collection: str, top: Top | None, columns: np.ndarray) -> list[str]:
    """A sentence where queries have neighbours among their first ten whose scores differ by no more than rounding.

    Vectors of texts that an encoder cannot read are all but equal, and another processor orders them otherwise. Exact
    ties are none of these: they have a fixed order and an expected rank. `columns` says which column of the scores
    each passage reads, as those of one column are equal. No sentence without a top, or for less than LEAST of queries.
    """
    if top is None:
        return []
    scores, passages = top.scores[:, : FIRST + 1].astype(np.float64), top.passages[:, : FIRST + 1]
    there = passages >= 0
    largest = np.abs(np.where(there, scores, 0)).max(axis=1, initial=0, keepdims=True)
    apart = np.where(there[:, 1:], scores[:, :-1] - np.where(there, scores, 0)[:, 1:], np.inf)
    near = (apart > 0) & (apart <= ROUNDING * largest) & (columns[passages[:, :-1]] != columns[passages[:, 1:]])
    found, asked = int(near.any(axis=1).sum()), int(there.any(axis=1).sum())
    if not found or found < LEAST * asked:
        return []
    told = f"{found} of {asked} queries have passages among their first {FIRST} whose scores differ only by rounding"
    return [f"{collection}: {told}: their order is arbitrary; the encoder may be unable to read these texts"]
