"""Why batches cannot be planned, and what would work: all of it at once, before any work. Pure."""

from collections.abc import Mapping

import numpy as np

from polybatch.errors import Fault
from polybatch.records import Direction
from polybatch.sampling.strategies import BatchKind, Strategy
from polybatch.sampling.streams import direction_weights
from polybatch.table.shape import NEGATIVES, CorpusShape, DatasetShape


def plan_faults(
    shape: CorpusShape,
    strategy: Strategy,
    size: int,
    *,
    negatives: int = 0,
    ranks: int = 1,
    dataset_temperature: float = 1.0,
    language_temperature: float = float("inf"),
) -> list[Fault]:
    """Why batches of this size cannot be planned; empty if they can.

    Kinds without any direction, directions with too few groups, hard negatives that rows lack, a number of ranks that
    does not divide the batch, temperatures that are not above 0.
    """
    faults: list[Fault] = []
    if size < 2:
        faults.append(Fault("batch size", f"{size}; a contrastive batch needs negatives", "2 or more works"))
    if ranks < 1 or size % ranks:
        divisors = [str(number) for number in range(1, min(size, 64) + 1) if size % number == 0]
        remedy = f"a number that divides it: {', '.join(divisors)}"
        faults.append(Fault("ranks", f"{ranks} do not share out a batch of {size} equally", remedy))
    for what, temperature in (("dataset", dataset_temperature), ("language", language_temperature)):
        if not temperature > 0:
            remedy = "above 0 works: 1 for in proportion to rows, inf for uniformly"
            faults.append(Fault(f"{what} temperature", f"{temperature:g}", remedy))
    temperature = language_temperature if language_temperature > 0 else 1.0
    for kind in strategy.kinds:
        weights = direction_weights(shape, kind.directions, strategy.weights, temperature=temperature)
        faults.extend(_kind_faults(shape, strategy, kind, weights, size))
    for dataset in shape.datasets if negatives else ():
        if (
            not dataset.patterns[:, NEGATIVES : NEGATIVES + negatives].any(axis=2).all()
            or dataset.negatives < negatives
        ):
            fault = f"rows without {negatives} hard negative{'s' * (negatives > 1)} in any language"
            faults.append(Fault(f"dataset {dataset.name}", fault, "0 hard negatives, or mine them first"))
    return faults


def _kind_faults(
    shape: CorpusShape, strategy: Strategy, kind: BatchKind, weights: Mapping[Direction, float], size: int
) -> list[Fault]:
    where = f"strategy {strategy.name}"
    if not kind.directions:
        return [Fault(where, f"no row of the corpora can fill a {kind.name} batch", _drawable(shape))]
    faults = []
    if size > (largest := largest_batch(shape, kind, weights)):
        fault = f"a {kind.name} batch of {size} would repeat a passage group"
        faults.append(Fault(where, fault, f"the largest that works is {largest} ({_scarcest(shape, kind)})"))
    if kind.every_language and size < len(shape.languages):
        fault = f"a batch of {size} cannot show passages in all of {len(shape.languages)} languages"
        faults.append(Fault(where, fault, f"{len(shape.languages)} or more works"))
    return faults


def largest_batch(shape: CorpusShape, kind: BatchKind, weights: Mapping[Direction, float] | None = None) -> int:
    """The largest batch of this kind that is sure to be filled without repeating a group.

    For one direction a batch, that is the least number of distinct groups of any direction; for a mixed batch over
    corpora that have every row in every direction, the number of groups. A mixed batch shares its rows out by the
    directions' weights (equal ones if none are given), from the scarcest direction up; each must find its share among
    groups that none before it could have taken. With further groups, rows that are linked by groups of any kind count
    as one.
    """
    masks, sizes = _reach(shape, kind)
    counts = masks @ sizes
    if not kind.mixed:
        return int(counts.min())
    order = np.argsort(counts, kind="stable")
    total = sum(weights.values()) if weights else len(order)
    shares = np.array([weights[direction] if weights else 1 for direction in kind.directions])[order] / total
    packed = np.packbits(masks[order], axis=1)
    # which of the directions before it draw from the same groups
    rivals = np.tril([(reached & packed).any(axis=1) for reached in packed], -1)

    def fits(size: int) -> bool:
        # rounding may give any direction one more, so each is counted at its largest
        wanted = np.minimum(np.ceil(shares * size - 1e-9), size)
        taken = np.minimum(rivals @ wanted, size - 1)
        return bool((counts[order] >= np.minimum(taken + wanted, size)).all())

    low, high = 0, int(sizes[masks.any(axis=0)].sum())
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _reach(shape: CorpusShape, kind: BatchKind) -> tuple[np.ndarray, np.ndarray]:
    """Where each direction of a kind draws from: bool, shape (directions, places), and the size of each place.

    A place is a stratum and its size is its groups; with further groups, it is a set of linked groups and counts one.
    """
    masks, sizes = [], []
    for dataset in shape.datasets:
        strata = np.array([dataset.strata_in(*shape.numbers(direction)) for direction in kind.directions])
        groups = np.diff(dataset.stratum_starts)
        if dataset.further is None:
            masks.append(strata)
            sizes.append(groups)
        else:
            linked = _linked(dataset)
            reached = np.zeros((len(strata), int(linked.max(initial=-1)) + 1), dtype=bool)
            for number, mask in enumerate(strata):
                reached[number, linked[np.repeat(mask, groups)]] = True
            masks.append(reached)
            sizes.append(np.ones(reached.shape[1], dtype=np.int64))
    return np.concatenate(masks, axis=1), np.concatenate(sizes)


def _linked(dataset: DatasetShape) -> np.ndarray:
    """The set of linked groups that each group is in: those that share a further group, directly or by others."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    sizes = np.ones(dataset.rows, dtype=np.int64) if dataset.starts is None else np.diff(dataset.starts)
    group_of = np.repeat(np.arange(dataset.groups), sizes)
    rows = np.arange(dataset.rows) if dataset.order is None else np.asarray(dataset.order)
    first = dataset.groups
    links = []
    for values in dataset.further if dataset.further is not None else ():
        taken = np.asarray(values[rows])
        named = taken >= 0
        links.append(np.stack([group_of[named], first + taken[named]]))
        first += int(taken.max(initial=-1)) + 1
    ends = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(ends.shape[1], dtype=bool), (ends[0], ends[1])), shape=(first, first))
    labels: np.ndarray = connected_components(graph, directed=False)[1]
    return labels[: dataset.groups]


def _scarcest(shape: CorpusShape, kind: BatchKind) -> str:
    masks, sizes = _reach(shape, kind)
    counts = masks @ sizes
    return f"{kind.directions[int(counts.argmin())]} has {counts.min()} distinct passage groups"


def _drawable(shape: CorpusShape) -> str:
    names = ", ".join(map(str, shape.directions)) or "none"
    return f"directions with rows: {names}"
