"""Claims about schedules of alpha."""

import math

import pytest
from scipy.integrate import quad

from polybatch.sampling.schedules import SCHEDULES, Schedule, alpha_fault, blockwise, constant, make_schedule

ALL = [
    constant(0.3),
    make_schedule("linear", [1, 0.25]),
    make_schedule("cosine", [0, 1]),
    make_schedule("stepwise", [1, 0.5, 0]),
    blockwise([0.5, 0.1, 0.9], block=20, total=75),
    Schedule("sine", lambda progress: (1 + math.sin(9 * progress)) / 2),
]


@pytest.mark.parametrize("schedule", ALL)
@pytest.mark.parametrize("progress", [0, 0.1, 1 / 3, 0.5, 0.999, 1])
def test_what_has_been_due_is_the_integral_of_the_share(schedule: Schedule, progress: float) -> None:
    steps = [point for point in (1 / 3, 2 / 3) if point < progress]
    expected = quad(schedule, 0, progress, points=steps or None, limit=200)[0]
    assert schedule.upto(progress) == pytest.approx(expected, abs=3e-4)


def test_schedules_begin_and_end_at_their_values() -> None:
    assert [make_schedule("linear", [1, 0.5])(p) for p in (0, 0.5, 1)] == [1, 0.75, 0.5]
    assert [make_schedule("cosine", [1, 0])(p) for p in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])
    assert [make_schedule("stepwise", [1, 0.5, 0])(p) for p in (0, 0.3, 0.34, 0.99, 1)] == [1, 1, 0.5, 0, 0]


def test_past_the_end_the_last_share_stays() -> None:
    schedule = make_schedule("linear", [1, 0.5])
    assert schedule(2) == 0.5
    assert schedule.upto(1.5) == pytest.approx(0.75 + 0.25)


def test_what_is_no_schedule_is_refused_with_what_works() -> None:
    with pytest.raises(ValueError, match=f"no schedule 'steps'; known: {', '.join(SCHEDULES)}"):
        make_schedule("steps", [1])
    with pytest.raises(ValueError, match="a linear schedule of 3 values; 2 works"):
        make_schedule("linear", [1, 0, 1])
    assert alpha_fault(0.5) == ""
    assert alpha_fault(float("nan")) == "nan"
    assert alpha_fault(make_schedule("linear", [0, 2])).startswith("1.99")


def test_shares_of_blocks_can_be_put_behind_others_and_what_was_due_stays() -> None:
    some, more = (blockwise(shares, block=20, total=90) for shares in ([0.5, 0.1], [0.5, 0.1, 0.9, 0.3]))
    for number in range(41):
        assert some.upto(number / 90) == more.upto(number / 90)
    assert 90 * more.upto(80 / 90) == pytest.approx(10 + 2 + 18 + 6)
    assert 90 * more.upto(1) == pytest.approx(10 + 2 + 18 + 6 + 3)
