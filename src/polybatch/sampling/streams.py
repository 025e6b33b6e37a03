"""What the slots of batches draw from: streams of groups, and lanes that share a batch out over them. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from polybatch.records import Direction
from polybatch.sampling.apportionment import Shares
from polybatch.table.shape import CorpusShape

Pair = tuple[int, int]
"""A direction by the numbers of its languages."""


@dataclass(frozen=True)
class Stream:
    """The groups of one dataset, drawn one after the other: each once before any twice, in an order new each time.

    All batches draw from the same streams, whatever their kind and direction. With `rotation`, the groups fall into as
    many equal classes as it has directions; each time round, each class has one of them, and the next time the next.
    Draw r of a group, counted from 0, is turn r * `streams` + `number` of its items: where the directions of a dataset
    are streams apart, they begin at different items.
    """

    dataset: int
    ranges: np.ndarray  # of its groups: int64, shape (ranges, 2), the first and how many
    rotation: tuple[Pair, ...] = ()
    most: int = 0  # slots of one batch
    number: int = 0
    streams: int = 1

    @property
    def groups(self) -> int:
        """How many groups it draws from."""
        return int(self.ranges[:, 1].sum())


class Leaf(NamedTuple):
    """A part of a batch: its stream, its direction (None: the stream's rotation) and its share of the slots."""

    stream: int
    pair: Pair | None
    share: float


@dataclass(frozen=True)
class Lane:
    """How batches of one kind, and of one direction if the kind is not mixed, share out their slots.

    `leaves` are the parts of `shares`, by their numbers.
    """

    shares: Shares
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Choice:
    """What a lane is made from: the directions that its batches share out, by weight.

    With `every_language`, any slots that follow one another, as many as there are passage languages of equal weight,
    have one passage in each.
    """

    weights: Mapping[Direction, float]
    every_language: bool = False


def make_lanes(
    shape: CorpusShape, choices: Sequence[Choice], *, size: int, temperature: float
) -> tuple[list[Stream], list[Lane]]:
    """The streams of a plan, and the lane of each choice.

    The groups of a dataset that have all directions that are drawn from it are one stream, so that each comes once
    before any twice whatever the direction; those that lack some are a stream a direction. A batch that shares out
    all directions of a stream equally takes them by the stream's rotation, so that a group meets each direction once
    before any twice.
    """
    numbers = [
        {shape.numbers(direction): weight for direction, weight in choice.weights.items() if weight > 0}
        for choice in choices
    ]
    shares = [dataset_shares(shape, weights, size=size, temperature=temperature) for weights in numbers]
    drawn = [
        [
            {pair: float(value) for pair, value in zip(weights, share[dataset], strict=True) if value > 0}
            for dataset in range(len(shape.datasets))
        ]
        for weights, share in zip(numbers, shares, strict=True)
    ]
    streams, of = _streams(shape, drawn, [choice.every_language for choice in choices])
    lanes = [
        _lane(shape, list(weights), values, streams, of, rotate=not choice.every_language)
        for choice, weights, values in zip(choices, numbers, drawn, strict=True)
    ]
    most = [max(_most(lane, number, size) for lane in lanes) for number in range(len(streams))]
    return [replace(stream, most=count) for stream, count in zip(streams, most, strict=True)], lanes


def _streams(
    shape: CorpusShape, drawn: Sequence[Sequence[Mapping[Pair, float]]], every_language: Sequence[bool]
) -> tuple[list[Stream], dict[tuple[int, Pair], list[int]]]:
    """The streams, and from which of them each direction of a dataset is drawn."""
    streams: list[Stream] = []
    of: dict[tuple[int, Pair], list[int]] = {}
    for number, dataset in enumerate(shape.datasets):
        pairs = list(dict.fromkeys(pair for lane in drawn for pair in lane[number]))
        masks = {pair: dataset.strata_in(*pair) for pair in pairs}
        complete = np.logical_and.reduce(list(masks.values())) if pairs else np.zeros(0, dtype=bool)
        if complete.any():
            rotations = (
                _latin(lane[number], len(shape.languages))
                for lane, every in zip(drawn, every_language, strict=True)
                if not every and _alike(lane[number].values())
            )
            streams.append(Stream(number, dataset.ranges_of(complete), next(rotations, ())))
        whole = [len(streams) - 1] if complete.any() else []
        for place, pair in enumerate(pairs):
            rest = masks[pair] & ~complete
            of[number, pair] = whole + [len(streams)] * bool(rest.any())
            if rest.any():
                streams.append(Stream(number, dataset.ranges_of(rest), number=place, streams=len(pairs)))
    return streams, of


def _lane(
    shape: CorpusShape,
    pairs: Sequence[Pair],
    drawn: Sequence[Mapping[Pair, float]],
    streams: Sequence[Stream],
    of: Mapping[tuple[int, Pair], Sequence[int]],
    *,
    rotate: bool,
) -> Lane:
    """A lane whose shares are the passage languages', then the query languages', then the streams' by their groups."""
    leaves: list[Leaf] = []
    turning: list[tuple[float, int | Shares]] = []
    forks: dict[Pair, list[tuple[float, int | Shares]]] = {pair: [] for pair in pairs}
    for number, values in enumerate(drawn):
        parts: dict[int, dict[Pair, float]] = {}
        for pair, value in values.items():
            groups = {stream: streams[stream].groups for stream in of[number, pair]}
            for stream, count in groups.items():
                parts.setdefault(stream, {})[pair] = value * count / sum(groups.values())
        for stream, shares in parts.items():
            if rotate and _alike(shares.values()) and set(streams[stream].rotation) == set(shares):
                turning.append((sum(shares.values()), len(leaves)))
                leaves.append(Leaf(stream, None, sum(shares.values())))
                continue
            for pair, share in shares.items():
                forks[pair].append((share, len(leaves)))
                leaves.append(Leaf(stream, pair, share))
    by_passage: list[tuple[float, int | Shares]] = []
    for passage in range(len(shape.languages)):
        # begun at another query language for each passage language, so that these too come evenly
        ordered = _latin([pair for pair in pairs if pair[1] == passage and forks[pair]], len(shape.languages))
        if ordered:
            by_passage.append(_together(_together(forks[pair]) for pair in ordered))
    return Lane(_together([*turning, *([_together(by_passage)] if by_passage else [])])[1], tuple(leaves))


def _together(parts: Iterable[tuple[float, int | Shares]]) -> tuple[float, Shares]:
    """Parts and their weights as one part, and its weight."""
    weights, below = zip(*parts, strict=True)
    return sum(weights), Shares(weights, below)


def _alike(shares: Collection[float]) -> bool:
    """Whether these are several shares, and equal."""
    return len(shares) > 1 and max(shares) - min(shares) <= 1e-9 * max(shares)


def _latin(pairs: Iterable[Pair], languages: int) -> tuple[Pair, ...]:
    """Directions in an order in which as many neighbours as there are languages show each on either side."""
    return tuple(sorted(pairs, key=lambda pair: ((pair[0] - pair[1] - 1) % languages, pair[1])))


def _most(lane: Lane, stream: int, size: int) -> int:
    """The most slots of a stream in a batch of this lane: its share, and what rounding may add to it."""
    shares = [leaf.share for leaf in lane.leaves if leaf.stream == stream]
    if len(shares) == len(lane.leaves):
        return size
    return min(size, int(np.ceil(sum(shares) * size)) + 2 * len(shares))


def direction_weights(
    shape: CorpusShape, directions: Sequence[Direction], weights: Mapping[Direction, float], *, temperature: float
) -> dict[Direction, float]:
    """How often each direction is drawn beside the others: rows ** (1 / temperature), times its weight (1 if none)."""
    rows = {
        direction: sum(dataset.rows_in(*shape.numbers(direction)) for dataset in shape.datasets)
        for direction in directions
    }
    return {
        direction: weights.get(direction, 1.0) * float(rows[direction]) ** (1 / temperature) for direction in directions
    }


def dataset_shares(
    shape: CorpusShape, weights: Mapping[tuple[int, int], float], *, size: int, temperature: float
) -> np.ndarray:
    """The share of a batch that each dataset gets in each direction: shape (datasets, directions), the sum is 1.

    Within a direction, datasets have shares in proportion to rows ** (1 / temperature), but none more of a batch than
    it has groups; what it cannot take falls to the others.
    """
    rows = np.array([[dataset.rows_in(*pair) for pair in weights] for dataset in shape.datasets], dtype=np.float64)
    wanted = np.array(list(weights.values()), dtype=np.float64)
    wanted /= wanted.sum()
    sizes = np.where(rows > 0, np.maximum(rows, 1) ** (1 / temperature), 0.0)
    share: np.ndarray = sizes / sizes.sum(axis=0) * wanted
    reached = [np.logical_or.reduce([dataset.strata_in(*pair) for pair in weights]) for dataset in shape.datasets]
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
