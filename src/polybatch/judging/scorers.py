"""What can be judged: encoders, and whatever scores passages otherwise; and their scores, block by block. No ranks."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from polybatch.errors import Fault, ModelError
from polybatch.judging.vectors import Vectors, as_array
from polybatch.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

WIDTH = 16_384  # passages in a block of scores
CHUNK = 4096  # texts between two steps of a progress bar

Block = Callable[[np.ndarray], "Tensor"]
"""Scores of some passages: numbers of queries in, float32 of shape (queries, passages) out."""


class Encoder(Protocol):
    """Texts in, vectors out, of shape (texts, dimensions), as an array or a tensor. Scores are cosines."""

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of queries, with whatever prefix the encoder gives them."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """Vectors of passages, with whatever prefix the encoder gives them."""
        ...


class Scorer(Protocol):
    """What scores passages without vectors: BM25, a fusion, a cross-encoder."""

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        """Read all passages once, each distinct text once; returns what scores query texts against them.

        That takes a block of query texts and gives float32 of shape (queries, passages), the passages in their order.
        Higher is better, equal scores tie, NaN is refused.
        """
        ...


class ScoreSource(Protocol):
    """Scores of distinct queries against distinct passages, by their numbers, as the counting of ranks asks."""

    @property
    def columns(self) -> np.ndarray:
        """int64, shape (texts,): which column of the scores a passage text reads; equal vectors share one."""
        ...

    @property
    def width(self) -> int | None:
        """How many columns a block should have; None where a query is scored against all passages at once."""
        ...

    def over(self, columns: np.ndarray) -> Block:
        """The scores of some columns, in the order asked for."""
        ...


@dataclass(frozen=True)
class VectorScores:
    """Cosines of vectors: float32 products, accumulated in float32, on any device that torch knows."""

    queries: Vectors
    passages: Vectors
    device: str = "cpu"

    @property
    def columns(self) -> np.ndarray:
        """Equal vectors share a column, and so a score."""
        return self.passages.columns

    @property
    def width(self) -> int:
        """As many as keep a block of scores small."""
        return WIDTH

    def over(self, columns: np.ndarray) -> Block:
        """Cosines with the passages of some columns; each block of passages is read once, for all queries."""
        import torch

        passages = torch.from_numpy(self.passages.unit(self.passages.firsts[columns])).to(self.device).T

        def block(queries: np.ndarray) -> "Tensor":
            with _full_precision():
                return torch.from_numpy(self.queries.unit(queries)).to(self.device) @ passages

        return block


@dataclass(frozen=True)
class TextScores:
    """Scores that a Scorer gives for query texts against all passages at once."""

    queries: Sequence[str]
    columns: np.ndarray
    score: Callable[[Sequence[str]], np.ndarray]
    device: str = "cpu"
    width: None = None

    def over(self, columns: np.ndarray) -> Block:
        """The scorer's own scores. Raises ModelError where they are of wrong shape, or NaN."""
        import torch

        def block(queries: np.ndarray) -> "Tensor":
            texts = [self.queries[query] for query in queries]
            scores = as_array(self.score(texts)).astype(np.float32, copy=False)
            shape = (len(texts), len(self.columns))
            if scores.shape != shape:
                raise ModelError([Fault("scorer", f"gave scores of shape {scores.shape}", f"{shape} works")])
            if bad := np.flatnonzero(np.isnan(scores).any(axis=1)).tolist():
                found = f"gave NaN for {len(bad)} of {len(texts)} queries, the first {texts[bad[0]]!r}"
                raise ModelError([Fault("scorer", found)])
            return torch.from_numpy(scores[:, columns]).to(self.device)

        return block


class AnyEncoder:
    """An object with sentence-transformers' `encode` as an Encoder; `encode_query` and `encode_document` come first."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """What `encode_query`, or `encode`, gives."""
        return self._encode("encode_query", texts, progress, "queries")

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """What `encode_document`, or `encode`, gives."""
        return self._encode("encode_document", texts, progress, "passages")

    def _encode(self, method: str, texts: Sequence[str], progress: Progress, what: str) -> np.ndarray:
        encode = getattr(self.model, method, self.model.encode)
        found = []
        with progress.task(f"encoding {what}", len(texts)) as advance:
            for start in range(0, len(texts), CHUNK):
                chunk = list(texts[start : start + CHUNK])
                found.append(as_array(encode(chunk)))
                advance(len(chunk))
        return np.concatenate(found)


def as_judged(judged: Any) -> Encoder | Scorer:
    """An Encoder or a Scorer as it is, anything else with `encode` as an Encoder; raises ModelError for the rest."""
    if hasattr(judged, "encode_queries") and hasattr(judged, "encode_passages"):
        return judged  # type: ignore[no-any-return]
    if hasattr(judged, "prepare"):
        return judged  # type: ignore[no-any-return]
    if hasattr(judged, "encode") and not isinstance(judged, str):  # a name encodes too, in its way
        return AnyEncoder(judged)
    works = "encode_queries and encode_passages, or sentence-transformers' encode, or prepare of a scorer"
    raise ModelError([Fault(type(judged).__name__, "can neither encode nor score", works)])


def check_device(device: str) -> None:
    """Raise ModelError where torch cannot make scores on a device of this name here."""
    import torch

    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError) as error:  # each kind of device fails in its own way
        raise ModelError([Fault(f"device {device!r}", str(error).splitlines()[0], "cpu works everywhere")]) from None


@contextmanager
def _full_precision() -> "Iterator[None]":
    """Products in float32, whatever the process allows elsewhere: TF32 and bfloat16 would make ties of what is none."""
    import torch

    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
