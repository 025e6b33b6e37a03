"""The newswire as records: a training corpus and a test collection. Not here: how stories are drawn."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from polybatch.data.newswire.patterns import patterns_of
from polybatch.data.newswire.stories import draw_stories
from polybatch.data.newswire.words import LANGUAGES, filling
from polybatch.errors import DataError, Fault
from polybatch.records import Collection, Item, ParallelCorpus, Passage, Query

LICENCE = "Apache-2.0 (polybatch)"


class _Told(NamedTuple):
    id: str
    queries: Mapping[str, str]
    passages: Mapping[str, str]


def _tell(split: str, *, stories: int, seed: int) -> list[_Told]:
    """Put stories into words, the patterns of query and passage chosen in each language on their own."""
    random = Random(f"newswire {split} {seed} patterns")
    told = []
    for story in draw_stories(split, stories=stories, seed=seed):
        queries, passages = {}, {}
        for language in LANGUAGES:
            fillings = {slot: filling(slot, value, language) for slot, value in story.values.items()}
            patterns = patterns_of(language, story.event, split)
            queries[language] = random.choice(patterns.queries).format_map(fillings)
            passages[language] = random.choice(patterns.passages).format_map(fillings)
        told.append(_Told(story.id, queries, passages))
    return told


def newswire_corpus(*, stories: int = 2400, seed: int = 1) -> ParallelCorpus:
    """The training split: every story with its query and its passage in all three languages.

    Each story is a group of its own, and its id is that of the group. Raises DataError where more stories are asked
    for than queries can tell apart.
    """
    items = (Item(id, id, queries, passages) for id, queries, passages in _tell("train", stories=stories, seed=seed))
    return ParallelCorpus("newswire", tuple(items), LICENCE)


def newswire_collection(*, stories: int = 300, seed: int = 1, languages: Sequence[str] = LANGUAGES) -> Collection:
    """The test split: stories and sentence patterns that training never shows, in words that it does.

    A query is answered by the passage of its story in each language, and by no other. Words are known where the
    training split has its usual size. Fewer languages leave the texts of the others as they are. Raises DataError
    where a language is not one of `LANGUAGES`, or more stories are asked for than queries can tell apart.
    """
    known = f"known: {', '.join(LANGUAGES)}"
    faults = [
        Fault("newswire languages", f"no language {language!r}", known)
        for language in languages
        if language not in LANGUAGES
    ]
    if faults or not languages:
        raise DataError(faults or [Fault("newswire languages", "none asked for", known)])
    told = _tell("test", stories=stories, seed=seed)
    return Collection(
        name="newswire",
        queries={code: tuple(Query(it.id, it.id, it.queries[code]) for it in told) for code in languages},
        passages={code: tuple(Passage(f"{code}-{it.id}", it.passages[code]) for it in told) for code in languages},
        judgements={it.id: frozenset(f"{code}-{it.id}" for code in languages) for it in told},
        licence=LICENCE,
        notes={"cluster": "story", "made up": "synthetic stories: countries and numbers are drawn at random"},
    )
