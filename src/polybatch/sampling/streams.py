"""Streams of groups to draw from, and what share of a batch each gets: by direction, weight and dataset. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from polybatch.records import Direction
from polybatch.sampling.apportionment import Shares
from polybatch.sampling.shape import CorpusShape


@dataclass(frozen=True)
class Stream:
    """The groups of one dataset, drawn one after the other, in one direction or several.

    With one direction, every group is drawn once before any twice, in an order that is new each time. With several,
    the groups fall into as many equal classes as there are directions; each time round, each class has one of the
    directions, and the next time the next: so a group meets every direction once before any twice, and no two
    directions ever draw the same group within one round.
    """

    dataset: int
    directions: tuple[tuple[int, int], ...]
    ranges: np.ndarray  # of its groups: int64, shape (ranges, 2), the first and how many
    share: float

    @property
    def groups(self) -> int:
        """How many groups it draws from."""
        return int(self.ranges[:, 1].sum())


def streams_of(
    shape: CorpusShape,
    weights: Mapping[Direction, float],
    *,
    size: int,
    temperature: float,
    every_language: bool = False,
) -> tuple[list[Stream], Shares]:
    """The streams of batches that share out these directions in proportion to their weights, and the shares of each.

    A dataset all of whose groups have all these directions in equal shares is one stream, so that no two directions
    meet in a group; any other is a stream a direction. With `every_language` all are: then any rows that follow one
    another, as many as there are passage languages of equal weight, have one passage in each.
    """
    numbers = {shape.numbers(direction): weight for direction, weight in weights.items() if weight > 0}
    directions = list(numbers)
    share = dataset_shares(shape, numbers, size=size, temperature=temperature)
    streams: list[Stream] = []
    forks: dict[tuple[int, int], tuple[list[float], list[int | Shares]]] = {one: ([], []) for one in directions}
    whole: list[tuple[float, int | Shares]] = []
    for number, dataset in enumerate(shape.datasets):
        drawn = [one for one, value in zip(directions, share[number], strict=True) if value > 0]
        values = [value for value in share[number].tolist() if value > 0]
        alike = not every_language and len(drawn) > 1 and max(values) - min(values) <= 1e-9 * max(values)
        if alike and all(dataset.strata_in(*one).all() for one in drawn):
            whole.append((sum(values), len(streams)))
            ranges = dataset.ranges_in(*drawn[0])
            streams.append(Stream(number, _latin(drawn, len(shape.languages)), ranges, sum(values)))
            continue
        for one, value in zip(drawn, values, strict=True):
            forks[one][0].append(value)
            forks[one][1].append(len(streams))
            streams.append(Stream(number, (one,), dataset.ranges_in(*one), value))
    by_passage: list[tuple[float, int | Shares]] = []
    for passage in range(len(shape.languages)):
        # begun at another query language for each passage language, so that these too come evenly
        ordered = _latin([one for one in directions if one[1] == passage and forks[one][0]], len(shape.languages))
        if ordered:
            below = tuple(Shares(tuple(forks[one][0]), tuple(forks[one][1])) for one in ordered)
            totals = tuple(sum(part.weights) for part in below)
            by_passage.append((sum(totals), Shares(totals, below)))
    parts = [*whole]
    if by_passage:
        totals = tuple(total for total, _ in by_passage)
        parts.append((sum(totals), Shares(totals, tuple(part for _, part in by_passage))))
    return streams, Shares(tuple(total for total, _ in parts), tuple(part for _, part in parts))


def _latin(directions: Sequence[tuple[int, int]], languages: int) -> tuple[tuple[int, int], ...]:
    """Directions in an order in which as many neighbours as there are languages show each on either side."""
    return tuple(sorted(directions, key=lambda one: ((one[0] - one[1] - 1) % languages, one[1])))


def direction_weights(
    shape: CorpusShape, directions: Sequence[Direction], weights: Mapping[Direction, float], *, temperature: float
) -> dict[Direction, float]:
    """How often each direction is drawn beside the others: rows ** (1 / temperature), times its weight (1 if none)."""
    rows = {one: sum(dataset.rows_in(*shape.numbers(one)) for dataset in shape.datasets) for one in directions}
    return {one: weights.get(one, 1.0) * float(rows[one]) ** (1 / temperature) for one in directions}


def dataset_shares(
    shape: CorpusShape, weights: Mapping[tuple[int, int], float], *, size: int, temperature: float
) -> np.ndarray:
    """The share of a batch that each dataset gets in each direction: shape (datasets, directions), the sum is 1.

    Within a direction, datasets have shares in proportion to rows ** (1 / temperature), but none more of a batch than
    it has groups; what it cannot take falls to the others.
    """
    rows = np.array([[dataset.rows_in(*one) for one in weights] for dataset in shape.datasets], dtype=np.float64)
    wanted = np.array(list(weights.values()), dtype=np.float64)
    wanted /= wanted.sum()
    sizes = np.where(rows > 0, np.maximum(rows, 1) ** (1 / temperature), 0.0)
    share: np.ndarray = sizes / sizes.sum(axis=0) * wanted
    reached = [np.logical_or.reduce([dataset.strata_in(*one) for one in weights]) for dataset in shape.datasets]
    groups = np.array(
        [np.diff(dataset.stratum_starts)[mask].sum() for dataset, mask in zip(shape.datasets, reached, strict=True)],
        dtype=np.float64,
    )
    full = np.zeros(len(groups), dtype=bool)
    for _ in shape.datasets:
        over = share.sum(axis=1) * size > groups * (1 + 1e-9)
        if not over.any():
            break
        full |= over
        share[over] *= (groups[over] / size / share[over].sum(axis=1))[:, None]
        left = wanted - share.sum(axis=0)
        takers = np.where(full[:, None], 0.0, sizes)
        share += takers / np.maximum(takers.sum(axis=0), 1e-300) * left
    share /= share.sum()
    return share
