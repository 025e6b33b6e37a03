"""Training texts that also stand in test collections, exactly or nearly. Not here: what is done about them."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from polybatch.errors import DataError, Fault
from polybatch.records import Collection, Item

if TYPE_CHECKING:
    import regex

NEAR = 0.8  # Jaccard similarity of word sets from which on two texts are nearly the same
SHORTEST = 3  # different words; shorter texts, such as a name or "(Photo)", stand everywhere and give nothing away
ROUNDING = 1e-9  # 2 of 3 words are two thirds, whatever floats say
SCRIPTS_WITHOUT_SPACES = ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")


class Standing(NamedTuple):
    """A text of a test collection: `side` is `query` or `passage`, `id` is its id there."""

    collection: str
    side: str
    language: str
    id: str

    def __str__(self) -> str:
        return f"{self.side} {self.id} of {self.collection} in {self.language}"


class Match(NamedTuple):
    """A text of an item that also stands in a collection; `similarity` is 1 where both are the same but for case."""

    item: str
    side: str
    language: str
    standing: Standing
    similarity: float


@dataclass(frozen=True)
class Contamination:
    """What training items and test collections have in common: items looked at, and every match, in their order."""

    items: int
    matches: tuple[Match, ...]

    @property
    def ids(self) -> frozenset[str]:
        """Ids of the items with a match: those to drop."""
        return frozenset(match.item for match in self.matches)


def find_contamination(
    items: Iterable[Item], collections: Sequence[Collection], *, near: float | None = NEAR
) -> Contamination:
    """Every query and passage of the items that is also a query or a passage of a collection, in any language.

    Texts are the same where they differ in case and white space alone. They are nearly the same where the Jaccard
    similarity of their sets of words is `near` or more; None looks for the same texts only. A text has one match, the
    most similar, of equal ones the first of the collections; texts of under three different words have none. Items are
    streamed; memory grows with the collections.
    Raises DataError for a `near` that is not over 0 and at most 1.
    """
    tests = TestTexts(collections, near=near)
    count = 0
    matches: list[Match] = []
    for item in items:
        count += 1
        matches += tests.matches(item)
    return Contamination(count, tuple(matches))


class TestTexts:
    """The texts of test collections, made ready to be looked up; the same text in several places is its first."""

    __test__ = False  # a class of the library, which pytest would take for a test by its name

    def __init__(self, collections: Sequence[Collection], *, near: float | None = NEAR) -> None:
        if near is not None and not 0 < near <= 1:
            raise DataError([Fault("near", str(near), "a similarity over 0 and at most 1, such as 0.8")])
        self._standings: list[Standing] = []
        self._exact: dict[bytes, int] = {}
        texts: list[str] = []
        for standing, text in _texts(collections):
            if len(words(text)) < SHORTEST:
                continue
            if self._exact.setdefault(_digest(text), len(texts)) == len(texts):
                self._standings.append(standing)
                texts.append(text)
        self._near = None if near is None else _SimilarSets(texts, near)

    def find(self, text: str) -> tuple[Standing, float] | None:
        """Where a text stands, and how similar it is to what stands there."""
        number = self._exact.get(_digest(text))
        if number is not None:
            return self._standings[number], 1.0
        found = self._near.most_similar(text) if self._near else None
        return (self._standings[found[0]], found[1]) if found else None

    def matches(self, item: Item) -> Iterator[Match]:
        """The matches of an item's queries and passages. Hard negatives may stand in a collection: no answer does."""
        for side, texts in (("query", item.queries), ("passage", item.passages)):
            for language, text in texts.items():
                if found := self.find(text):
                    yield Match(item.id, side, language, *found)


class _SimilarSets:
    """Texts by their sets of words, looked up by Jaccard similarity: exact, by the prefix filter.

    Two sets as similar as asked share one of the rarest words of each, if enough of these are looked at (Chaudhuri,
    Ganti and Kaushik, ICDE 2006; Bayardo, Ma and Srikant, WWW 2007). Words that no text has are rarer than all others.
    """

    def __init__(self, texts: Sequence[str], least: float) -> None:
        self._texts, self._least = texts, least
        self._frequency = Counter(word for text in texts for word in words(text))
        self._sizes: list[int] = []
        self._holders: Mapping[str, list[int]] = defaultdict(list)
        for number, text in enumerate(texts):
            found = words(text)
            self._sizes.append(len(found))
            for word in self._rarest(found, len(found) - self._needed(len(found)) + 1):
                self._holders[word].append(number)

    def most_similar(self, text: str) -> tuple[int, float] | None:
        """The number of the most similar text, the first of equal ones, and its similarity; None under the least."""
        found = words(text)
        known = {word for word in found if word in self._frequency}
        needed = self._needed(len(found))
        if len(found) < SHORTEST or len(known) < needed:
            return None
        candidates: set[int] = set()
        for word in self._rarest(known, len(known) - needed + 1):
            candidates.update(self._holders.get(word, ()))
        best = (0.0, 0)
        for number in candidates:
            size = self._sizes[number]
            if min(size, len(known)) < self._needed(max(size, len(found))):
                continue
            shared = len(known & words(self._texts[number]))
            best = max(best, (shared / (len(found) + size - shared), -number))
        return (-best[1], best[0]) if best[0] >= self._least - ROUNDING else None

    def _needed(self, size: int) -> int:
        """How many words of a set another must have, to be similar."""
        return math.ceil(self._least * size - ROUNDING)

    def _rarest(self, found: Iterable[str], count: int) -> list[str]:
        return sorted(found, key=lambda word: (self._frequency[word], word))[:count]


def words(text: str) -> set[str]:
    """The different words of a text, case folded; pairs of characters in scripts that are written without spaces."""
    whole, unspaced = _patterns()
    text = text.casefold()
    found = set(whole.findall(text))
    for run in () if text.isascii() else unspaced.findall(text):
        found.update(map("".join, pairwise(run)) if len(run) > 1 else run)
    return found


@cache
def _patterns() -> "tuple[regex.Pattern[str], regex.Pattern[str]]":
    import regex

    without = "".join(rf"\p{{{script}}}" for script in SCRIPTS_WITHOUT_SPACES)
    return regex.compile(rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{without}]]+", regex.V1), regex.compile(f"[{without}]+")


def _digest(text: str) -> bytes:
    return blake2b(" ".join(text.casefold().split()).encode(errors="surrogatepass"), digest_size=8).digest()


def _texts(collections: Sequence[Collection]) -> Iterator[tuple[Standing, str]]:
    for one in collections:
        for language, queries in one.queries.items():
            yield from ((Standing(one.name, "query", language, query.id), query.text) for query in queries)
        for language, passages in one.passages.items():
            yield from ((Standing(one.name, "passage", language, passage.id), passage.text) for passage in passages)
