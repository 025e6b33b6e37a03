"""Claims about strategies: which directions a batch may show."""

import pytest

from polybatch.errors import RecipeError
from polybatch.records import Direction
from polybatch.sampling.schedules import make_schedule
from polybatch.sampling.strategies import STRATEGIES, make_strategy

LANGUAGES = ("en", "ne", "sw")
ALL = [Direction(query, passage) for query in LANGUAGES for passage in LANGUAGES]


def test_the_strategies_of_the_paper_are_there_and_batches_of_every_language() -> None:
    assert list(STRATEGIES) == ["en-en", "x-x", "x-x-mono", "x-y", "hybrid", "every-language"]


def test_en_en_shows_english_alone() -> None:
    assert make_strategy("en-en", ALL).directions == (Direction("en", "en"),)


def test_x_x_mixes_languages_in_a_batch_and_x_x_mono_does_not() -> None:
    mixed, mono = (make_strategy(name, ALL).kinds[0] for name in ("x-x", "x-x-mono"))
    assert mixed.directions == mono.directions == tuple(Direction(code, code) for code in LANGUAGES)
    assert mixed.mixed
    assert not mono.mixed


@pytest.mark.parametrize("composition", ["mixed", "pair"])
def test_x_y_shows_every_ordered_pair_of_different_languages(composition: str) -> None:
    (kind,) = make_strategy("x-y", ALL, composition=composition).kinds  # type: ignore[arg-type]
    assert set(kind.directions) == {direction for direction in ALL if not direction.is_monolingual}
    assert kind.mixed == (composition == "mixed")


def test_hybrid_is_monolingual_with_probability_alpha() -> None:
    strategy = make_strategy("hybrid", ALL, alpha=0.3)
    assert [kind.name for kind in strategy.kinds] == ["monolingual", "cross-lingual"]
    assert strategy.alpha(0) == strategy.alpha(1) == 0.3


def test_a_schedule_that_stays_at_an_end_is_one_of_the_two_other_strategies() -> None:
    assert [kind.name for kind in make_strategy("hybrid", ALL, alpha=make_schedule("linear", [1, 1])).kinds] == [
        "monolingual"
    ]
    assert len(make_strategy("hybrid", ALL, alpha=make_schedule("linear", [1, 0])).kinds) == 2


def test_hybrid_at_the_ends_is_the_two_other_strategies() -> None:
    assert make_strategy("hybrid", ALL, alpha=1).kinds == make_strategy("x-x-mono", ALL).kinds
    assert make_strategy("hybrid", ALL, alpha=0).kinds == make_strategy("x-y", ALL).kinds


def test_directions_that_no_row_can_fill_are_never_drawn() -> None:
    have = [Direction("en", "sw"), Direction("sw", "en"), Direction("en", "ne")]
    assert make_strategy("x-y", have).directions == tuple(have)


@pytest.mark.parametrize("alpha", [-0.01, 1.01, float("nan")])
def test_an_alpha_that_is_no_share_is_refused(alpha: float) -> None:
    with pytest.raises(RecipeError, match="between 0 and 1"):
        make_strategy("hybrid", ALL, alpha=alpha)
    with pytest.raises(RecipeError, match="between 0 and 1"):
        make_strategy("hybrid", ALL, alpha=make_schedule("linear", [0.5, alpha]))
