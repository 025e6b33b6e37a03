"""Development texts by language to fit corrections on: whose items they are, and none of a test collection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from polybatch.correction.checks import FEWEST
from polybatch.data.contamination import find_contamination
from polybatch.data.text import check_aligned, read_lines
from polybatch.errors import DataError, Fault
from polybatch.languages import check_language
from polybatch.records import Collection, Item, ParallelCorpus

MOST = 4000  # texts of a language: more move a mean by less than they cost


@dataclass(frozen=True)
class DevelopmentTexts:
    """Texts by language, and the number of the item that each is of: texts of one item are translations.

    `left_out`: how many items were looked at and left out, as they stand in a test collection.
    """

    texts: Mapping[str, tuple[str, ...]]
    items: Mapping[str, np.ndarray]
    left_out: int = 0


def development_texts(
    corpora: Sequence[ParallelCorpus], *, apart_from: Sequence[Collection] = (), most: int = MOST
) -> DevelopmentTexts:
    """Passages of parallel corpora, one item of each passage group, up to `most` of each language.

    Of a group the first item is taken, and groups in one random order, the same each time. Items of which a text is
    also a query or a passage of `apart_from`, but for case and white space, are left out. Raises DataError where no two
    languages have FEWEST texts left, as where the corpora are the collections.
    """
    firsts: dict[str, Item] = {}
    for item in chain.from_iterable(one.items for one in corpora):
        firsts.setdefault(item.group, item)
    drawn = list(firsts.values())
    chosen = _filled([drawn[number] for number in np.random.default_rng(0).permutation(len(drawn))], most)
    found = find_contamination(chosen, apart_from, near=None) if apart_from else None
    kept = [item for item in chosen if found is None or item.id not in found.ids]
    texts: dict[str, list[str]] = {}
    items: dict[str, list[int]] = {}
    for number, item in enumerate(kept):
        for code, text in item.passages.items():
            texts.setdefault(code, []).append(text)
            items.setdefault(code, []).append(number)
    enough = {code for code, some in texts.items() if len(some) >= FEWEST}
    left_out = len(chosen) - len(kept)
    if len(enough) < 2:
        counts = ", ".join(f"{code} {len(some)}" for code, some in sorted(texts.items())) or "none"
        beside = f"; {left_out} items are in {', '.join(one.name for one in apart_from)}" if left_out else ""
        works = f"{FEWEST} texts or more in two languages or more, none of them of a test collection"
        raise DataError([Fault("development texts", f"texts of each language: {counts}{beside}", works)])
    return DevelopmentTexts(
        {code: tuple(texts[code]) for code in sorted(enough)},
        {code: np.array(items[code]) for code in sorted(enough)},
        left_out,
    )


def read_development(files: Mapping[str, Path]) -> ParallelCorpus:
    """A corpus of line-aligned files, one a language: a text a line, its translations on the same line of the others.

    Raises DataError with every fault: a file that is missing, not UTF-8, not aligned, an unknown language.
    """
    faults = [fault for code in files for fault in check_language(code, where="development files")]
    lines = {path: read_lines(path, faults, works="one text a line") for path in files.values()}
    check_aligned(lines, faults)
    if faults:
        raise DataError(faults)
    columns = {code: lines[path] for code, path in files.items()}
    rows = zip(*columns.values(), strict=True)
    items = (
        Item(id=f"line-{number}", group=f"line-{number}", queries={}, passages=dict(zip(columns, row, strict=True)))
        for number, row in enumerate(rows, start=1)
    )
    return ParallelCorpus("development", tuple(items))


def _filled(items: Sequence[Item], most: int) -> list[Item]:
    """Items in their order, as long as any language of them has fewer than `most` texts."""
    counts: dict[str, int] = {}
    chosen = []
    for item in items:
        if any(counts.get(code, 0) < most for code in item.passages):
            chosen.append(item)
            for code in item.passages:
                counts[code] = counts.get(code, 0) + 1
    return chosen
