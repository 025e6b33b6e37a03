"""SHIFT: passages moved by how translations lie from those of one language, as far as held-out items ask for."""

from collections.abc import Mapping

import numpy as np

from polybatch.correction.record import to_unit

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
POOL = 3000  # vectors of all languages on which a strength is chosen


def language_shifts(vectors: Mapping[str, np.ndarray], items: Mapping[str, np.ndarray], pivot: str) -> np.ndarray:
    """SHIFT (arXiv 2606.18801): v_l, the mean over shared items of f(d_l) - f(d_pivot); shape (languages, dimensions).

    `vectors` of length 1 by language; `items`: the number of the item that each is of. NaN where nothing is shared.
    """
    found = []
    for code, some in vectors.items():
        _, here, there = np.intersect1d(items[code], items[pivot], return_indices=True)
        differences = some[here] - vectors[pivot][there]
        found.append(differences.mean(axis=0) if len(here) else np.full(some.shape[1], np.nan))
    return np.stack(found)


def choose_strength(vectors: Mapping[str, np.ndarray], items: Mapping[str, np.ndarray], pivot: str) -> float:
    """The strength of STRENGTHS under which texts best find their translations, the smallest of equal ones.

    Items are numbered from 0. Shifts are measured on every second one and judged on the others: each text, unmoved, is
    a query for its translations among moved texts of all languages, its own copy left out; the measure is mean average
    precision. Of many items, as many are judged as make POOL vectors.
    """
    half = {code: numbers % 2 == 0 for code, numbers in items.items()}
    shifts = language_shifts(
        {code: one[half[code]] for code, one in vectors.items()},
        {code: one[half[code]] for code, one in items.items()},
        pivot,
    )
    judged = np.unique(np.concatenate([one[~half[code]] for code, one in items.items()]))
    judged = judged[: max(1, POOL // len(vectors))]
    kept = {code: ~half[code] & np.isin(numbers, judged) for code, numbers in items.items()}
    queries = np.concatenate([one[kept[code]] for code, one in vectors.items()])
    numbers = np.concatenate([one[kept[code]] for code, one in items.items()])
    moves = np.concatenate(
        [np.tile(shift, (int(kept[code].sum()), 1)) for code, shift in zip(vectors, shifts, strict=True)]
    )
    if len(numbers) == len(np.unique(numbers)) or not np.isfinite(moves).all():
        return 1.0  # nothing held out has a translation to be found
    scores = [translation_precision(queries, to_unit(queries - one * moves), numbers) for one in STRENGTHS]
    return STRENGTHS[int(np.argmax(scores))]


def translation_precision(queries: np.ndarray, passages: np.ndarray, items: np.ndarray) -> float:
    """Mean average precision of finding the other passages of a query's item; row by row, both are of one text.

    Queries without another passage are left out. A tie counts as better, so that equal vectors gain nothing.
    """
    scores = queries @ passages.T
    np.fill_diagonal(scores, -np.inf)
    found = []
    for number, row in enumerate(scores):
        relevant = items == items[number]
        relevant[number] = False
        if relevant.any():
            ranks = np.sort([np.count_nonzero(row >= score) for score in row[relevant]])
            found.append(np.mean(np.arange(1, len(ranks) + 1) / ranks))
    return float(np.mean(found))
