"""A collection as arrays: passages of all languages one after the other, queries, which is relevant. No scores."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from polybatch.judging.ranks import Pool, Relevant, tie_order
from polybatch.records import Collection


class Layout:
    """Numbers for what a collection has ids for: languages sorted, passages and queries language by language.

    `asked`: the language of each query; `home`: that of each passage; both count in `languages`, which holds those of
    queries too. `relevant` lists every judged query with each of its relevant passages and those that are the query
    itself (`Collection.itself`), where `itself` holds; `grades` says how relevant each is.
    """

    def __init__(self, collection: Collection) -> None:
        self.name, self.settings = collection.name, collection.settings
        self.pools = collection.languages
        self.languages = sorted({*collection.passages, *collection.queries})
        self.passages = [passage for code in self.pools for passage in collection.passages[code]]
        self.queries = [query for code in sorted(collection.queries) for query in collection.queries[code]]
        self.home = self._languages({code: len(collection.passages[code]) for code in self.pools})
        self.asked = self._languages({code: len(collection.queries[code]) for code in sorted(collection.queries)})
        place = {passage.id: number for number, passage in enumerate(self.passages)}
        pairs, itself = list[tuple[int, int]](), list[bool]()
        for number, query in enumerate(self.queries):
            if judged := collection.judgements.get(query.id):
                own = collection.itself(query.id, self.languages[self.asked[number]])
                found = sorted(place[one] for one in judged | own)
                pairs += [(number, one) for one in found]
                itself += [self.passages[one].id in own for one in found]
        self.relevant = Relevant(*np.array(pairs, dtype=np.int64).reshape(-1, 2).T.copy())
        self.itself = np.array(itself, dtype=bool)
        self.grades = np.ones(len(pairs), dtype=np.int64)
        if collection.grades:
            of = ((collection.grades.get(self.queries[query].id, {}), self.passages[one].id) for query, one in pairs)
            self.grades[:] = [grades.get(one, 1) for grades, one in of]

    def pool(self, columns: np.ndarray) -> Pool:
        """The passages as the counting needs them; `columns` says which column of the scores each one reads."""
        return Pool(self.home, tie_order([passage.id for passage in self.passages]), columns)

    @cached_property
    def sizes(self) -> np.ndarray:
        """How many passages each of `languages` has, int64."""
        return np.bincount(self.home, minlength=len(self.languages))

    @cached_property
    def candidates(self) -> np.ndarray:
        """How many passages of all languages each query has to choose among, itself not counted, int64."""
        itself = np.bincount(self.relevant.queries[self.itself], minlength=len(self.queries))
        return np.asarray(len(self.passages) - itself)

    def own_sizes(self, queries: np.ndarray, languages: np.ndarray) -> np.ndarray:
        """How many passages of a language each query has to choose among, itself not counted, int64."""
        width = len(self.languages)
        own = self.relevant.queries[self.itself] * width + self.home[self.relevant.passages[self.itself]]
        left_out = np.bincount(own, minlength=len(self.queries) * width)
        return np.asarray(self.sizes[languages] - left_out[queries * width + languages])

    def _languages(self, counts: dict[str, int]) -> np.ndarray:
        numbers = [self.languages.index(code) for code in counts]
        return np.repeat(np.array(numbers, dtype=np.int64), list(counts.values()))


def distinct(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Distinct texts in order of appearance, and for each text the place of its distinct one, int64."""
    places: dict[str, int] = {}
    index = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int64)
    return list(places), index
