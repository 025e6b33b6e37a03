"""The stored record as arrays, grouped: a case is one query in one pool. What is computed of cases is not here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from polybatch.errors import Fault, ResultsError
from polybatch.records import SETTINGS, Setting
from polybatch.results.store import RANKS, TOP

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HEAD = ("system", "strategy", "seed", "collection")
SPARE, SPARSE = 1 << 20, 8  # places in a table of queries by positions, beside those that are filled
MULTILINGUAL = SETTINGS.index("multilingual")


class Head(NamedTuple):
    """Whose cases they are, and on which collection."""

    system: str
    strategy: str | None
    seed: int | None
    collection: str


@dataclass(frozen=True)
class ByLanguage:
    """The languages of each case's relevant passages: one entry for each case and language, cases and codes ascending.

    `starts` is where each case begins. `count` is how many relevant passages the language has; `rank`, `place` and
    `score` are those of its best one, `before` how many relevant passages, all of other languages, stand before that.
    """

    case: Ints
    language: Ints
    starts: Ints
    count: Ints
    rank: Floats
    place: Ints
    score: Floats
    before: Ints


@dataclass(frozen=True)
class Cases:
    """The cases of one setting of one head, directions in sorted order, and their relevant passages, best first.

    Per relevant passage: `case`, `language`, `place`, `rank`, `score`, `grade`, as in RANKS_SCHEMA; `starts` is where
    each case begins. Per case: `relevant`, how many passages are; `pool`, its size; `asked`, the query's language;
    `target`, the pool's, -1 for the union; `row`, a row of the table that tells of it. Languages are codes of
    `languages`, which are sorted. `sizes`: the passages of each language, 0 where no row tells. `top`: languages of the
    best passages, shape (cases, positions), -1 past the end of a pool; `hits`, whether each is relevant; both None
    where they are not at hand.
    """

    setting: Setting
    languages: tuple[str, ...]
    sizes: Ints
    case: Ints
    language: Ints
    place: Ints
    rank: Floats
    score: Floats
    grade: Ints
    starts: Ints
    pool: Ints
    asked: Ints
    target: Ints
    row: Ints
    top: Ints | None = None
    hits: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def relevant(self) -> Ints:
        """How many relevant passages each case has, int64."""
        return np.diff(self.starts, append=len(self.case))

    @cached_property
    def own(self) -> Ints:
        """How many of them are in the language of the query, int64."""
        return self.sum(self.language == self.asked[self.case]).astype(np.int64)

    @cached_property
    def number(self) -> Ints:
        """How many relevant passages stand at each one's place or before, itself counted, int64."""
        return np.arange(len(self.case)) - self.starts[self.case] + 1

    @cached_property
    def by_language(self) -> ByLanguage:
        """The best of each language."""
        order = np.lexsort((self.place, self.language, self.case))
        case, language = self.case[order], self.language[order]
        first = np.flatnonzero(np.diff(case, prepend=-1).astype(bool) | np.diff(language, prepend=-1).astype(bool))
        best = order[first]
        return ByLanguage(
            case=case[first],
            language=language[first],
            starts=np.flatnonzero(np.diff(case[first], prepend=-1)),
            count=np.diff(first, append=len(case)),
            rank=self.rank[best],
            place=self.place[best],
            score=self.score[best],
            before=self.number[best] - 1,
        )

    @cached_property
    def shares(self) -> Floats:
        """The share of each language among a case's relevant passages, shape (cases, languages)."""
        counts = np.zeros((len(self), len(self.languages)))
        np.add.at(counts, (self.case, self.language), 1)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))

    def sum(self, values: NDArray[Any]) -> Floats:
        """The sums over the relevant passages of each case, float64."""
        return np.asarray(np.add.reduceat(values.astype(np.float64), self.starts))

    def ideal(self) -> "Cases":
        """The same cases as an ideal ranker leaves them: relevant passages first, the best grades before, and among
        equals the languages in turn."""
        order = np.lexsort((self.language, self.case))
        turn = np.empty(len(order), dtype=np.int64)  # the how manyth of its language a passage is
        key = self.case[order] * len(self.languages) + self.language[order]
        begins = np.flatnonzero(np.diff(key, prepend=-1))
        turn[order] = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
        best = np.lexsort((self.language, turn, -self.grade, self.case))
        return replace(
            self,
            language=self.language[best],
            grade=self.grade[best],
            score=np.full(len(best), np.nan),
            place=self.number,
            rank=self.number.astype(np.float64),
            top=None,
            hits=None,
        )


def split(ranks: pa.Table, top: pa.Table | None = None) -> Iterator[tuple[Head, dict[Setting, Cases]]]:
    """The cases of each head in order of appearance, setting by setting, from tables of RANKS_SCHEMA and TOP_SCHEMA.

    Raises ResultsError where two passages of a case share a place, where a case has more relevant passages than its
    pool has, or two pools, and where `top` lacks a query that the multilingual setting has.
    """
    words = {name: _encoded(ranks.column(name))[1] for name in (*HEAD, "query_id")}
    spoken = {word for name in ("query_language", "passage_language") for word in _encoded(ranks.column(name))[1]}
    words |= dict.fromkeys(("query_language", "passage_language", "language"), sorted(spoken))
    words["setting"] = list(SETTINGS)
    heads, head = _heads(ranks, words)
    asked, passage, setting, query = (
        _numbers(ranks, name, words) for name in ("query_language", "passage_language", "setting", "query_id")
    )
    target = np.where(setting == MULTILINGUAL, -1, passage)
    place = ranks.column("place").to_numpy()
    order = np.lexsort((place, query, target, asked, setting, head))
    keys = np.stack([head, setting, asked, target, query])[:, order]
    begins = np.flatnonzero((np.diff(keys, axis=1, prepend=-2) != 0).any(axis=0))
    ends = np.append(begins[1:], len(order))
    _check(place, ranks.column("pool_size").to_numpy(), order, begins)
    rank, score, grade, size = (ranks.column(name).to_numpy() for name in ("rank", "score", "grade", "pool_size"))
    best = None if top is None else _Best(top, words, heads)
    for number, values in enumerate(heads):
        sizes = np.zeros(len(spoken), dtype=np.int64)
        alone = (head == number) & (setting != MULTILINGUAL)
        np.maximum.at(sizes, passage[alone], size[alone])  # a query whose own document is left out has one less
        found: dict[Setting, Cases] = {}
        for code, name in enumerate(SETTINGS):
            mine = np.flatnonzero((keys[0, begins] == number) & (keys[1, begins] == code))
            if not len(mine):
                continue
            first, rows = begins[mine], order[begins[mine[0]] : ends[mine[-1]]]
            cases = Cases(
                setting=name,
                languages=tuple(words["language"]),
                sizes=sizes,
                case=np.repeat(np.arange(len(mine)), ends[mine] - first),
                language=passage[rows],
                place=place[rows],
                rank=rank[rows],
                score=score[rows].astype(np.float64),
                grade=grade[rows],
                starts=first - first[0],
                pool=size[order[first]],
                asked=keys[2, first],
                target=keys[3, first],
                row=order[first],
            )
            found[name] = best.add_to(cases, number, keys[4, first]) if best and code == MULTILINGUAL else cases
        yield Head(*values), found


def _check(place: np.ndarray, size: np.ndarray, order: np.ndarray, begins: np.ndarray) -> None:
    """Raise ResultsError for the first case that no ranking leaves; `order` sorts rows into cases, best first."""
    counts = np.diff(begins, append=len(order))
    case = np.repeat(np.arange(len(begins)), counts)
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (case[1:] == case[:-1]) & (place[order[1:]] == place[order[:-1]])
    pools = size[order]
    faults = {
        "shares its place with another passage of its query": again,
        "has another size of its pool than its query's first": pools != pools[begins][case],
        "is one of more relevant passages than its pool has": counts[case] > pools,
    }
    for found, wrong in faults.items():
        if wrong.any():
            raise ResultsError([Fault(f"{RANKS}: row {order[wrong.argmax()]}", found, "evaluate again")])


class _Best:
    """A table of the best passages by numbers, ready to be joined to cases."""

    def __init__(self, top: pa.Table, words: Mapping[str, Sequence[Any]], heads: Sequence[tuple[Any, ...]]) -> None:
        self.asked, self.queries = len(words["query_language"]), len(words["query_id"])
        known, of = _heads(top, words)
        head = np.array([heads.index(one) if one in heads else -1 for one in known], dtype=np.int64)[of]
        asked, query, language = (_numbers(top, name, words) for name in ("query_language", "query_id", "language"))
        position = top.column("position").to_numpy()
        key = np.where(np.minimum(head, query) < 0, -1, self._key(head, asked, query))
        order = np.lexsort((position, key))
        self.key, self.position, self.language = key[order], position[order], language[order]
        self.hit = top.column("relevant").to_numpy()[order]

    def add_to(self, cases: Cases, head: int, query: np.ndarray) -> Cases:
        key = self._key(np.int64(head), cases.asked, query)
        starts, stops = (np.searchsorted(self.key, key, side=side) for side in ("left", "right"))
        if lacking := int(np.count_nonzero(starts == stops)):
            raise ResultsError([Fault(TOP, f"{lacking} of {len(cases)} queries are missing", "evaluate again")])
        deepest = int((stops - starts).max())
        if deepest * len(cases) > SPARSE * len(self.key) + SPARE:
            raise ResultsError([Fault(TOP, f"has {deepest:,} passages of one query, few of others", "evaluate again")])
        step = np.arange(deepest)
        inside = step < (stops - starts)[:, None]
        rows = np.where(inside, starts[:, None] + step, 0)
        if np.any(inside & (self.position[rows] != step + 1)):
            raise ResultsError([Fault(TOP, "positions of a query are not 1, 2, 3 and so on", "evaluate again")])
        return replace(cases, top=np.where(inside, self.language[rows], -1), hits=inside & self.hit[rows])

    def _key(self, head: Any, asked: Any, query: Any) -> Any:
        return (head * self.asked + asked) * self.queries + query


def _heads(table: pa.Table, words: Mapping[str, Sequence[Any]]) -> tuple[list[tuple[Any, ...]], np.ndarray]:
    """The heads of a table in order of appearance, and the number of each row's."""
    shape = [len(words[name]) + 1 for name in HEAD]
    codes = [_numbers(table, name, words) + 1 for name in HEAD]  # 0 for null, and for what is not known
    found, first, rows = np.unique(np.ravel_multi_index(codes, shape), return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    known = zip(*np.unravel_index(found[order], shape), strict=True)
    heads = [tuple([None, *words[name]][code] for name, code in zip(HEAD, one, strict=True)) for one in known]
    return heads, number[rows.ravel()]


def _numbers(table: pa.Table, name: str, words: Mapping[str, Sequence[Any]]) -> np.ndarray:
    """Each row's number in the list of known words, -1 for null and for a word that is not known."""
    indices, values = _encoded(table.column(name))
    place = {word: number for number, word in enumerate(words[name])}
    return np.asarray(np.array([*(place.get(value, -1) for value in values), -1], dtype=np.int64)[indices])


def _encoded(column: pa.ChunkedArray) -> tuple[np.ndarray, list[Any]]:
    """Indices of a column's values among its distinct ones in order of appearance, -1 for null; and those."""
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    encoded = plain.combine_chunks().dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy().astype(np.int64), encoded.dictionary.to_pylist()
