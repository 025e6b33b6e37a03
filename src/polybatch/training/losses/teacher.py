"""A teacher's vectors of every row, in one language, ahead of a training; as long as the student's. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from polybatch.errors import Fault, RecipeError
from polybatch.progress import Progress
from polybatch.table.aligned import AlignedTable
from polybatch.table.columns import side_name
from polybatch.table.shape import PASSAGE, QUERY


class Teacher(Protocol):
    """Texts in, vectors out: an encoder as `load_encoder` gives it."""

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of queries, shape (texts, dimensions)."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of passages, shape (texts, dimensions)."""
        ...


@dataclass(frozen=True)
class TeacherVectors:
    """A teacher's vectors of the queries and of the passages of a table: float32, shape (rows, dimensions)."""

    queries: np.ndarray
    passages: np.ndarray


def teacher_vectors(
    table: AlignedTable, teacher: Teacher, *, language: str, dimensions: int, progress: Progress
) -> TeacherVectors:
    """The teacher's vectors of every row's texts in `language`, of length 1, then in `dimensions` dimensions.

    Longer vectors are turned onto their first principal axes (of all of them, about the origin, so that cosines are
    kept as well as they can be); shorter ones are followed by zeros, which keeps cosines as they are. Each distinct
    text is encoded once. Raises RecipeError where rows lack a text in the language.
    """
    rows = np.arange(len(table))
    texts = {side: _texts(table, side, language, rows) for side in (QUERY, PASSAGE)}
    works = f"the teacher reads every row in {language}"
    faults = [
        Fault(f"{side_name(side)}.{language}", f"{found.count(None)} of {len(table)} rows do not have it", works)
        for side, found in texts.items()
        if None in found
    ]
    if faults:
        raise RecipeError(faults)
    encoders = {QUERY: teacher.encode_queries, PASSAGE: teacher.encode_passages}
    vectors = []
    for side, found in texts.items():
        distinct = list(dict.fromkeys(map(str, found)))
        place = {text: number for number, text in enumerate(distinct)}
        encoded = np.asarray(encoders[side](distinct, progress), dtype=np.float32)
        encoded /= np.maximum(np.linalg.norm(encoded, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        vectors.append(encoded[[place[str(text)] for text in found]])
    return TeacherVectors(*_fit(vectors, dimensions))


def _texts(table: AlignedTable, side: int, language: str, rows: np.ndarray) -> list[str | None]:
    try:
        return list(table.texts(side, language, rows))
    except KeyError:
        return [None] * len(rows)


def _fit(vectors: list[np.ndarray], dimensions: int) -> list[np.ndarray]:
    longer = vectors[0].shape[1] - dimensions
    if longer <= 0:
        return [np.pad(one, ((0, 0), (0, -longer))) for one in vectors]
    together: np.ndarray = sum((one.T.astype(np.float64) @ one for one in vectors), np.zeros(()))
    axes = np.linalg.eigh(together)[1][:, ::-1][:, :dimensions].astype(np.float32)
    return [one @ axes for one in vectors]
