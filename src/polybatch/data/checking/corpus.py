"""Checks over a whole corpus: rows are measured one by one, as arrays, and what stands out is told at the end."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeAlias

from polybatch.data.checking.problem import Limits, Problem
from polybatch.records import Item

if TYPE_CHECKING:
    import numpy as np

Measured: TypeAlias = "dict[str, np.ndarray]"
"""Whole numbers of some rows, int64, by language or language pair: shape (rows, columns), the row's number last."""

SHORTEST = 40  # characters of the longer version, from which on lengths say something of an alignment


Measure = Callable[[Iterable[tuple[int, Item]]], Measured]
"""Takes numbered items, a few at a time and in any process."""


@dataclass(frozen=True)
class OfCorpus:
    """`settle` takes what `measure` gave of all items, in order; several checks may go by one measure."""

    measure: Measure
    settle: Callable[[Measured, Limits], Iterator[Problem]]


def measure_texts(items: Iterable[tuple[int, Item]]) -> Measured:
    """Hashes of query (0 for none), passage and group, row: for each language with a passage."""
    found: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for row, item in items:
        group = _hash(item.group)
        for language, passage in item.passages.items():
            query = item.queries.get(language)
            found[language].append((0 if query is None else _hash(query), _hash(passage), group, row))
    return _arrays(found)


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


def measure_lengths(items: Iterable[tuple[int, Item]]) -> Measured:
    """Characters of a text in the first of its row's languages and in another, row: by side and the two languages."""
    found: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for row, item in items:
        for side, texts in (("query", item.queries), ("passage", item.passages)):
            if len(texts) > 1:
                one, *others = sorted(texts)
                length = len(texts[one])
                for other in others:
                    if max(length, len(texts[other])) >= SHORTEST:
                        found[f"{side} {one} {other}"].append((length, len(texts[other]), row))
    return _arrays(found)


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


def _hash(text: str) -> int:
    data = text.encode(errors="surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little", signed=True)


def _arrays(found: Mapping[str, list[tuple[int, ...]]]) -> Measured:
    import numpy as np

    return {name: np.array(lines, dtype=np.int64) for name, lines in found.items()}
