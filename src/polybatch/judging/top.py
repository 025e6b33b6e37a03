"""The best passages of each query in the union of all languages, kept while blocks of scores pass by. No ranks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

TIES = 2**22  # scores looked at once where many tie


@dataclass(frozen=True)
class Top:
    """The best passages so far: score (float32), tie order and passage (int64), each of shape (queries, size).

    Best first, ties in the tie order: exact, also where many passages tie at the border. Where a query has seen fewer
    passages than that, the places at the end hold passage -1.
    """

    scores: np.ndarray
    order: np.ndarray
    passages: np.ndarray

    @classmethod
    def empty(cls, queries: int, size: int) -> "Top":
        """Of no passages yet."""
        shape = queries, size
        last = np.full(shape, np.iinfo(np.int64).max)
        return cls(np.full(shape, -np.inf, dtype=np.float32), last, np.full(shape, -1))

    def update(self, queries: np.ndarray, scores: "Tensor", passages: np.ndarray, order: np.ndarray) -> None:
        """Let more passages in, not seen before: `scores` of shape (queries, passages), `order` their tie order."""
        size = min(self.scores.shape[1], scores.shape[1])
        values, index = _best(scores, order, size)
        joined = (
            np.concatenate([self.scores[queries], values], axis=1),
            np.concatenate([self.order[queries], order[index]], axis=1),
            np.concatenate([self.passages[queries], passages[index]], axis=1),
        )
        best = np.lexsort((joined[1], -joined[0]), axis=1)[:, : self.scores.shape[1]]
        for held, found in zip((self.scores, self.order, self.passages), joined, strict=True):
            held[queries] = np.take_along_axis(found, best, axis=1)

    def without(self, queries: np.ndarray, passages: np.ndarray, size: int) -> "Top":
        """The best `size`, some pairs of query and passage left out; exact where it was kept so much larger."""
        width = int(max(self.passages.max(initial=0), passages.max(initial=0))) + 1
        keys = np.arange(len(self.passages))[:, None] * width + self.passages
        out = (self.passages >= 0) & np.isin(keys, queries * width + passages)
        kept = np.argsort(out, axis=1, kind="stable")[:, :size]
        return Top(*(np.take_along_axis(held, kept, axis=1) for held in (self.scores, self.order, self.passages)))


def _best(scores: "Tensor", order: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The highest scores of each row and their columns, the lower in `order` where scores tie at the border."""
    import torch

    values, index = torch.topk(scores, min(size + 1, scores.shape[1]), dim=1)
    crowded = torch.nonzero((values[:, size:] == values[:, size - 1 : size]).any(dim=1)).ravel()
    values, index = values[:, :size], index[:, :size]
    border = values[:, -1:]
    places = torch.from_numpy(order).to(scores.device)
    step = max(1, TIES // scores.shape[1])
    for start in range(0, len(crowded), step):
        rows = crowded[start : start + step]
        first = torch.where(scores[rows] == border[rows], -places, torch.iinfo(torch.int64).min)
        tied = torch.topk(first, size, dim=1).indices
        above = (values[rows] > border[rows]).sum(dim=1, keepdim=True)
        place = torch.arange(size, device=scores.device) - above  # under 0 for what is above the border
        index[rows] = torch.where(place < 0, index[rows], tied.gather(1, place.clamp(min=0)))
    return values.cpu().numpy(), index.cpu().numpy()
