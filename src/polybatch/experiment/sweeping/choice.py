"""Which value of a sweep is chosen, and from which others it cannot be told apart. Pure: of points alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from polybatch.experiment.sweeping.keys import KEYS
from polybatch.experiment.sweeping.points import Point
from polybatch.statistics.seeds import seed_deviation


@dataclass(frozen=True)
class Choice:
    """The value with the best mean; `equal` are those of the same mean, after it.

    `near` are all others whose mean is less than twice the seed deviation of the difference below, the equal ones
    among them; None where a single seed says nothing about it.
    """

    value: str
    mean: float
    equal: tuple[str, ...]
    near: tuple[str, ...] | None
    text: str

    def as_record(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(self).items()}


def choose(key: str, points: Sequence[Point]) -> Choice:
    """The point with the highest mean over seeds, the first of equals; `points` in the order of their values.

    Every point has the same seeds, so differences pair by seed: their deviation is that of the seeds' differences.
    """
    best = max(points, key=lambda point: point.mean)  # the first of equals
    others = [point for point in points if point is not best]
    equal = tuple(one.value for one in others if one.mean == best.mean)
    near = None
    if len(best.scores) > 1:
        near = tuple(one.value for one in others if _is_near(best, one))
    text = f"{key} {best.value}: the highest macro mean, {best.mean:.4f}"
    if equal:
        text += f"; {' and '.join(equal)} has the same, and the first is taken"
    return Choice(best.value, best.mean, equal, near, f"{text}; {_how_sure(key, best.value, near, points)}")


def _is_near(best: Point, other: Point) -> bool:
    ours, theirs = (np.array(one.scores)[:, None] for one in (best, other))
    spread = seed_deviation(ours, theirs, paired=True)
    assert spread is not None
    return best.mean == other.mean or best.mean - other.mean < 2 * spread


def _how_sure(key: str, value: str, near: tuple[str, ...] | None, points: Sequence[Point]) -> str:
    if near is None:
        return "of one seed, so that no difference can be told from chance"
    if not near:
        return "all others are lower by twice the seed deviation or more"
    flat = [place for place, point in enumerate(points) if point.value == value or point.value in near]
    if KEYS[key].is_number and flat[-1] - flat[0] == len(flat) - 1:
        first, last = points[flat[0]].value, points[flat[-1]].value
        return f"flat between {first} and {last}: differences under twice the seed deviation"
    return f"not told apart from {', '.join(near)}: differences under twice the seed deviation"
