"""Claims about retrieval by instruction: poisoned twins, and p-MRR."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.errors import DataError
from polybatch.training.instructions import Instructed, p_mrr, poison

TRIPLES = [
    Instructed("Find news.", "floods", "the river rose"),
    Instructed("Find science.", "floods", "how rivers rise"),
    Instructed("Find news.", "elections", "the votes were counted"),
    Instructed("Find law.", "elections", "who may vote"),
]


def test_a_twin_is_wrong_in_one_part_and_as_near_as_there_is() -> None:
    first = poison(TRIPLES, seed=1)[0]
    assert first.triple == TRIPLES[0]
    assert first.wrong_instruction == Instructed("Find science.", "floods", "the river rose")
    assert first.wrong_query == Instructed("Find news.", "elections", "the river rose")


def test_a_row_looks_for_the_query_of_a_passage_among_poisoned_ones() -> None:
    passage, text, negatives = poison(TRIPLES, seed=1)[0].row()
    assert (passage, text) == ("the river rose", "Find news. floods")
    assert negatives == ("Find science. floods", "Find news. elections")
    assert Instructed("", "floods", "").text == "floods"


@given(
    st.lists(st.builds(Instructed, *(st.sampled_from(values) for values in ("ABC", "abc", "123"))), min_size=1),
    st.integers(0, 99),
)
def test_no_twin_asks_for_its_passage(triples: list[Instructed], seed: int) -> None:
    try:
        poisoned = poison(triples, seed=seed)
    except DataError as error:
        parts = ({one.instruction for one in triples}, {one.query for one in triples})
        for fault in error.faults:
            one = triples[int(fault.where.split()[1]) - 1]
            others = [
                [one._replace(instruction=value) for value in parts[0]],
                [one._replace(query=value) for value in parts[1]],
            ]
            assert any(set(twins) <= set(triples) for twins in others), "there is none to be found"
        return
    assert [one.triple for one in poisoned] == triples
    for found in poisoned:
        assert not {found.wrong_instruction, found.wrong_query} & set(triples)
        assert found.wrong_instruction._replace(instruction=found.triple.instruction) == found.triple
        assert found.wrong_query._replace(query=found.triple.query) == found.triple
    assert poison(triples, seed=seed) == poisoned


def test_triples_without_a_twin_are_all_named() -> None:
    with pytest.raises(DataError) as caught:
        poison([TRIPLES[0], TRIPLES[0]._replace(passage="another")], seed=1)
    assert [str(fault).partition(";")[0] for fault in caught.value.faults] == [
        "triple 1: no other instruction that does not ask for its passage",
        "triple 2: no other instruction that does not ask for its passage",
    ]


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ({"a": [(1, 4)]}, 75.0),  # fell: 1 - 1/4
        ({"a": [(4, 1)]}, -75.0),  # rose: 1/4 - 1
        ({"a": [(7, 7)]}, 0.0),
        ({"a": [(1, 2), (2, 1)]}, 0.0),
        ({"a": [(1, 2), (1, 4)], "b": [(10, 5)]}, 6.25),  # ((.5 + .75) / 2 - .5) / 2
        ({"a": [(1, 2)], "b": []}, 50.0),
    ],
)
def test_p_mrr_is_what_is_computed_by_hand(ranks: dict[str, list[tuple[int, int]]], expected: float) -> None:
    assert p_mrr(ranks) == pytest.approx(expected)


ranks = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=5)


@given(st.dictionaries(st.text("abc", min_size=1), ranks, min_size=1, max_size=4))
def test_p_mrr_lies_within_its_bounds_and_turns_with_the_ranks(found: dict[str, list[tuple[int, int]]]) -> None:
    value = p_mrr(found)
    assert -100 < value < 100
    turned = {query: [(new, old) for old, new in pairs] for query, pairs in found.items()}
    assert p_mrr(turned) == pytest.approx(-value)


def test_p_mrr_agrees_with_mtebs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTEB_CACHE", str(tmp_path))
    from mteb._evaluators.retrieval_metrics import calculate_pmrr

    random = Random(1)
    for queries in ("a", "ab", "abcd"):
        orders = {query: (random.sample(range(9), 9), random.sample(range(9), 9)) for query in queries}
        runs = [
            {
                f"{query}-{name}": {f"d{one}": -float(rank) for rank, one in enumerate(pair[side])}
                for query, pair in orders.items()
            }
            for side, name in enumerate(("og", "changed"))
        ]
        found = {
            query: [(old.index(one) + 1, new.index(one) + 1) for one in (0, 3)] for query, (old, new) in orders.items()
        }
        expected = calculate_pmrr(runs[0], runs[1], {query: ["d0", "d3"] for query in queries})
        assert p_mrr(found) == pytest.approx(100 * expected)


@pytest.mark.parametrize(
    ("ranks", "message"), [({}, "no passage"), ({"a": []}, "no passage"), ({"a": [(0, 1)]}, "query a: ranks 0 and 1")]
)
def test_ranks_that_say_nothing_are_refused(ranks: dict[str, list[tuple[int, int]]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        p_mrr(ranks)
