"""Whether systems may stand in one table: the same directions, queries, pools and candidate texts, or why not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from polybatch.errors import Fault
from polybatch.report.summary import MAP, Quantity
from polybatch.report.wording import listing
from polybatch.results.manifest import CollectionData
from polybatch.results.store import MEAN, Result

ALIKE = "evaluate both on the same collection with the same --languages, or report them apart"


@dataclass(frozen=True)
class Part:
    """What one folder says of its collections: results, chance on its pools, and the entries of its manifest."""

    label: str
    results: Sequence[Result]
    chance: Mapping[Quantity, float]
    collections: Sequence[CollectionData]


def unlike(parts: Sequence[Part]) -> list[Fault]:
    """A fault for each collection whose systems cannot be compared, with the first reason that was found."""
    faults: dict[str, Fault] = {}
    for check in (_texts, _directions, _queries, _pools):
        for collection, found in check(parts):
            faults.setdefault(collection, Fault(collection, f"cannot be compared: {found}", ALIKE))
    return list(faults.values())


def apart(parts: Sequence[Part]) -> str:
    """A sentence where no collection was judged in all of several folders; empty where one was."""
    judged = [{row.collection for row in part.results} for part in parts]
    if len(parts) < 2 or set.intersection(*judged):
        return ""
    told = "; ".join(f"{part.label} on {listing(sorted(names))}" for part, names in zip(parts, judged, strict=True))
    return f"No collection was evaluated in all runs: {told}. Scores on different collections cannot be compared."


def _directions(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    """Systems judged in other directions than the first one: their means are over something else."""
    found: dict[tuple[str, str], dict[tuple[str, str], set[tuple[str, str]]]] = {}
    for part in parts:
        for row in part.results:
            if row.measure == MAP and row.query_language != MEAN:
                of = found.setdefault((row.collection, row.setting), {}).setdefault((part.label, row.system), set())
                of.add((row.query_language, row.passage_language))
    for (collection, setting), systems in found.items():
        (first, known), *others = systems.items()
        for other, directions in others:
            if directions != known:
                told = (f"{_named(who, parts)} on {_codes(of)}" for who, of in ((first, known), (other, directions)))
                yield collection, f"{setting}, {' but '.join(told)}"


def _queries(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    first: dict[Quantity, tuple[tuple[str, str], int]] = {}
    for part in parts:
        for row in part.results:
            who, count = first.setdefault(Quantity.of(row), ((part.label, row.system), row.queries))
            if row.queries != count:
                ours, theirs = _named(who, parts), _named((part.label, row.system), parts)
                place = f"{row.measure}, {row.setting} {row.query_language} to {row.passage_language}"
                yield row.collection, f"{place}: {ours} on {count:,} queries but {theirs} on {row.queries:,}"


def _pools(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    first: dict[Quantity, tuple[str, float]] = {}
    for part in parts:
        for quantity, value in part.chance.items():
            label, known = first.setdefault(quantity, (part.label, value))
            if value != known:
                yield quantity.collection, f"{label} and {part.label} rank different pools of passages"


def _texts(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    """Manifests that say other things of one collection: other candidate texts, other counts of them."""
    first: dict[str, tuple[str, CollectionData]] = {}
    for part in parts:
        for entry in part.collections:
            label, known = first.setdefault(entry.name, (part.label, entry))
            for what, ours, theirs in _facts(known, entry):
                if ours != theirs:
                    yield entry.name, f"{what}: {ours} in {label}, {theirs} in {part.label}"


def _facts(one: CollectionData, other: CollectionData) -> Iterator[tuple[str, object, object]]:
    for key in one.notes.keys() & other.notes.keys():
        yield key, one.notes[key], other.notes[key]
    if one.texts and other.texts:
        yield "texts, by their hash", one.texts, other.texts
    for what, ours, theirs in (("passages", one.passages, other.passages), ("queries", one.queries, other.queries)):
        for code in ours.keys() & theirs.keys():
            yield f"{what} in {code}", f"{ours[code]:,}", f"{theirs[code]:,}"


def _named(who: tuple[str, str], parts: Sequence[Part]) -> str:
    label, system = who
    return f"{system} ({label})" if len(parts) > 1 else system


def _codes(directions: Iterable[tuple[str, str]]) -> str:
    codes = sorted({code for pair in directions for code in pair} - {"all"})
    shown = sorted(f"{query}-{passage}" for query, passage in directions)
    return f"{len(shown)} directions of {', '.join(codes)}" if len(shown) > 6 else ", ".join(shown)
