"""Fit a correction by name on vectors of development texts, by language. Not here: the texts, encoding, saving."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from polybatch.correction.checks import Vectors, fitting_faults
from polybatch.correction.record import Correction, to_unit
from polybatch.correction.shift import choose_strength, language_shifts
from polybatch.correction.subspaces import language_directions, shared_directions
from polybatch.correction.table import CORRECTIONS, PIVOT
from polybatch.errors import DataError, Fault


def fit_correction(
    name: str,
    vectors: Vectors,
    items: Mapping[str, np.ndarray] | None = None,
    *,
    rank: int | None = None,
    pivot: str = PIVOT,
    strength: float | None = None,
) -> Correction:
    """A correction fitted on vectors by language, each of shape (texts, dimensions), scaled to length 1 first.

    `items`: by language, the number of the item that each vector is of: those of one number are translations of one
    another; without, those of shift are parallel row by row. Means are of the same content only as far as texts are
    parallel. `rank`: of lir, 1 by default, and lsar, one less than languages by default, the highest; `pivot` and
    `strength` are of shift, whose strength is chosen on held-out items by default.

    Raises DataError with every fault: an unknown name, fewer than two languages, under FEWEST texts, other dimensions,
    NaN, zero vectors only, an option that the correction does not have, or no pivot.
    """
    vectors = {code: np.asarray(vectors[code]) for code in sorted(vectors)}
    if name not in CORRECTIONS:
        raise DataError([Fault("correction", repr(name), f"known: {', '.join(CORRECTIONS)}")])
    faults = fitting_faults(name, vectors, items, rank=rank, pivot=pivot, strength=strength)
    if faults:
        raise DataError(faults)
    numbers = _numbered(vectors, items)
    unit = {code: to_unit(one) for code, one in vectors.items()}
    fitted: dict[str, Any] = {"texts": {code: len(one) for code, one in unit.items()}}
    return _FITS[name](unit, numbers, fitted, rank, pivot, strength)


def _centring(unit: Vectors, items: Any, fitted: dict[str, Any], *options: Any) -> Correction:
    return _by_language("centring", unit, fitted, offsets=np.stack([one.mean(axis=0) for one in unit.values()]))


def _lir(unit: Vectors, items: Any, fitted: dict[str, Any], rank: int | None, *options: Any) -> Correction:
    rank = rank or 1
    return _by_language("lir", unit, fitted | {"rank": rank}, bases=language_directions(unit, rank))


def _lsar(unit: Vectors, items: Any, fitted: dict[str, Any], rank: int | None, *options: Any) -> Correction:
    rank = rank or len(unit) - 1
    bases = shared_directions([one.mean(axis=0) for one in unit.values()], rank)[None].astype(np.float32)
    offsets = np.zeros((1, bases.shape[2]), np.float32)
    return Correction("lsar", tuple(unit), False, offsets, bases, fitted=fitted | {"rank": rank})


def _shift(
    unit: Vectors, items: Any, fitted: dict[str, Any], rank: None, pivot: str, strength: float | None
) -> Correction:
    chosen = choose_strength(unit, items, pivot) if strength is None else strength
    fitted |= {"pivot": pivot, "strength": chosen}
    return _by_language("shift", unit, fitted, offsets=chosen * language_shifts(unit, items, pivot), passages_only=True)


_FITS: dict[str, Callable[..., Correction]] = {
    "centring": _centring,
    "lir": _lir,
    "lsar": _lsar,
    "shift": _shift,
}


def _by_language(
    name: str,
    unit: Vectors,
    fitted: dict[str, Any],
    *,
    offsets: np.ndarray | None = None,
    bases: np.ndarray | None = None,
    passages_only: bool = False,
) -> Correction:
    count, dimensions = len(unit), next(iter(unit.values())).shape[1]
    offsets = np.zeros((count, dimensions)) if offsets is None else offsets
    bases = np.zeros((count, 0, dimensions)) if bases is None else bases
    arrays = offsets.astype(np.float32), bases.astype(np.float32)
    return Correction(name, tuple(unit), True, *arrays, passages_only=passages_only, fitted=fitted)


def _numbered(vectors: Vectors, items: Mapping[str, np.ndarray] | None) -> dict[str, np.ndarray]:
    """The item of every vector, numbered from 0 over all languages."""
    if items is None:
        return {code: np.arange(len(one)) for code, one in vectors.items()}
    known = np.unique(np.concatenate([items[code] for code in vectors]))
    return {code: np.searchsorted(known, items[code]) for code in vectors}
