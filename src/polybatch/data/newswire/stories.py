"""Draw the stories of a split: which event, which words, which numbers. Pure: no sentences, no global randomness."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from random import Random

from polybatch.data.newswire.events import EVENTS, Event
from polybatch.data.newswire.words import vocabulary
from polybatch.errors import DataError, Fault

TEST_SHARE = 6  # one combination of key words in six is for the test split, whatever the seed
PAIRS = ({"country", "partner"}, {"currency", "rival"})


@dataclass(frozen=True, slots=True)
class Story:
    """One story: its event, and for every slot the place of a word in its vocabulary, or the number."""

    id: str
    event: str
    values: Mapping[str, int]


def _combinations(event: Event, split: str) -> list[tuple[int, ...]]:
    """Every choice of key words that a split may use; of two that differ in the order of a pair, one."""
    paired = set(event.key[:2]) in PAIRS
    return [
        choice
        for choice in product(*(range(len(vocabulary(slot))) for slot in event.key))
        if (split == "test") == (sum(choice) % TEST_SHARE == 0) and (not paired or choice[0] < choice[1])
    ]


def most_stories(split: str) -> int:
    """The largest number of stories of a split that queries can tell apart, with all events equally frequent."""
    return len(EVENTS) * min(len(_combinations(event, split)) for event in EVENTS.values())


def draw_stories(split: str, *, stories: int, seed: int) -> tuple[Story, ...]:
    """The first stories of a split, the events taking turns; asking for more keeps those drawn before.

    Within a split, no two stories of an event share their key words, in either order of a pair. Training and test
    share no choice of key words, whatever their seeds. Raises DataError where fewer than 1 or more than
    `most_stories(split)` are asked for.
    """
    most = most_stories(split)
    if not 1 <= stories <= most:
        raise DataError([Fault(f"newswire {split} split", f"{stories} stories asked for", f"1 to {most} work")])
    random = Random(f"newswire {split} {seed}")
    choices = {name: _combinations(event, split) for name, event in EVENTS.items()}
    for shuffled in choices.values():
        random.shuffle(shuffled)
    names = list(EVENTS)
    drawn = []
    for number in range(stories):
        name = names[number % len(names)]
        event = EVENTS[name]
        values = dict(zip(event.key, choices[name].pop(), strict=True))
        if set(event.key[:2]) in PAIRS and random.random() < 0.5:
            first, second = event.key[:2]
            values[first], values[second] = values[second], values[first]
        values |= {slot: random.randrange(len(vocabulary(slot))) for slot in event.words}
        values |= {slot: random.choice(numbers) for slot, numbers in event.numbers.items()}
        drawn.append(Story(f"newswire-{split}-{number:05d}", name, values))
    return tuple(drawn)
