"""Which value of a sweep is chosen, and which others are not significantly worse. Pure: of points alone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from polybatch.experiment.sweeping.keys import KEYS
from polybatch.experiment.sweeping.points import Point
from polybatch.statistics.crossed import seeds_alone
from polybatch.statistics.holm import LEVEL, holm


@dataclass(frozen=True)
class Choice:
    """The value with the best mean; `equal` are those of the same mean, after it.

    `near` are all others that are not significantly worse, the equal ones among them: paired t tests over seeds, Holm
    over the values. None where a single seed says nothing about it.
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

    Every point has the same seeds, so differences pair by seed.
    """
    best = max(points, key=lambda point: point.mean)  # the first of equals
    others = [point for point in points if point is not best]
    equal = tuple(one.value for one in others if one.mean == best.mean)
    near = None
    if len(best.scores) > 1:
        near = _near(best, others)
    text = f"{key} {best.value}: the highest macro mean, {best.mean:.4f}"
    if equal:
        text += f"; {' and '.join(equal)} has the same, and the first is taken"
    return Choice(best.value, best.mean, equal, near, f"{text}; {_how_sure(key, best.value, near, points)}")


def _near(best: Point, others: Sequence[Point]) -> tuple[str, ...]:
    ps = [seeds_alone(np.subtract(best.scores, other.scores).tolist()).p for other in others]
    return tuple(other.value for other, p in zip(others, holm(ps), strict=True) if p > LEVEL or other.mean == best.mean)


def _how_sure(key: str, value: str, near: tuple[str, ...] | None, points: Sequence[Point]) -> str:
    if near is None:
        return "of one seed, so that no difference can be tested"
    if not near:
        return "all others are significantly lower (t tests over seeds, Holm)"
    flat = [place for place, point in enumerate(points) if point.value == value or point.value in near]
    if KEYS[key].is_number and flat[-1] - flat[0] == len(flat) - 1:
        first, last = points[flat[0]].value, points[flat[-1]].value
        return f"flat between {first} and {last}: no difference is significant"
    return f"not significantly better than {', '.join(near)}"
