"""What keeps a correction from being fitted: every fault of its vectors and options at once. Nothing is fitted here."""

from collections.abc import Mapping

import numpy as np

from polybatch.errors import Fault

FEWEST = 50  # texts of a language, or translations shared with the pivot: a mean of fewer is mostly their content

Vectors = Mapping[str, np.ndarray]


def fitting_faults(
    name: str,
    vectors: Vectors,
    items: Mapping[str, np.ndarray] | None,
    *,
    rank: int | None,
    pivot: str,
    strength: float | None,
) -> list[Fault]:
    """What keeps a correction from being fitted; see `fit_correction`."""
    where = f"correction {name}"
    faults = []
    if len(vectors) < 2:
        found = f"vectors in {', '.join(vectors) or 'no language'} alone"
        faults.append(Fault(where, found, "two languages or more work"))
    for code, one in vectors.items():
        if one.ndim != 2 or len(one) < FEWEST:
            found = f"{len(one)} texts in {code}" if one.ndim == 2 else f"vectors of shape {one.shape} in {code}"
            faults.append(Fault(where, found, f"{FEWEST} or more work"))
        elif broken := int(np.count_nonzero(~np.isfinite(one).all(axis=1))):
            faults.append(Fault(where, f"{broken} of {len(one)} vectors in {code} have NaN or infinite values"))
        elif not one.any():
            faults.append(Fault(where, f"all vectors in {code} are zero"))
    dimensions = {one.shape[1]: code for code, one in vectors.items() if one.ndim == 2}
    if len(dimensions) > 1:
        found = " and ".join(f"{count} dimensions in {code}" for count, code in dimensions.items())
        faults.append(Fault(where, found, "vectors of one encoder work"))
    counts = {} if items is None else {code: len(items.get(code, ())) for code in vectors}
    for code, count in counts.items():
        if count != len(vectors[code]):
            found = f"{count} items for {len(vectors[code])} vectors in {code}"
            faults.append(Fault(where, found, "one for each works"))
    if rank is not None and name not in ("lir", "lsar"):
        faults.append(Fault(where, "has no rank", "lir and lsar have"))
    elif rank is not None and not 1 <= rank <= (most := len(vectors) - 1 if name == "lsar" else min(dimensions) - 1):
        faults.append(Fault(where, f"rank {rank}", f"1 to {most} works"))
    if strength is not None and (name != "shift" or not 0 <= strength <= 1):
        works = "0 to 1 works" if name == "shift" else "shift has one"
        faults.append(Fault(where, f"strength {strength}", works))
    if name == "shift" and pivot not in vectors:
        faults.append(Fault(where, f"no vectors in the pivot {pivot}", f"found: {', '.join(vectors)}"))
    return faults or (_unpaired(where, vectors, items, pivot) if name == "shift" else [])


def _unpaired(where: str, vectors: Vectors, items: Mapping[str, np.ndarray] | None, pivot: str) -> list[Fault]:
    """Faults of shift: vectors that are not parallel, languages that share too few items with the pivot."""
    counts = {code: len(one) for code, one in vectors.items()}
    if items is None:
        if len(set(counts.values())) == 1:
            return []
        found = ", ".join(f"{code} {count}" for code, count in counts.items())
        return [Fault(where, f"vectors that are not parallel: {found}", "as many of each, or items")]
    shared = {code: len(np.intersect1d(items[code], items[pivot])) for code in vectors}
    return [
        Fault(where, f"{count} items in both {code} and {pivot}", f"{FEWEST} or more work")
        for code, count in shared.items()
        if count < FEWEST
    ]
