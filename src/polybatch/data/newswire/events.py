"""The kinds of event that the newswire reports, and the slots of each. Not here: words, sentences."""

from collections.abc import Mapping
from typing import NamedTuple


class Event(NamedTuple):
    """A kind of event: the slots that its stories fill.

    `key` are word slots that every query names, so that together they single out one story of the event; `words`
    are the other word slots and `numbers` the number slots with what may be drawn. Every passage names them all.
    """

    key: tuple[str, ...]
    words: tuple[str, ...]
    numbers: Mapping[str, range]

    @property
    def slots(self) -> frozenset[str]:
        """The names of all slots."""
        return frozenset((*self.key, *self.words, *self.numbers))


# All numbers are 2 or more where a noun counts them, so that no language needs a singular.
EVENTS: Mapping[str, Event] = {
    "election": Event(
        ("country", "month"), ("ballot",), {"percent": range(41, 89), "stations": range(1_200, 9_000, 50)}
    ),
    "flood": Event(
        ("country", "month"), ("crop",), {"families": range(2_100, 9_900, 50), "homes": range(240, 1_950, 10)}
    ),
    "football": Event(
        ("country", "partner"),
        ("weekday",),
        {"scored": range(2, 6), "conceded": range(2), "crowd": range(8_000, 60_000, 500)},
    ),
    "trade": Event(("country", "partner"), ("goods", "month"), {"amount": range(2, 90)}),
    "vaccination": Event(
        ("country", "disease"),
        ("month",),
        {"children": range(12_000, 90_000, 500), "clinics": range(24, 480)},
    ),
    "currency": Event(("currency", "rival", "month"), ("weekday",), {"percent": range(3, 20)}),
    "court": Event(("country", "matter"), ("weekday",), {"villagers": range(120, 980, 10), "amount": range(2, 12)}),
    "harvest": Event(("country", "crop"), ("month",), {"percent": range(6, 39), "tonnes": range(21_000, 98_000, 500)}),
    "strike": Event(("country", "workers"), ("weekday",), {"days": range(3, 22), "percent": range(5, 36)}),
    "visit": Event(("country", "partner"), ("office", "topic", "weekday"), {"days": range(2, 7)}),
    "textbooks": Event(
        ("country", "language"),
        ("month",),
        {"books": range(14_000, 96_000, 500), "schools": range(45, 680, 5)},
    ),
    "wildlife": Event(
        ("country", "animal"),
        (),
        {"counted": range(640, 9_800, 20), "percent": range(6, 58), "years": range(3, 21)},
    ),
}
