"""Claims about fusion and balance, against the definition."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from polybatch.search.engines.engine import Found
from polybatch.search.fusion import Ranked, balance, fuse
from polybatch.search.records import Passage

NAMES = st.lists(st.sampled_from("abcdefghij"), unique=True)


def passage(name: str, language: str = "en") -> Passage:
    return Passage(name, name, 0, 1, "", "", language, "", name, None, "", "")


def ranking(names: list[str]) -> list[Found]:
    return [Found(passage(name), 1.0 - 0.1 * place) for place, name in enumerate(names)]


@given(NAMES, NAMES)
def test_fusion_is_the_sum_of_reciprocal_ranks(dense: list[str], text: list[str]) -> None:
    fused = fuse({"dense": ranking(dense), "text": ranking(text)})
    right = {
        name: sum((Fraction(1, 61 + one.index(name)) for one in (dense, text) if name in one), Fraction())
        for name in {*dense, *text}
    }
    assert {one.passage.id for one in fused} == right.keys()
    for one in fused:
        assert abs(one.score - float(right[one.passage.id])) < 1e-12
        assert one.found_by == ("dense",) * (one.passage.id in dense) + ("text",) * (one.passage.id in text)
    assert [one.score for one in fused] == sorted((one.score for one in fused), reverse=True)


@given(NAMES)
def test_a_single_list_keeps_its_order_and_its_scores(names: list[str]) -> None:
    assert [(one.passage.id, one.score) for one in fuse({"text": ranking(names)})] == [
        (one.passage.id, one.score) for one in ranking(names)
    ]


@given(st.lists(st.integers(0, 6), max_size=4))
def test_balance_takes_turns_until_a_language_has_no_more(counts: list[int]) -> None:
    lists = [
        [Ranked(passage(f"{code}{place}", str(code)), 1.0 - 0.1 * place, ("dense",)) for place in range(count)]
        for code, count in enumerate(counts)
    ]
    merged = balance(lists)
    assert len(merged) == sum(counts)
    seen = dict.fromkeys(map(str, range(len(counts))), 0)
    for one in merged:
        assert one.passage.id == f"{one.passage.language}{seen[one.passage.language]}"
        seen[one.passage.language] += 1
        # nobody is a whole turn ahead of one who has more to show
        waiting = [seen[str(code)] for code, count in enumerate(counts) if seen[str(code)] < count]
        assert seen[one.passage.language] <= min(waiting, default=max(counts)) + 1


def test_within_a_turn_the_better_score_goes_first() -> None:
    low, high = Ranked(passage("a"), 0.2, ("dense",)), Ranked(passage("b", "sw"), 0.7, ("dense",))
    assert [one.passage.id for one in balance([[low], [high]])] == ["b", "a"]
    assert {one.score for one in balance([[low], [high]])} == {1 / 61}
