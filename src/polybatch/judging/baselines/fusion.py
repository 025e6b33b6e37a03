"""Reciprocal rank fusion of scorers, and an encoder as a scorer, so that it can be fused. No training, no weights."""

from collections.abc import Callable, Sequence

import numpy as np

from polybatch.errors import Fault, ModelError
from polybatch.judging.scorers import Encoder, Scorer, VectorScores
from polybatch.judging.vectors import check_vectors
from polybatch.progress import Progress

K = 60  # of Cormack and others


class EncoderScorer:
    """An encoder as a scorer: cosines of its vectors, made on any device that torch knows.

    Passages whose vectors point exactly the same way tie, and a zero vector scores 0, as where vectors are judged.
    """

    def __init__(self, encoder: Encoder, *, device: str = "cpu") -> None:
        self.encoder, self.device = encoder, device

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        """Encode passages; what comes back encodes queries and gives cosines, float32, shape (queries, passages).

        Both raise ModelError for vectors that are not finite or of wrong shape, and say how many are zero.
        """
        found, faults, note = check_vectors([self.encoder.encode_passages(passages, progress)], passages, "passages")
        if found is None:
            raise ModelError(faults)
        if note:
            progress.say(note)

        def score(queries: Sequence[str]) -> np.ndarray:
            asked, wrong, other = check_vectors([self.encoder.encode_queries(queries, progress)], queries, "queries")
            if asked is None:
                raise ModelError(wrong)
            if asked.dimensions != found.dimensions:
                dimensions = f"queries have {asked.dimensions} dimensions, passages {found.dimensions}"
                raise ModelError([Fault("encoder", dimensions, "one number of dimensions works")])
            if other:
                progress.say(other)
            block = VectorScores(asked, found, self.device).over(np.arange(len(found.firsts)))
            return np.asarray(block(np.arange(len(queries))).cpu().numpy()[:, found.columns])

        return score


class ReciprocalRankFusion:
    """The sum over scorers of 1 / (k + rank) of a passage (Cormack, Clarke and Büttcher, SIGIR 2009).

    The rank is that among all distinct passages of all languages, since a passage has one score in all settings: a view
    of one language keeps each scorer's order, but its ranks have gaps where other languages stand between. Ranks within
    each language would set the best of every language level, and hide the language bias that is judged. Passages that
    tie have the mean of the ranks they fill, so what a scorer cannot tell apart (all that share no word with the
    query, in BM25) gains the same by it, and no order of ids or files comes in.
    """

    def __init__(self, scorers: Sequence[Scorer], *, k: int = K) -> None:
        self.scorers, self.k = scorers, k

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        """Prepare all scorers; what comes back gives fused scores, float32, shape (queries, passages)."""
        from scipy.stats import rankdata

        prepared = [scorer.prepare(passages, progress) for scorer in self.scorers]

        def score(queries: Sequence[str]) -> np.ndarray:
            fused = np.zeros((len(queries), len(passages)))
            for scores in prepared:
                fused += 1 / (self.k + rankdata(-scores(queries), axis=1))
            return fused.astype(np.float32)

        return score
