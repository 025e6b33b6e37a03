"""What a run says of its batches is read whole, or every part that cannot be true is named."""

from typing import Any

import pytest

from polybatch.errors import ResultsError
from polybatch.results.manifest import Blocks, Mix
from polybatch.sampling.mix import count_mix
from polybatch.sampling.plan import make_plan
from polybatch.sampling.schedules import make_schedule
from tests.sampling.shapes import parallel

from .runs import mix_of, recorded


def parse(mix: dict[str, Any]) -> Mix:
    (one,) = recorded({"mix": [mix]}).mix
    return one


def record(**changed: Any) -> dict[str, Any]:
    made = mix_of("hybrid", 1, {"a": [2, 1, 1], "b": [2, 3, 0]}, directions={"en-sw": 90}, datasets={"x": 60, "y": 30})
    return {**made, "blocks": {**made["blocks"], **changed}}


def faults(mix: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ResultsError) as caught:
        parse(mix)
    return {fault.where.partition("manifest.json: ")[2]: fault.found for fault in caught.value.faults}


def test_the_sampler_s_own_record_is_read_as_it_was_written() -> None:
    shape = parallel(600, 300)
    plan = make_plan(shape, "hybrid", size=8, alpha=make_schedule("linear", [1, 0]), length=50)
    written = count_mix(shape, plan.epoch(0)).as_record()
    read = parse({"system": "hybrid", "seed": 1, **written})
    assert (read.batches, dict(read.kinds), dict(read.datasets)) == (50, written["kinds"], written["datasets"])
    assert set(read.datasets) == {"set0", "set1"}
    assert read.blocks.sizes == (20, 20, 10)
    for part in ("kinds", "directions", "datasets"):
        blocks = {name: list(counts) for name, counts in getattr(read.blocks, part).items()}
        assert blocks == written["blocks"][part]


def test_a_mix_may_lack_its_datasets_and_blocks() -> None:
    read = parse({"system": "hybrid", "kinds": {"a": 3}, "datasets": None, "blocks": None})
    assert (read.datasets, read.blocks) == ({}, Blocks())
    assert read.blocks.sizes == ()


def test_counts_of_the_wrong_kind_are_named_one_by_one() -> None:
    mix = record(batches=0, datasets={"x": [60, "none"], "y": 3}) | {"datasets": {"x": -1}}
    found = faults(mix)
    assert set(found) == {
        "mix.0.datasets.x",
        "mix.0.blocks.batches",
        "mix.0.blocks.datasets.x.1",
        "mix.0.blocks.datasets.y",
    }
    assert "greater than or equal to 0" in found["mix.0.datasets.x"]


@pytest.mark.parametrize(
    ("changed", "where", "found"),
    [
        ({"datasets": {"x": [30, 30], "y": [10, 10, 10]}}, "mix.0.blocks", "from 2 to 3 blocks"),
        ({"kinds": {"a": [1, 2, 1], "b": [2, 2, 1]}}, "mix.0.blocks", "block 1 has kinds for 3 batches, not for 4"),
        ({"kinds": {"a": [2, 2, 3], "b": [2, 2, 2]}}, "mix.0.blocks", "block 3 has kinds for 5 batches, not for 4"),
        ({"kinds": {"a": [2, 2, 0], "b": [2, 2, 0]}}, "mix.0.blocks", "block 3 has kinds for 0 batches, not for 4"),
        ({"kinds": {"a": [2, 2, 1], "b": [2, 2, 0]}}, "mix.0", "the blocks of kinds do not add up to its totals"),
        ({"directions": {"en-en": [30, 30, 30]}}, "mix.0", "the blocks of directions do not add up to its totals"),
    ],
)
def test_blocks_that_cannot_be_true_are_faults(changed: dict[str, Any], where: str, found: str) -> None:
    assert parse(record()).blocks.sizes == (4, 4, 1)
    told = faults(record(**changed))
    assert set(told) == {where}
    assert found in told[where]
