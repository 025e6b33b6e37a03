"""How alpha, the share of monolingual batches, goes from the beginning of a training to its end. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate
from math import cos, isnan, pi

_PIECES = 4096  # of the table that stands for a schedule's integral

SCHEDULES: dict[str, str] = {
    "constant": "one value throughout",
    "linear": "from the first value to the last in a straight line",
    "cosine": "from the first value to the last along half a cosine: slow, fast, slow",
    "stepwise": "each value for an equal part of the training",
}


@dataclass(frozen=True)
class Schedule:
    """A share as a function of progress, which goes from 0 to 1 over a training; past 1 the last share stays.

    `name` is for records; `share` must give values from 0 to 1, as `alpha_fault` checks; `integral`, where it is known
    exactly, stands for `upto`. Make one with `constant`, `make_schedule`, `blockwise`, or from any function.
    """

    name: str
    share: Callable[[float], float]
    integral: Callable[[float], float] | None = None

    def __call__(self, progress: float) -> float:
        """The share at this progress."""
        return self.share(min(max(progress, 0.0), 1.0))

    def upto(self, progress: float) -> float:
        """The integral from 0 to this progress: what has been due so far, as a part of the whole training.

        By the midpoint rule over 4,096 pieces: exact for constant and linear schedules, and for steps to one piece.
        """
        if self.integral is not None:
            return self.integral(progress)
        if progress >= 1:
            return self._sums[-1] + (progress - 1) * self(1.0)
        place = max(progress, 0.0) * _PIECES
        piece = int(place)
        return self._sums[piece] + (place - piece) * (self._sums[piece + 1] - self._sums[piece])

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the greatest share at any of the pieces; NaN where one is no number."""
        strange = [share for share in self._shares if isnan(share)]
        return min(strange or self._shares), max(strange or self._shares)

    @cached_property
    def _shares(self) -> list[float]:
        return [float(self.share((piece + 0.5) / _PIECES)) for piece in range(_PIECES)]

    @cached_property
    def _sums(self) -> list[float]:
        return [total / _PIECES for total in accumulate(self._shares, initial=0.0)]


def constant(share: float) -> Schedule:
    """The same share throughout."""
    return make_schedule("constant", [share])


def make_schedule(name: str, values: Sequence[float]) -> Schedule:
    """A schedule of SCHEDULES by name: `constant` of one value, `linear` and `cosine` of two, `stepwise` of any.

    Raises ValueError for an unknown name or the wrong number of values; `alpha_fault` says whether they are shares.
    """
    if name not in SCHEDULES:
        raise ValueError(f"no schedule {name!r}; known: {', '.join(SCHEDULES)}")
    wanted = {"constant": 1, "linear": 2, "cosine": 2}.get(name, max(1, len(values)))
    if len(values) != wanted:
        raise ValueError(f"a {name} schedule of {len(values)} values; {wanted} works")
    title = " ".join([name, *(f"{value:g}" for value in values)])
    return Schedule(title, partial(_SHARES[name], tuple(values)))


def blockwise(shares: Sequence[float], *, block: int, total: int) -> Schedule:
    """A share for each block of so many batches of a training of `total`; the last one stays. Integrals are exact.

    How many batches are due before any batch depends on the shares of the blocks up to it alone, so that shares of
    blocks to come can be put behind them while batches are drawn.
    """
    values, blocks = tuple(shares), total / block
    return Schedule("blockwise", partial(_block, values, blocks), partial(_blocks, values, blocks))


def _block(values: Sequence[float], blocks: float, progress: float) -> float:
    return values[min(int(progress * blocks + 1e-9), len(values) - 1)]


def _blocks(values: Sequence[float], blocks: float, progress: float) -> float:
    place = max(progress, 0.0) * blocks
    whole = min(int(place + 1e-9), len(values) - 1)
    return (sum(values[:whole]) + (place - whole) * values[whole]) / blocks


def _steps(values: Sequence[float], progress: float) -> float:
    return values[min(int(progress * len(values)), len(values) - 1)]


def _line(values: Sequence[float], progress: float) -> float:
    return values[0] + (values[-1] - values[0]) * progress


def _cosine(values: Sequence[float], progress: float) -> float:
    return values[-1] + (values[0] - values[-1]) * (1 + cos(pi * progress)) / 2


# not closures: the sampler for sentence-transformers is pickled with the arguments of every checkpoint
_SHARES = {"constant": _steps, "linear": _line, "cosine": _cosine, "stepwise": _steps}


def alpha_fault(alpha: float | Schedule) -> str:
    """What is wrong with an alpha, if it is outside [0, 1] or no number at any time; else nothing."""
    least, greatest = alpha.extremes if isinstance(alpha, Schedule) else (alpha, alpha)
    for share in (least, greatest):
        if not 0 <= share <= 1:
            return f"{share:g}" + (f" at times ({alpha.name})" if isinstance(alpha, Schedule) else "")
    return ""
