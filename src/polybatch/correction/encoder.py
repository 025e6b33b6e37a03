"""An encoder whose vectors are corrected after it, so that several corrections share what it encodes. No torch."""

from collections.abc import Sequence

import numpy as np

from polybatch.correction.record import Correction
from polybatch.judging.scorers import Encoder
from polybatch.progress import Progress
from polybatch.text.identification import identify


class CorrectedEncoder:
    """An encoder with a correction at its end: the vectors of `corrected_model`, but for the rounding of float32.

    The language of a text is the likeliest of the correction's, as there; a text without a letter has none.
    """

    def __init__(self, encoder: Encoder, correction: Correction) -> None:
        self.encoder, self.correction = encoder, correction

    def encode_queries(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        vectors = self.encoder.encode_queries(texts, progress)
        return self.correction.apply(vectors, self._languages(texts), queries=True)

    def encode_passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        """float32, shape (texts, dimensions)."""
        return self.correction.apply(self.encoder.encode_passages(texts, progress), self._languages(texts))

    def _languages(self, texts: Sequence[str]) -> list[str | None] | None:
        if not self.correction.by_language:
            return None
        return [found.language for found in identify(texts, self.correction.languages)]
