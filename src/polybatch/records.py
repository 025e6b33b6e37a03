"""The records that every part shares: directions, parallel items for training, collections for evaluation. No files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

Setting = Literal["monolingual", "cross-lingual", "multilingual"]
SETTINGS: tuple[Setting, ...] = ("monolingual", "cross-lingual", "multilingual")
"""Queries against the passages of their own language, of each other language, and of all languages together."""


class Direction(NamedTuple):
    """The language of the queries and the language of the passages. A convention of key order is never relied on."""

    query: str
    passage: str

    @property
    def is_monolingual(self) -> bool:
        """Whether query and passage are in one language."""
        return self.query == self.passage

    def __str__(self) -> str:
        return f"{self.query}-{self.passage}"


class Item(NamedTuple):
    """One question and its answer, each in one or more languages: the unit of a parallel training corpus.

    `group` names the passage: items of one group share it (or part of it), so neither may be the other's negative,
    in any language. `further` names more groups, the same number for every item of a corpus, such as its document and
    its answer: items that share one of the same kind are kept apart as well; an empty name is none. `negatives` are
    hard negatives, each in one or more languages.
    """

    id: str
    group: str
    queries: Mapping[str, str]
    passages: Mapping[str, str]
    negatives: tuple[Mapping[str, str], ...] = ()
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParallelCorpus:
    """Items of one dataset. Ids and groups are unique to the dataset: two corpora never share one."""

    name: str
    items: tuple[Item, ...]
    licence: str = "unknown"

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Every language that a query or a passage is in, sorted."""
        return tuple(sorted({code for item in self.items for code in (*item.queries, *item.passages)}))


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a collection in one language; versions of one question in several languages share `id`.

    `cluster` is the unit of significance tests: the largest unit whose text it shares with other queries, such as the
    article that it was asked of; itself where it shares none.
    """

    id: str
    cluster: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A candidate of a collection; `id` is unique over all languages of the collection."""

    id: str
    text: str


@dataclass(frozen=True)
class Collection:
    """Queries, passages and judgements in one or more languages: what a retriever is judged on.

    `judgements` maps a query id to the ids of all passages that answer it, in every language. Judgements hold for
    every language version of the query. A query without a relevant passage in some pool is left out of that pool.
    `grades` maps a query id to how relevant some of these passages are, 1 or more; a passage it does not name has 1.

    `settings` are those that mean something, in the order of SETTINGS; in the others nothing is judged. A collection
    without the monolingual setting is one whose queries are passages themselves, so that the answer in the query's own
    language is the query. Passages that are the query are told by `itself`.
    """

    name: str
    queries: Mapping[str, tuple[Query, ...]]
    passages: Mapping[str, tuple[Passage, ...]]
    judgements: Mapping[str, frozenset[str]]
    licence: str = "unknown"
    notes: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    settings: tuple[Setting, ...] = SETTINGS

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages with passages, sorted."""
        return tuple(sorted(self.passages))

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The language of each passage, by its id."""
        return {passage.id: code for code in self.languages for passage in self.passages[code]}

    def itself(self, query: str, language: str) -> frozenset[str]:
        """The passages that are a query itself, in a language: no candidates of it in any setting, and not relevant.

        The passage with the query's own id, unless it is judged relevant to it (BEIR's `ignore_identical_ids`); and
        without the monolingual setting the answer in the query's language.
        """
        judged = self.judgements.get(query, frozenset())
        own = {query} if query in self.homes and query not in judged else set()
        if "monolingual" not in self.settings:
            own |= {passage for passage in judged if self.homes.get(passage) == language}
        return frozenset(own)

    @property
    def unit(self) -> str:
        """What a cluster is, such as `article`: as the notes say, else `query`, or `group` where it has several."""
        if "cluster" in self.notes:
            return self.notes["cluster"]
        is_query = all(query.cluster == query.id for asked in self.queries.values() for query in asked)
        return "query" if is_query else "group"
