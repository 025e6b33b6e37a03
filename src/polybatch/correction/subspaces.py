"""LIR and LSAR: the subspaces that carry the language of a text, to be projected off. Pure arrays."""

from collections.abc import Mapping, Sequence

import numpy as np


def principal_directions(vectors: np.ndarray, rank: int) -> np.ndarray:
    """The first right singular vectors of a matrix, not centred: shape (rank, dimensions), orthonormal rows."""
    directions: np.ndarray = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :rank].T
    return directions


def language_directions(vectors: Mapping[str, np.ndarray], rank: int) -> np.ndarray:
    """LIR (arXiv 2109.04727): what the vectors of each language have most in common.

    By language, the first `rank` right singular vectors of its vectors (texts, dimensions) of length 1, not centred;
    shape (languages, rank, dimensions). The first is close to the language's mean.
    """
    return np.stack([principal_directions(one, rank) for one in vectors.values()])


def shared_directions(means: Sequence[np.ndarray], rank: int) -> np.ndarray:
    """LSAR (arXiv 2401.05792, algorithm 1): the subspace in which languages differ; shape (rank, dimensions).

    `means` are the mean vectors of L languages, as columns of M. With 1 a column of L ones and + the pseudoinverse,

        m = M 1 / L;  A, S = the first `rank` left and right factors of the SVD of M - m 1';  M' = A S' + m 1'
        n = (M')+' 1 / |(M')+' 1|^2;  the first `rank` left singular vectors of M' - n 1'

    so that n, what languages have in common, is orthogonal to the subspace. At the highest rank, L - 1, M' is M, and
    once the subspace is projected off the means of all languages are the same.
    """
    matrix = np.stack(means, axis=1)
    ones = np.ones(matrix.shape[1])
    middle = matrix @ ones / len(ones)
    left, lengths, right = np.linalg.svd(matrix - np.outer(middle, ones), full_matrices=False)
    nearby = (left[:, :rank] * lengths[:rank]) @ right[:rank] + np.outer(middle, ones)
    common = np.linalg.pinv(nearby).T @ ones
    common /= common @ common
    directions: np.ndarray = np.linalg.svd(nearby - np.outer(common, ones), full_matrices=False)[0][:, :rank].T
    return directions
