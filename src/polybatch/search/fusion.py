"""Ranked lists into one: reciprocal rank fusion, a balance of languages, documents. Pure: no engine, no model."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from polybatch.judging.baselines.fusion import K
from polybatch.search.engines.engine import Found
from polybatch.search.records import Passage


class Ranked(NamedTuple):
    """A passage with its score in a list, and the ways by which it was found."""

    passage: Passage
    score: float
    found_by: tuple[str, ...]


def fuse(lists: Mapping[str, Sequence[Found]]) -> list[Ranked]:
    """Lists by the way that found them into one, best first, by the sum of 1 / (k + rank), k = 60.

    A single list keeps its own scores. Cormack, Clarke and Büttcher, SIGIR 2009. Ties go by the best rank, then by the
    way that is named first, then by id.
    """
    if len(lists) == 1:
        ((way, found),) = lists.items()
        return [Ranked(one.passage, one.score, (way,)) for one in found]
    scores: dict[str, float] = {}
    best: dict[str, tuple[int, int]] = {}
    ways: dict[str, tuple[str, ...]] = {}
    passages: dict[str, Passage] = {}
    for order, (way, found) in enumerate(lists.items()):
        for rank, one in enumerate(found, start=1):
            key = one.passage.id
            passages[key] = one.passage
            scores[key] = scores.get(key, 0.0) + 1 / (K + rank)
            best[key] = min(best.get(key, (rank, order)), (rank, order))
            ways[key] = (*ways.get(key, ()), way)
    keys = sorted(scores, key=lambda key: (-scores[key], best[key], key))
    return [Ranked(passages[key], scores[key], ways[key]) for key in keys]


def balance(lists: Iterable[Sequence[Ranked]]) -> list[Ranked]:
    """A list for each language into one: all that are first in theirs, then all that are second, and so on.

    A passage scores 1 / (k + rank in its language). As lists of different languages share no passage, reciprocal rank
    fusion and taking turns are the same thing. Within a turn, the score in its own list decides, then the id.
    """
    turns = [(rank, -one.score, one.passage.id, one) for found in lists for rank, one in enumerate(found, start=1)]
    return [one._replace(score=1 / (K + rank)) for rank, _, _, one in sorted(turns, key=lambda turn: turn[:3])]


def by_document(ranked: Iterable[Ranked]) -> list[list[Ranked]]:
    """The passages of each document in each language together, the groups in the order of their best passages."""
    groups: dict[tuple[str, str], list[Ranked]] = {}
    for each in ranked:
        groups.setdefault((each.passage.document, each.passage.language), []).append(each)
    return list(groups.values())
