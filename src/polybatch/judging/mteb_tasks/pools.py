"""The pools of a collection: subsets of an MTEB task, whose names say their languages, and what is measured."""

import re
from hashlib import blake2b
from typing import NamedTuple

from polybatch.records import Collection, Passage, Setting
from polybatch.results.store import ALL

MEASURES = (
    "mAP",
    "nDCG@10",
    "rank_distance",
    "normalised_rank_distance",
    "Max@R",
    "normalised_Max@R",
    "Comp@20",
    "TLR@20",
    "LPR",
    "rank1_RR",
    "rank1_RN",
    "rank1_NR",
    "rank1_NN",
    "same_language_excess@20",
    "JSD@20",
    "AWRF@20",
    "one_target_RR",
    "one_target_bias",
    "score_offset",
)
"""What a task's result says beside MTEB's own scores; measures of bias hold for the mixed pools alone."""


class Pool(NamedTuple):
    """Queries in one language against the passages of one, or, with `passage` `all`, of all languages."""

    query: str
    passage: str

    @property
    def name(self) -> str:
        """The name of its subset: `query-sw_passage-ne`, so that no order of languages has to be known."""
        return f"query-{self.query}_passage-{self.passage}"

    @property
    def setting(self) -> Setting:
        """Which of the three settings it belongs to."""
        if self.passage == ALL:
            return "multilingual"
        return "monolingual" if self.query == self.passage else "cross-lingual"

    @classmethod
    def named(cls, name: str) -> "Pool | None":
        """The pool of a subset's name; None for a name of another form."""
        found = re.fullmatch("query-(.+)_passage-(.+)", name)
        return cls(*found.groups()) if found else None

    def cut(self, collection: Collection) -> Collection:
        """The collection of this pool alone: its passages, and the queries that have a relevant one among them.

        White space around passages goes, as MTEB strips it before encoding.
        """
        codes = collection.languages if self.passage == ALL else (self.passage,)
        passages = {
            code: tuple(Passage(one.id, one.text.strip()) for one in collection.passages[code]) for code in codes
        }
        there = {one.id for found in passages.values() for one in found}
        judgements = {query: found & there for query, found in collection.judgements.items() if found & there}
        asked = tuple(query for query in collection.queries[self.query] if query.id in judgements)
        kept = {query.id for query in asked}
        return Collection(
            collection.name,
            {self.query: asked},
            passages,
            {query: found for query, found in judgements.items() if query in kept},
            grades={
                query: {one: grade for one, grade in found.items() if one in there}
                for query, found in collection.grades.items()
                if query in kept
            },
            settings=collection.settings,
        )


def pools_of(collection: Collection) -> dict[str, Pool]:
    """All pools of the three settings that have a query with a relevant passage, by the names of their subsets.

    With one language there is no multilingual setting; settings that the collection leaves out have no pools.
    """
    home = {passage.id: code for code in collection.languages for passage in collection.passages[code]}
    found: list[Pool] = []
    for asked in sorted(collection.queries):
        judged = (collection.judgements.get(query.id, ()) for query in collection.queries[asked])
        answered = {home[one] for relevant in judged for one in relevant}
        if "monolingual" not in collection.settings:
            answered.discard(asked)
        found += [Pool(asked, code) for code in sorted(answered)]
        found += [Pool(asked, ALL)] if answered and len(collection.languages) > 1 else []
    return {pool.name: pool for pool in found if pool.setting in collection.settings}


def neutral_id(passage: str) -> str:
    """A passage's id behind a hash of it: MTEB breaks ties by id, and ids that start with a language favour one.

    The last id in the order of text is the first in our `tie_order`, as trec_eval breaks ties.
    """
    digest = blake2b(passage.encode(), digest_size=16).digest()
    return f"{bytes(255 - byte for byte in digest[:8]).hex()}-{passage}"
