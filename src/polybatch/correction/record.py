"""A correction of vectors: what is taken off, by language, as arrays that are applied and saved. No torch, no texts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from polybatch.errors import DataError, Fault, ModelError
from polybatch.files import read_json, why_unreadable

ABOUT, ARRAYS = "correction.json", "correction.safetensors"
UNKNOWN = -1  # number of a language that could not be told: its text keeps its vector


@dataclass(frozen=True)
class Correction:
    """Takes an offset off vectors of length 1, then projects a subspace off, and scales to length 1 again.

    `languages` are those it was fitted on. `by_language`: whether each has an offset and a subspace of its own, in
    their order; else one stands for all, and no text's language need be known. `offsets`: float32, shape
    (1 or languages, dimensions); `bases`: float32, shape (1 or languages, rank, dimensions), orthonormal rows that
    span what is projected off; the rank may be 0. `passages_only`: queries keep their vectors. `fitted` says how it
    came about: texts of each language, rank, strength, as plain values.
    """

    name: str
    languages: tuple[str, ...]
    by_language: bool
    offsets: np.ndarray
    bases: np.ndarray
    passages_only: bool = False
    fitted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dimensions(self) -> int:
        """Components of a vector."""
        return int(self.offsets.shape[1])

    def apply(
        self, vectors: np.ndarray, languages: str | Sequence[str | None] | None = None, *, queries: bool = False
    ) -> np.ndarray:
        """Corrected vectors of length 1, float32; zero vectors stay zero.

        `languages`: that of each vector, or one of all; None for one is an unknown language, and its vector is only
        scaled. A correction that is not by language passes them over. Raises DataError for vectors of other
        dimensions, and for languages that are missing or were not fitted.
        """
        return to_unit(self.take_off(vectors, languages, queries=queries)).astype(np.float32)

    def take_off(
        self, vectors: np.ndarray, languages: str | Sequence[str | None] | None = None, *, queries: bool = False
    ) -> np.ndarray:
        """As `apply`, in float64 and not yet scaled to length 1 again."""
        if vectors.ndim != 2 or vectors.shape[1] != self.dimensions:
            works = f"(texts, {self.dimensions}) works"
            raise DataError([Fault(f"correction {self.name}", f"vectors of shape {vectors.shape}", works)])
        unit = to_unit(vectors)
        if queries and self.passages_only:
            return unit
        for number, rows in self._places(languages, len(vectors)):
            moved = unit[rows] - self.offsets[number].astype(np.float64)
            basis = self.bases[number].astype(np.float64)
            unit[rows] = moved - (moved @ basis.T) @ basis
        return unit

    def write(self, folder: Path) -> None:
        """Write both files into a folder that is there."""
        arrays = {"offsets": self.offsets, "bases": self.bases}
        save_file({name: np.ascontiguousarray(one, np.float32) for name, one in arrays.items()}, folder / ARRAYS)
        about = {
            "name": self.name,
            "languages": list(self.languages),
            "by_language": self.by_language,
            "passages_only": self.passages_only,
            "fitted": dict(self.fitted),
        }
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Correction":
        """What `write` wrote. Raises ModelError where it is missing or broken."""
        try:
            about = read_json(folder / ABOUT)
            arrays = load_file(folder / ARRAYS)
            found = cls(**about | {"languages": tuple(about["languages"])} | arrays)
        except OSError as error:
            raise ModelError([Fault(str(error.filename or folder), why_unreadable(error))]) from None
        except (ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ModelError([Fault(str(folder), f"holds no correction: {error}")]) from None
        count = len(found.languages) if found.by_language else 1
        shapes = found.offsets.shape, found.bases.shape
        if len(shapes[0]) != 2 or len(shapes[1]) != 3 or {shapes[0][0], shapes[1][0]} != {count}:
            raise ModelError([Fault(str(folder), f"arrays of shape {shapes} for {count} languages")])
        return found

    def _places(self, languages: str | Sequence[str | None] | None, count: int) -> list[tuple[int, np.ndarray]]:
        """Each part of the arrays that is wanted, and the vectors that it is for."""
        if not self.by_language:
            return [(0, np.arange(count))]
        if languages is None:
            works = f"give them: {', '.join(self.languages)}"
            raise DataError([Fault(f"correction {self.name}", "needs the language of every vector", works)])
        numbers = language_numbers([languages] * count if isinstance(languages, str) else languages, self.languages)
        if len(numbers) != count:
            raise DataError([Fault(f"correction {self.name}", f"{len(numbers)} languages for {count} vectors")])
        return [(one, np.flatnonzero(numbers == one)) for one in np.unique(numbers).tolist() if one != UNKNOWN]


def to_unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors scaled to length 1, in float64; zero vectors stay zero."""
    vectors = vectors.astype(np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def language_numbers(codes: Sequence[str | None], languages: Sequence[str]) -> np.ndarray:
    """The number of each code among some languages, UNKNOWN for None; int64. Raises DataError for any other."""
    place = {code: number for number, code in enumerate(languages)} | {None: UNKNOWN}
    if others := sorted({str(code) for code in codes if code not in place}):
        raise DataError([Fault("correction", f"was not fitted on {', '.join(others)}", f"on {', '.join(languages)}")])
    return np.array([place[code] for code in codes], dtype=np.int64)
