"""Claims about hard negatives: the rule, checked by brute force; no relative ever; columns that training reads."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.data.building import open_built
from polybatch.data.negative_columns import write_negatives
from polybatch.data.negatives import Mined, Rule, mine
from polybatch.data.sources.newswire import NewswireSource
from polybatch.data.sources.source import load_corpus
from polybatch.errors import DataError
from polybatch.judging.baselines.bm25 import Bm25
from polybatch.progress import Progress
from polybatch.records import Item, ParallelCorpus
from polybatch.sampling.plan import make_plan
from polybatch.table.aligned import AlignedTable
from tests.data.building.given import build
from tests.data.building.given import given as sources_of

LANGUAGES = ("en", "sw")


class Overlap:
    """Scores by the number of words in common, and a little less for a longer passage."""

    def prepare(self, passages: Sequence[str], progress: Progress) -> Callable[[Sequence[str]], np.ndarray]:
        def score(queries: Sequence[str]) -> np.ndarray:
            return np.array([[overlap(query, passage) for passage in passages] for query in queries], dtype=np.float32)

        return score


def overlap(query: str, passage: str) -> float:
    return len(set(query.split()) & set(passage.split())) - 0.25 * len(passage.split())


def texts(min_size: int = 1) -> st.SearchStrategy[dict[str, str]]:
    words = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4).map(" ".join)
    return st.dictionaries(st.sampled_from(LANGUAGES), words, min_size=min_size)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[ParallelCorpus, ...]:
    found = []
    for name in ("x", "y")[: draw(st.integers(1, 2))]:
        items = [
            Item(f"{name}-{number}", str(draw(st.integers(0, 5))), draw(texts()), draw(texts()), (), (further,))
            for number, further in enumerate(draw(st.lists(st.sampled_from(["", "d", "e"]), min_size=2, max_size=12)))
        ]
        # two rows that go with every other, so that each has passages to choose from
        items += [Item(f"{name}-{one}", one, {}, dict.fromkeys(LANGUAGES, one), (), ("",)) for one in ("u", "v")]
        items[-1] = Item(f"{name}-v", "v", {"en": "a"}, {"en": "v", "sw": "v"}, (), ("",))
        found.append(ParallelCorpus(name, tuple(items)))
    return tuple(found)


@settings(max_examples=50, deadline=None)
@given(
    corpora(),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 5),
    st.sampled_from([0.5, 0.9, 1.0]),
)
def test_negatives_are_those_that_comparing_all_passages_allows(
    found: tuple[ParallelCorpus, ...], count: int, first: int, more: int, below: float
) -> None:
    rule = Rule(count, first, first + count - 1 + more, below)
    table = AlignedTable.from_corpora(found)
    items = [item for corpus in found for item in corpus.items]
    seen: set[tuple[str, str]] = set()
    for one in mine(table, Overlap(), rule):
        (corpus,) = (corpus for corpus in found if corpus.name == one.dataset)
        seen.add((one.dataset, one.language))
        mined = drawn = 0
        for item, rows in zip(corpus.items, one.chosen.tolist(), strict=True):
            code = one.language
            if code not in item.passages or not item.queries:
                assert rows == [-1] * count
                continue
            query = item.queries.get(code) or item.queries[min(item.queries)]
            chosen = [items[row].passages[code] for row in rows]
            assert all(items[row] in corpus.items for row in rows)
            relatives = {
                other.passages[code]
                for other in corpus.items
                if code in other.passages
                and (other.group == item.group or other.further[0] == item.further[0] != "" or other is item)
            }
            candidates = dict.fromkeys(other.passages[code] for other in corpus.items if code in other.passages)
            allowed = [passage for passage in candidates if passage not in relatives]
            assert not relatives & set(chosen)
            ranked = sorted(allowed, key=lambda passage: -overlap(query, passage))[first - 1 : rule.last]
            own = overlap(query, item.passages[code])
            fitting = {passage for passage in ranked if overlap(query, passage) < own - (1 - below) * abs(own)}
            by_rule = min(count, len(fitting))
            assert set(chosen[:by_rule]) <= fitting
            assert len(set(chosen)) == min(count, len(allowed))
            mined, drawn = mined + by_rule, drawn + count - by_rule
        assert (one.mined, one.drawn) == (mined, drawn)
    assert seen == {(corpus.name, code) for corpus in found for item in corpus.items for code in item.passages}


def test_the_seed_alone_decides_which_of_those_that_fit() -> None:
    table = AlignedTable.from_corpora([newswire(50)])

    def chosen(seed: int) -> list[list[int]]:
        rule = Rule(2, 5, 40, seed=seed)
        return [row for one in mine(table, Bm25(), rule) for row in one.chosen.tolist()]

    assert chosen(1) == chosen(1)
    assert chosen(1) != chosen(2)


def test_bm25_finds_most_negatives_by_the_rule_in_the_languages_of_the_newswire() -> None:
    found = list(mine(AlignedTable.from_corpora([newswire(300)]), Bm25(), Rule()))
    assert [one.language for one in found] == ["en", "ne", "sw"]
    assert all(one.mined + one.drawn == 300 for one in found)
    shares = {one.language: one.mined / 300 for one in found}
    assert shares["en"] > 0.95
    assert shares["sw"] > 0.95
    assert shares["ne"] > 0.5, "many a Nepali query shares no word with its passage, whose endings differ"


def newswire(stories: int) -> ParallelCorpus:
    return load_corpus(NewswireSource(stories=stories), Path())


def test_a_row_that_is_related_to_all_others_is_named() -> None:
    items = tuple(Item(str(n), "g", {"en": f"q {n}"}, {"en": f"p {n}"}) for n in range(3))
    with pytest.raises(DataError, match="x: row 1 shares a group with every passage in en"):
        list(mine(AlignedTable.from_corpora([ParallelCorpus("x", items)]), Overlap(), Rule()))


@pytest.mark.parametrize(
    "rule",
    [Rule(0), Rule(1, 0), Rule(1, 5, 4), Rule(3, 1, 2), Rule(below=0), Rule(below=1.5), Rule(below=float("nan"))],
)
def test_a_rule_that_nothing_fits_is_refused(rule: Rule) -> None:
    with pytest.raises(DataError, match="negatives: "):
        rule.check()


def parallel(name: str, number: int) -> Item:
    queries = {code: f"{code} query {number % 7} of {name} {number}" for code in LANGUAGES}
    passages = {code: f"{code} passage {number % 7} tells of {name} {number}" for code in LANGUAGES}
    return Item(f"{name}-{number}", f"{name}-g{number // 2}", queries, passages, (), (f"d{number // 4}",))


def test_the_table_with_negatives_is_the_table_it_was_and_its_negatives(tmp_path: Path) -> None:
    given_sources = sources_of(
        tmp_path,
        one=[parallel("one", number) for number in range(40)],
        two=[Item("two-0", "g", {"en": "a b"}, {"sw": "c d"}, (), ("",)), *(parallel("two", n) for n in range(1, 30))],
    )
    built = build(given_sources, tmp_path / "table", data=tmp_path)
    rule = Rule(2, 3, 20)
    mined = list(mine(built.table, Bm25(), rule))
    after = write_negatives(built, mined, tmp_path / "mined", rule=rule, by="bm25", command="x")
    assert after.manifest["negatives"] | {"counts": {}} == {
        "by": "bm25",
        "count": 2,
        "first": 3,
        "last": 20,
        "below": 0.9,
        "seed": 1,
        "of": built.fingerprint,
        "counts": {},
    }
    assert after.fingerprint != built.fingerprint
    before = list(built.items())
    rows = {(one.dataset, one.language): one.chosen for one in mined}
    first = {"one": 0, "two": 40}
    for number, (item, old) in enumerate(zip(after.items(), before, strict=True)):
        assert (item.id, item.group, item.queries, item.passages, item.further) == (
            *(old.id, old.group, old.queries, old.passages, old.further),
        )
        dataset = item.id.split("-")[0]
        for code in item.passages:
            wanted = [before[row].passages[code] for row in rows[dataset, code][number - first[dataset]]]
            assert [negative[code] for negative in item.negatives] == wanted
    plan = make_plan(after.table.shape, "hybrid", size=6, seed=1, negatives=2)
    for batch in [plan[0], plan[1]]:
        for drawn in after.table.fetch(batch):
            assert {drawn["negative_1"], drawn["negative_2"]} <= {t for i in before for t in i.passages.values()}
            assert drawn["passage"] not in (drawn["negative_1"], drawn["negative_2"])
    # mined anew from the mined table, the same comes out
    again = list(mine(open_built(tmp_path / "mined").table, Bm25(), rule))
    assert all(np.array_equal(one.chosen, other.chosen) for one, other in zip(mined, again, strict=True))
    with pytest.raises(DataError, match="holds something else"):
        write_negatives(built, mined, tmp_path / "table", rule=rule, by="bm25", command="x")


def test_nothing_is_mined_where_nothing_can_be() -> None:
    only = ParallelCorpus("x", (Item("1", "a", {"en": "q"}, {"en": "p"}), Item("2", "b", {"en": "r"}, {"sw": "s"})))
    table = AlignedTable.from_corpora([only])
    with pytest.raises(DataError, match="shares a group with every passage in en"):
        list[Mined](mine(table, Overlap(), Rule()))
