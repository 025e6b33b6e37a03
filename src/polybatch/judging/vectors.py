"""Vectors as the judge reads them: checked, measured, equal ones found, cut to length 1 block by block. No scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from polybatch.errors import Fault

BLOCK = 16_384  # rows read at once: what is made of them for a moment stays small beside the vectors
NAMED = 3  # texts that a fault or a note names before it only counts


@dataclass(frozen=True)
class Vectors:
    """Vectors of texts, in parts that stand one after the other, as they came: nothing is copied whole.

    `lengths`: float32, shape (texts,), 0 for a zero vector. `columns`: int64, shape (texts,): texts whose vectors point
    exactly the same way share a number, and the numbers run from 0 without gaps, in order of first appearance.
    """

    parts: tuple[np.ndarray, ...]
    lengths: np.ndarray
    columns: np.ndarray

    @property
    def dimensions(self) -> int:
        """Components of a vector."""
        return int(self.parts[0].shape[1])

    @cached_property
    def firsts(self) -> np.ndarray:
        """The first text of each column, int64."""
        return np.unique(self.columns, return_index=True)[1]

    def unit(self, rows: np.ndarray) -> np.ndarray:
        """Vectors of the texts at `rows` scaled to length 1: a new float32 array; zero vectors stay zero."""
        found = np.empty((len(rows), self.dimensions), dtype=np.float32)
        first = 0
        for part in self.parts:
            here = (rows >= first) & (rows < first + len(part))
            if here.all():
                found[:] = part[rows - first]
            elif here.any():
                found[here] = part[rows[here] - first]
            first += len(part)
        return _scaled(found, self.lengths[rows])


def check_vectors(parts: Sequence[Any], texts: Sequence[str], what: str) -> tuple[Vectors | None, list[Fault], str]:
    """Vectors read once: themselves, or what is wrong with them; and a note on zero vectors, empty without any.

    `parts` are arrays or tensors of shape (texts, dimensions) that stand one after the other; `texts` are what they are
    vectors of, and are only named; `what` is `queries` or `passages`. A zero vector (a text without a known token, for
    one) is no fault: it scores 0 against everything, and ties there. NaN and infinite values are.
    """
    arrays = tuple(as_array(part) for part in parts)
    shapes = [array.shape for array in arrays]
    if any(array.ndim != 2 for array in arrays) or sum(map(len, arrays)) != len(texts):
        found = f"the encoder gave {what} of shape {', '.join(map(str, shapes))}"
        return None, [Fault("encoder", found, f"({len(texts)}, dimensions) works")], ""
    if len({shape[1] for shape in shapes}) > 1:
        found = f"{what} have {' and '.join(str(shape[1]) for shape in shapes)} dimensions"
        return None, [Fault("encoder", found, "one number of dimensions works")], ""
    lengths = np.concatenate([_lengths(block) for array in arrays for block in _blocks(array)])
    if len(broken := np.flatnonzero(~np.isfinite(lengths))):
        found = f"{len(broken)} of {len(texts)} {what} have NaN or infinite values: {named(texts, broken)}"
        return None, [Fault("encoder", found)], ""
    zero = np.flatnonzero(lengths == 0)
    note = f"{len(zero)} of {len(texts)} {what} have zero vectors and score 0: {named(texts, zero)}" * (len(zero) > 0)
    return Vectors(arrays, lengths, _columns(arrays, lengths)), [], note


def as_array(vectors: Any) -> np.ndarray:
    """An array as it is, a tensor of any device and type as float32; an array that is not of numbers fails later."""
    if hasattr(vectors, "detach"):
        vectors = vectors.detach().cpu().float().numpy()
    return np.asarray(vectors)


def named(texts: Sequence[str], places: np.ndarray) -> str:
    """The first few texts at `places`, quoted and cut short."""
    shown = [texts[place] if len(texts[place]) <= 40 else texts[place][:39] + "…" for place in places[:NAMED]]
    return ", ".join(map(repr, shown)) + ", …" * (len(places) > NAMED)


def _blocks(array: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(array), BLOCK):
        yield array[start : start + BLOCK].astype(np.float32)


def _lengths(block: np.ndarray) -> np.ndarray:
    # summed in float64, so that neither very long nor very short vectors are lost
    squares = np.einsum("ij,ij->i", block, block, dtype=np.float64)
    with np.errstate(over="ignore"):  # a length beyond float32 is infinite, and a fault
        return np.asarray(np.sqrt(squares), dtype=np.float32)


def _scaled(block: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    np.divide(block, lengths[:, None], out=block, where=lengths[:, None] > 0)
    return block


def _columns(arrays: Sequence[np.ndarray], lengths: np.ndarray) -> np.ndarray:
    """A number for each row, the same where the vectors of length 1 are the same to the last bit."""
    if not len(lengths):
        return np.empty(0, dtype=np.int64)
    weights = np.random.default_rng(0).integers(1, 2**64, size=(arrays[0].shape[1], 2), dtype=np.uint64) | 1
    keys = np.empty((len(lengths), 2), dtype=np.uint64)
    first = 0
    for array in arrays:
        for block in _blocks(array):
            last = first + len(block)
            scaled = _scaled(block, lengths[first:last]) + np.float32(0)  # which makes -0 into 0
            # 128 bits of a random linear hash, modulo 2^64 each: nobody picks vectors so that they collide
            keys[first:last] = scaled.view(np.uint32).astype(np.uint64) @ weights
            first = last
    _, firsts, found = np.unique(keys.view("u8,u8").ravel(), return_index=True, return_inverse=True)
    places = np.empty(len(firsts), dtype=np.int64)
    places[np.argsort(firsts, kind="stable")] = np.arange(len(firsts))
    return places[found.ravel()]
