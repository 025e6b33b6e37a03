"""The hand-written sentence patterns, read from one TOML file per language and checked. Not here: stories."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, NamedTuple

from polybatch.data.newswire.events import EVENTS
from polybatch.data.newswire.words import LANGUAGES
from polybatch.errors import DataError, Fault

SPLITS = ("train", "test")
FEWEST = {"train": 3, "test": 1}  # patterns of either kind that a split needs


class Patterns(NamedTuple):
    """The patterns of one event in one language and split; `{slot}` stands where a word or number goes."""

    passages: tuple[str, ...]
    queries: tuple[str, ...]


def slots_of(pattern: str) -> frozenset[str]:
    """The names of the slots of a pattern; ValueError where braces do not pair or hold more than a name."""
    fields = [field for field in Formatter().parse(pattern) if field[1] is not None]
    if any(specification or conversion for _, _, specification, conversion in fields):
        raise ValueError("a slot holds more than a name")
    return frozenset(str(name) for _, name, _, _ in fields)


def read_patterns(language: str) -> dict[tuple[str, str], Patterns]:
    """The patterns of a language, by event and split; DataError with every fault of the file."""
    text = files("polybatch.data.newswire").joinpath("patterns", f"{language}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    if faults := list(check_patterns(tables, where=f"{language}.toml")):
        raise DataError(faults)
    return {
        (event, split): Patterns(*(tuple(tables[event][split][kind]) for kind in Patterns._fields))
        for event in EVENTS
        for split in SPLITS
    }


def check_patterns(tables: Mapping[str, Any], *, where: str) -> Iterator[Fault]:
    """Faults of the tables of one language: too few patterns, or slots that do not fit the event.

    A passage must name every slot of its event, and a query its key and nothing outside the event: then every
    query is answered by its passage, and by no other.
    """
    for event, (key, *_) in EVENTS.items():
        slots = EVENTS[event].slots
        for split in SPLITS:
            table = tables.get(event, {}).get(split, {})
            for kind, needed in (("passages", slots), ("queries", frozenset(key))):
                place = f"{where}: {event}.{split}.{kind}"
                patterns = table.get(kind, ())
                if len(patterns) < FEWEST[split]:
                    yield Fault(place, f"{len(patterns)} patterns", f"at least {FEWEST[split]}")
                for pattern in patterns:
                    try:
                        named = slots_of(pattern)
                    except ValueError as error:
                        yield Fault(place, f"{pattern!r}: {error}")
                        continue
                    if not needed <= named <= slots:
                        wrong = ", ".join(sorted((needed - named) | (named - slots)))
                        yield Fault(place, f"{pattern!r}: slots missing or unknown: {wrong}")


@cache
def patterns_of(language: str, event: str, split: str) -> Patterns:
    """The patterns of an event in a language and split, each file read once."""
    return _all_patterns()[language][event, split]


@cache
def _all_patterns() -> Mapping[str, Mapping[tuple[str, str], Patterns]]:
    return {language: read_patterns(language) for language in LANGUAGES}
