"""How well a linear probe tells the language of passages from their vectors. Needs vectors: no record holds it."""

import numpy as np

from polybatch.judging.vectors import Vectors

PER_LANGUAGE = 500  # passages of each language, half of them held out


def language_probe(vectors: Vectors, texts: np.ndarray, languages: np.ndarray) -> tuple[float, int] | None:
    """Accuracy of a logistic regression on held-out vectors of length 1, and the number of those.

    `texts` and `languages` tell of each passage which vector is its own, and its language. Every language gives the
    same number of passages, drawn by a fixed seed, so that chance is one in so many languages; half of them train. Low
    is not a goal in itself: a useful encoder may know languages. None where there is one language, or one with fewer
    than two passages.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    codes, counts = np.unique(languages, return_counts=True)
    size = min(PER_LANGUAGE, int(counts.min())) // 2
    if len(codes) < 2 or size < 1:
        return None
    rng = np.random.default_rng(0)
    drawn = np.stack([rng.choice(np.flatnonzero(languages == code), 2 * size, replace=False) for code in codes])
    train, held_out = (drawn[:, half].ravel() for half in (slice(size), slice(size, None)))
    probe = LogisticRegression(max_iter=1000).fit(vectors.unit(texts[train]), languages[train])
    return float(probe.score(vectors.unit(texts[held_out]), languages[held_out])), len(held_out)
