"""Planted vectors: content that translations share, and a language that moves each of them its own way."""

import numpy as np

LANGUAGES = ("en", "ne", "sw")
DIMENSIONS = 24


def planted(
    rows: int = 200, *, strength: float = 2.0, noise: float = 0.2, seed: int = 0, languages: tuple[str, ...] = LANGUAGES
) -> dict[str, np.ndarray]:
    """By language, vectors of the same items in the same order: content, plus the language's offset, plus noise."""
    rng = np.random.default_rng(seed)
    offsets = np.random.default_rng(99).normal(size=(len(languages), DIMENSIONS))
    offsets *= strength * np.sqrt(DIMENSIONS) / np.linalg.norm(offsets, axis=1, keepdims=True)
    content = rng.normal(size=(rows, DIMENSIONS))
    return {
        code: content + offset + noise * rng.normal(size=content.shape)
        for code, offset in zip(languages, offsets, strict=True)
    }


def found_translations(queries: dict[str, np.ndarray], passages: dict[str, np.ndarray]) -> float:
    """The share of queries whose best passages in the mixed pool, its own aside, are its item's in other languages."""
    pool = np.concatenate(list(passages.values()))
    rows = len(pool) // len(passages)
    items = np.tile(np.arange(rows), len(passages))
    scores = np.concatenate(list(queries.values())) @ pool.T
    np.fill_diagonal(scores, -np.inf)
    best = np.argsort(-scores, axis=1)[:, : len(passages) - 1]
    return float(np.mean(items[best] == items[:, None]))
