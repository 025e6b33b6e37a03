"""What the batches held is told as it was recorded: kinds block by block, rows by direction and dataset."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.report import load_runs
from polybatch.report.mixes import Mixes, mixes, sentences
from polybatch.report.summary import Report, System
from polybatch.results.manifest import Manifest
from polybatch.sampling.mix import count_mix
from polybatch.sampling.plan import make_plan
from polybatch.sampling.schedules import Schedule, constant, make_schedule
from tests.sampling.shapes import parallel

from .runs import mix_of, recorded, write_run

MONO, CROSS = "monolingual", "cross-lingual"


def report_of(*records: dict[str, Any]) -> Report:
    manifest: Manifest = recorded({"mix": list(records)})
    names = dict.fromkeys(record["system"] for record in records)
    return Report((), tuple(System(name, name, name.title()) for name in names), (), manifest.mix)


def mixes_of(*records: dict[str, Any]) -> Mixes:
    found = mixes(report_of(*records))
    assert found
    return found


def hybrid(*seeds: Sequence[int], size: int = 20, last: int | None = None) -> list[dict[str, Any]]:
    """A record for each seed, from its monolingual batches in each block."""
    sizes = [[size] * (len(counts) - 1) + [size if last is None else last] for counts in seeds]
    return [
        mix_of(
            "hybrid",
            seed,
            {MONO: list(counts), CROSS: [of - count for of, count in zip(whole, counts, strict=True)]},
            directions={"en-en": 100},
            datasets={"x": 100},
        )
        for seed, (counts, whole) in enumerate(zip(seeds, sizes, strict=True), 1)
    ]


def sampled(alpha: Schedule, length: int, seed: int = 1) -> dict[str, Any]:
    """What a real plan of this length draws."""
    shape = parallel(600, 300)
    plan = make_plan(shape, "hybrid", size=4, alpha=alpha, length=length, seed=seed)
    return {"system": "hybrid", "seed": seed, **count_mix(shape, plan.epoch(0)).as_record()}


def corners(path: str) -> list[tuple[float, float]]:
    """Corners of a path of a strip: x as a share of the training, y as a share of batches."""
    places = [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", path)]
    return [(round((x - 46) / 262, 2), round((82 - y) / 74, 2)) for x, y in places]


def edge_of(svg: str) -> list[tuple[float, float]]:
    """Corners of the first kind's part."""
    (path,) = re.findall(r'd="([^"]*)"[^>]*fill: #0072b2', svg)
    return corners(path)


def test_the_strip_shows_every_block_s_share() -> None:
    (strip,) = mixes_of(*hybrid([20, 15, 5, 0])).strips
    assert edge_of(strip.svg)[:10] == [
        *((0, 0), (0, 1), (0.25, 1), (0.25, 0.75), (0.5, 0.75)),
        *((0.5, 0.25), (0.75, 0.25), (0.75, 0), (1, 0), (1, 0)),
    ]
    assert "at first 100% monolingual; at last 100% cross-lingual" in strip.svg


def test_an_exact_half_is_a_flat_line_and_strays_by_nothing() -> None:
    (strip,) = mixes_of(*(sampled(constant(0.5), 200, seed) for seed in (1, 2))).strips
    assert {share for _, share in edge_of(strip.svg)} == {0, 0.5}
    assert strip.stray == "10 whole blocks of 20 batches; largest deviation of one from their mean: 0 batches."
    assert "stroke: var(--paper)" not in strip.svg


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_a_schedule_of_alpha_is_seen(name: str) -> None:
    (strip,) = mixes_of(sampled(make_schedule(name, [1, 0]), 400)).strips
    shares = [share for place, share in edge_of(strip.svg) if place < 1]
    tops = shares[1:]
    assert tops == sorted(tops, reverse=True)
    assert tops[0] >= 0.94
    assert tops[-1] <= 0.06
    assert len(set(tops)) > 10


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=12), min_size=1, max_size=3))
def test_the_deviation_is_the_furthest_block_of_any_seed(seeds: list[list[int]]) -> None:
    furthest = max(abs(count - sum(counts) / len(counts)) for counts in seeds for count in counts)
    found = mixes_of(*hybrid([10, 10], *seeds))
    (strip,) = found.strips
    (told,) = re.findall(r"mean: ([\d.]+) batch", strip.stray)
    assert float(told) == pytest.approx(furthest, abs=0.006)


def test_a_last_block_that_was_cut_short_is_told_apart() -> None:
    (strip,) = mixes_of(*hybrid([10, 10, 11, 9, 1], last=6)).strips
    assert strip.stray == (
        "4 whole blocks of 20 batches; largest deviation of one from their mean: 1 batch; "
        "of the last block, cut short: 2 batches."
    )
    (strip,) = mixes_of(sampled(constant(0.5), 7)).strips
    assert strip.stray == "0 whole blocks of 20 batches."


def test_only_where_seeds_differ_each_has_a_line_over_their_mean() -> None:
    (strip,) = mixes_of(*hybrid([10, 10, 4, 10], [10, 10, 8, 10])).strips
    lines = re.findall(r'd="([^"]*)"[^>]*stroke: var\(--paper\)', strip.svg)
    assert [set(corners(line)) for line in lines] == [{(0.5, 0.2), (0.75, 0.2)}, {(0.5, 0.4), (0.75, 0.4)}]
    assert (0.5, 0.3) in edge_of(strip.svg)
    (strip,) = mixes_of(*hybrid([10, 4], [10, 4, 6])).strips
    assert edge_of(strip.svg)[-3][1] == 0.3


def test_five_hundred_blocks_are_light() -> None:
    linear = hybrid([round(20 * place / 499) for place in range(500)])
    restless = hybrid([7 + place % 2 for place in range(500)])
    steady = hybrid([10] * 500)
    sizes = [len(mixes_of(*records).strips[0].svg) for records in (linear, restless, steady)]
    assert sizes[0] < 10_000
    assert sizes[1] < 40_000
    assert sizes[2] < 5_000


def test_systems_of_one_kind_have_no_strip_and_are_named() -> None:
    mono = mix_of("x-x-mono", 1, {MONO: [20], CROSS: [0]}, directions={"en-en": 100})
    found = mixes_of(mono, *hybrid([10, 10]))
    assert [strip.title for strip in found.strips] == ["Hybrid"]
    assert found.steady == ("X-X-Mono",)
    assert found.unblocked == ()


def test_where_no_blocks_were_recorded_there_is_no_strip() -> None:
    (record,) = hybrid([10, 10])
    found = mixes_of({**record, "blocks": None})
    assert (found.strips, found.steady, found.unblocked) == ((), (), ("Hybrid",))


def test_rows_by_dataset_are_means_and_shares_where_there_are_several() -> None:
    one, two = ({"directions": {"en-en": 100}, "datasets": {"y": 100 - of, "x": of}} for of in (30, 40))
    records = [mix_of("a", 1, {MONO: [20]}, **one), mix_of("a", 2, {MONO: [20]}, **two)]
    other = mix_of("b", 1, {MONO: [20]}, directions={"en-en": 80}, datasets={"y": 80})
    found = mixes_of(*records, other)
    told = {head: [(cell.rows, cell.share) for cell in cells] for head, cells in found.datasets}
    assert told == {"x": [("35", "35.0%"), (None, None)], "y": [("65", "65.0%"), ("80", "100.0%")]}
    assert mixes_of(other).datasets == ()


def test_sentences_tell_kinds_and_of_several_datasets_the_rows() -> None:
    rows: dict[str, Any] = {"directions": {"en-en": 4000}, "datasets": {"x": 1000, "y": 3000}}
    report = report_of(mix_of("en-en", 1, {MONO: [20]}, directions={}, datasets={"x": 4000}), *hybrid([5]))
    assert sentences(report) == [
        "En-En: 20 monolingual batches.",
        "Hybrid: 5 monolingual and 15 cross-lingual batches.",
    ]
    assert sentences(report_of(mix_of("x-y", 1, {CROSS: [20]}, **rows))) == [
        "X-Y: 20 cross-lingual batches; rows: 1,000 of x and 3,000 of y."
    ]
    assert sentences(report_of()) == []
    assert mixes(report_of()) is None


def test_systems_come_in_the_report_s_order_under_their_titles(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid", "x-y", "en-en"])
    found = mixes(load_runs([run]))
    assert found
    assert found.systems == ("Hybrid", "X-Y", "En-En")
    assert found.steady == ("X-Y", "En-En")
