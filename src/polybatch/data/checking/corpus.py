"""Checks over a whole corpus: rows are measured chunk by chunk, as arrays, and what stands out is told at the end."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from polybatch.data.checking.chunk import SIDES, Chunk
from polybatch.data.checking.problem import Limits, Problem

if TYPE_CHECKING:
    import numpy as np

Measured: TypeAlias = "dict[str, np.ndarray]"
"""Whole numbers of some rows, int64, by language or language pair: shape (rows, columns), the row's number last."""

SHORTEST = 40  # characters of the longer version, from which on lengths say something of an alignment


Measure = Callable[[Chunk], Measured]
"""Takes rows, a chunk at a time and in any process."""


@dataclass(frozen=True)
class OfCorpus:
    """`settle` takes what `measure` gave of all rows, in order; several checks may go by one measure."""

    measure: Measure
    settle: Callable[[Measured, Limits], Iterator[Problem]]


def measure_texts(chunk: Chunk) -> Measured:
    """Hashes of query (0 for none), passage and group, row: for each language with a passage."""
    import numpy as np

    groups, queries, found = _hashes(chunk.groups), chunk.side("query"), {}
    for language, passages in chunk.side("passage").items():
        rows = np.array(passages.rows, dtype=np.int64)
        asked = np.zeros_like(groups)
        if language in queries:
            asked[np.array(queries[language].rows) - chunk.first] = _hashes(queries[language].texts)
        of = rows - chunk.first
        found[language] = np.stack([asked[of], _hashes(passages.texts), groups[of], rows], axis=1)
    return found


def settle_duplicates(measured: Measured, limits: Limits) -> Iterator[Problem]:
    """Rows whose query and passage in one language are those of an earlier row."""
    for language, numbers in measured.items():
        numbers = numbers[numbers[:, 0] != 0]
        pairs = numbers[:, 0] + 3 * numbers[:, 1]  # 3, so that a pair is another one the other way round
        for first, later in _repeated(pairs):
            row, other = numbers[later, -1], numbers[first, -1]
            yield Problem("duplicate", int(row), language, "same query and passage as", other=int(other))


def settle_groups(measured: Measured, limits: Limits) -> Iterator[Problem]:
    """Rows whose passage is also that of an earlier row of another group: in a batch, each is the other's negative."""
    for language, numbers in measured.items():
        for first, later in _repeated(numbers[:, 1]):
            if numbers[later, 2] != numbers[first, 2]:
                row, other = numbers[later, -1], numbers[first, -1]
                yield Problem("two-groups", int(row), language, "same passage, other group:", other=int(other))


def measure_lengths(chunk: Chunk) -> Measured:
    """Characters of a text in the first of its row's languages and in another, row: by side and the two languages."""
    import numpy as np

    found = {}
    for side in SIDES:
        columns = sorted(chunk.side(side).items())
        if len(columns) < 2:
            continue
        lengths = np.full((len(columns), len(chunk.groups)), -1, dtype=np.int64)  # -1 for a text that is not there
        for number, (_, column) in enumerate(columns):
            lengths[number, np.array(column.rows) - chunk.first] = [len(text) for text in column.texts]
        first_of = (lengths >= 0).argmax(axis=0)
        for first, (one, _) in enumerate(columns):
            for number, (other, _) in list(enumerate(columns))[first + 1 :]:
                pair = lengths[[first, number]]
                (rows,) = np.nonzero((first_of == first) & (pair[1] >= 0) & (pair.max(axis=0) >= SHORTEST))
                if len(rows):
                    found[f"{side} {one} {other}"] = np.stack([*pair[:, rows], rows + chunk.first], axis=1)
    return found


def settle_lengths(measured: Measured, limits: Limits) -> Iterator[Problem]:
    """Rows whose lengths in two languages are far from the ratio that is usual (the median) for this pair and side."""
    import numpy as np

    for name, numbers in measured.items():
        side, one, other = name.split()
        ratios = np.log((numbers[:, 1] + 1) / (numbers[:, 0] + 1))
        usual = float(np.median(ratios))
        for place in np.flatnonzero(np.abs(ratios - usual) > math.log(limits.longest_ratio)):
            length, others, row = numbers[place].tolist()
            found = f"{side} of {others:,} characters, {length:,} in {one}; {math.exp(usual):.1f} for 1 is usual"
            yield Problem("misaligned", row, other, found)


def joined(parts: "Iterable[Mapping[str, np.ndarray]]") -> Measured:
    """The measures of several runs of rows as one, in order."""
    import numpy as np

    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for part in parts:
        for name, numbers in part.items():
            found[name].append(numbers)
    return {name: np.concatenate(found[name]) for name in sorted(found)}


def _repeated(keys: "np.ndarray") -> Iterator[tuple[int, int]]:
    """The places of keys that were there before, each after the first place of its key."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    repeats = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    firsts = np.searchsorted(ordered, ordered[repeats])
    return zip(order[firsts].tolist(), order[repeats].tolist(), strict=True)


def _hashes(texts: Sequence[str]) -> "np.ndarray":
    import numpy as np
    from xxhash import xxh3_64_intdigest

    digests = (xxh3_64_intdigest(text.encode(errors="surrogatepass")) for text in texts)
    return np.fromiter(digests, dtype=np.uint64, count=len(texts)).view(np.int64)
