"""The rank of every relevant passage of a query, exact, in every pool at once. Pure NumPy; scores come from outside."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np


def tie_order(passage_ids: Sequence[str]) -> np.ndarray:
    """A neutral fixed order that breaks ties: int64 places, shape (passages,), the lower first.

    Passages are ordered by a hash of their ids, so that no language, document or file order is favoured; ids that
    start with a language code, ordered as text, would turn ties into language bias.
    """
    hashes = [blake2b(passage.encode(), digest_size=16).digest() for passage in passage_ids]
    places = np.empty(len(hashes), dtype=np.int64)
    places[sorted(range(len(hashes)), key=hashes.__getitem__)] = np.arange(len(hashes))
    return places


def count_better(scores: np.ndarray, relevant: np.ndarray, order: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """How many passages of each language stand before each relevant passage.

    `scores`: shape (passages,), one query against the union of all languages, one language after the other; `relevant`:
    positions of the relevant passages; `order`: from `tie_order`; `starts`: where each language begins. Returns int64,
    shape (relevant, languages). A passage stands before another with a higher score, or an equal score and a lower
    place in `order`. The rank in a language's pool is 1 + its count, in the union 1 + the sum of the counts.
    """
    own = scores[relevant][:, None]
    before = scores > own
    ties = scores == own
    if np.count_nonzero(ties) > len(relevant):
        before |= ties & (order < order[relevant][:, None])
    return np.add.reduceat(before, starts, axis=1, dtype=np.int64)
