"""Alpha set during training: the share of monolingual batches, by what is left to learn. Pure: of losses alone."""

from collections.abc import Callable, Sequence

import numpy as np

from polybatch.sampling.agenda import KIND_BLOCK
from polybatch.sampling.schedules import Schedule, blockwise

ADAPTIVE = "adaptive"  # the word in a recipe
START = 0.35  # of the first blocks, before anything is known: that of equal losses
LOOKED_AT = 3 * KIND_BLOCK  # batches whose losses count
DELAY = 2  # blocks: a share holds from the block after the next, since batches are made ahead
LEAST = 1 / KIND_BLOCK  # one batch of each kind in a block, to know its loss
POWER = 2.0
SETTINGS = 2.0  # that the other kind serves: of the three that are judged, two are not within a language


def next_share(first: Sequence[float], others: Sequence[float]) -> float:
    """The share of the first kind's batches, by the losses of batches of both kinds, which are of one size.

    A^2 / (A^2 + 2 B^2), A and B the mean losses: a kind that is learned already is hardly trained on, and two that are
    as hard get a third and two thirds, as they serve one and two of the three settings. A multiple of LEAST, and LEAST
    at least for either kind.
    """
    ours, theirs = (float(np.mean(losses)) ** POWER for losses in (first, others))
    whole = ours + SETTINGS * theirs
    share = ours / whole if whole > 0 else START
    return float(np.clip(np.floor(share / LEAST + 0.5), 1, KIND_BLOCK - 1)) * LEAST


class AdaptiveAlpha:
    """The shares of all blocks so far, of KIND_BLOCK batches each: a pure function of the losses of the batches.

    So nothing of it stands in a checkpoint but the losses, which do anyway; and every process comes to the same.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self.shares = [START] * DELAY

    @property
    def schedule(self) -> Schedule:
        """The shares, as a plan takes them."""
        return blockwise(self.shares, block=KIND_BLOCK, total=self._total)

    def take_in(self, losses: Sequence[float], kind: Callable[[int], str], *, first: str) -> bool:
        """Set the share that follows from the next whole block of losses; whether there was one.

        `kind` is that of a batch by its number, `first` the kind whose share it is.
        """
        end = (len(self.shares) - DELAY + 1) * KIND_BLOCK
        if end > len(losses):
            return False
        numbers = range(max(0, end - LOOKED_AT), end)
        ours = [losses[number] for number in numbers if kind(number) == first]
        theirs = [losses[number] for number in numbers if kind(number) != first]
        self.shares.append(next_share(ours, theirs))
        return True
