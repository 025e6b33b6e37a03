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
    texts = {side: _texts(table, side, language) for side in (QUERY, PASSAGE)}
    works = f"the teacher reads every row in {language}"
    faults = [
        Fault(f"{side_name(side)}.{language}", f"{found.count(None)} of {len(table)} rows do not have it", works)
        for side, found in texts.items()
        if None in found
    ]
    if faults:
        raise RecipeError(faults)
    vectors = [_encoded([str(text) for text in found], side, teacher, progress) for side, found in texts.items()]
    return TeacherVectors(*_fit(vectors, dimensions))


def teacher_scores(
    table: AlignedTable, teacher: Teacher, *, language: str, reads: str, progress: Progress
) -> TeacherVectors:
    """The teacher's vectors of every row's texts in `language` for the scores of a batch: centred, of length 1.

    The mean over the distinct queries is taken off queries, that over passages off passages: vectors of a pooled
    transformer lie in a narrow cone, in which all texts look alike. A row without a text in the language, as of news
    that nobody translated, is read in the first language that it has. With `reads` "queries" the vector of a query
    stands for its passage as well, and no passage is encoded: a row then scores 1 with itself, and unless the teacher's
    temperature is high that is all the softmax shows.
    """
    sides = (QUERY,) if reads == "queries" else (QUERY, PASSAGE)
    languages = (language, *(code for code in table.languages if code != language))
    vectors = []
    for side in sides:
        texts = [_texts(table, side, code) for code in languages]
        read = [next(text for text in row if text is not None) for row in zip(*texts, strict=True)]
        vectors.append(_encoded(read, side, teacher, progress, centred=True))
    return TeacherVectors(vectors[0], vectors[-1])


def _encoded(
    texts: Sequence[str], side: int, teacher: Teacher, progress: Progress, *, centred: bool = False
) -> np.ndarray:
    """Vectors of texts, each distinct one encoded once; of length 1 and, if `centred`, again after centring."""
    encode = teacher.encode_queries if side == QUERY else teacher.encode_passages
    place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    encoded = _unit(np.asarray(encode(list(place), progress), dtype=np.float32))
    if centred:
        encoded = _unit(encoded - encoded.mean(axis=0))
    vectors: np.ndarray = encoded[[place[text] for text in texts]]
    return vectors


def _unit(vectors: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return scaled


def _texts(table: AlignedTable, side: int, language: str) -> list[str | None]:
    rows = np.arange(len(table))
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
