"""The Markdown is aligned in a terminal, and JSON holds every number of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polybatch.report import Report, load_runs, to_json, to_markdown
from polybatch.report.wording import number
from polybatch.results.store import Store

from .runs import mix_of, write_run


def numbers(value: Any) -> Iterator[float]:
    """Every number in a JSON value, but not those within its texts."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from numbers(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def tables(text: str) -> list[list[str]]:
    """The lines of every table."""
    return [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]


def cells(line: str) -> list[str]:
    return [cell.strip().strip("*") for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("which", ["report", "wide_report"])
def test_every_number_of_the_markdown_is_in_the_json(which: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(which)
    known = set(numbers(json.loads(to_json(report))))
    printed = {form for value in known for form in (number(value, "mAP"), number(value, "rank_distance"))}
    printed |= {f"{value:.2f}" for value in known} | {f"{value:,}" for value in known if isinstance(value, int)}
    text = re.sub(r"R@\d+|hybrid-\d+|\(n−1\)|Candidate: 3 lines|p is at most .05", "", to_markdown(report))
    text = re.sub(r"## Claims under test.*?(?=\n## )", "", text, flags=re.DOTALL)  # test_claims reads these
    found = re.findall(r"\d[\d,]*\.?\d*|\.\d+", re.sub(r"(?<=\d)[.,](?=\s|$)", "", text))
    assert len(found) > 50
    assert [one for one in found if one not in printed] == []


def test_the_main_table_holds_the_json_s_means_and_deviations(report: Report) -> None:
    (collection,) = json.loads(to_json(report))["collections"]
    lines = tables(to_markdown(report))[0]
    places = {
        "Mo mAP": ("monolingual", "mAP"),
        "Cr mAP": ("cross-lingual", "mAP"),
        "Mul mAP": ("multilingual", "mAP"),
        "Mo R@1": ("monolingual", "R@1"),
        "Cr R@1": ("cross-lingual", "R@1"),
        "Mul R@10": ("multilingual", "R@10"),
        "Rank distance": ("multilingual", "rank_distance"),
    }
    assert cells(lines[0]) == ["System", *places]
    for line, system in zip(lines[2:], collection["systems"], strict=False):
        for cell, (setting, measure) in zip(cells(line)[1:], places.values(), strict=True):
            told = system["means"][setting][measure]
            spread = "" if told["deviation"] is None else f" ± {number(told['deviation'], measure)}"
            assert cell == number(told["mean"], measure) + spread


@pytest.mark.parametrize("which", ["report", "wide_report"])
def test_columns_line_up(which: str, request: pytest.FixtureRequest) -> None:
    for lines in tables(to_markdown(request.getfixturevalue(which))):
        bars = {tuple(place for place, letter in enumerate(line) if letter == "|") for line in lines}
        assert len(bars) == 1


def test_decimal_points_line_up_under_bold_and_deviations(report: Report) -> None:
    for lines in tables(to_markdown(report)):
        columns = [[cell.find(".") for cell in line.split("|")[2:-1]] for line in lines[2:]]
        assert all(len(set(column)) == 1 for column in zip(*columns, strict=True))


def test_the_best_of_each_column_is_bold_and_a_random_or_ideal_ranker_never_is(report: Report) -> None:
    lines = tables(to_markdown(report))[0]
    assert [line.count("**") // 2 for line in lines[2:]] == [0, 0, 0, 0, 7, 0, 0]
    assert lines[-2].startswith("| Random ranker")
    assert lines[-1].startswith("| Ideal ranker")


def test_a_setting_that_a_collection_leaves_out_is_no_column(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    Store(run).write_results([row for row in Store(run).results if row.setting != "monolingual"])
    text = to_markdown(load_runs([run]))
    (head, *_) = tables(text)[0]
    assert [cell.strip() for cell in head.split("|")[1:-1]] == [
        *("System", "Cr mAP", "Mul mAP", "Cr R@1", "Mul R@10", "Rank distance"),
    ]
    assert "Cr, Mul: cross-lingual, multilingual." in text


def test_one_system_is_not_the_best_of_anything(tmp_path: Path) -> None:
    text = to_markdown(load_runs([write_run(tmp_path / "run", systems=["hybrid"], seeds=[1])]))
    assert "**" not in text
    assert "One seed each" in text


def test_names_cannot_break_a_table(tmp_path: Path) -> None:
    text = to_markdown(load_runs([write_run(tmp_path / "run", systems=["a|b", "<i>*c*</i>", "two\nlines"])]))
    assert r"| a\|b" in text
    assert r"\<i\>\*c\*\</i\>" in text
    assert "| two lines" in text


def test_systems_with_other_seeds_are_named(tmp_path: Path, report: Report) -> None:
    assert "Seeds: 1, 2 and 3; none for Untuned." in to_markdown(report)
    one = write_run(tmp_path / "one", systems=["en-en", "x-y"])
    two = write_run(tmp_path / "two", systems=["hybrid"], seeds=[4])
    assert "Seeds: 1, 2 and 3; 4 for Hybrid." in to_markdown(load_runs([one, two]))


def test_a_run_that_was_cut_short_says_so(tmp_path: Path) -> None:
    run = write_run(tmp_path / "half", systems=["hybrid"], finished=False)
    assert "**This run was cut short: half." in to_markdown(load_runs([run]))


def test_one_language_has_no_directions(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", languages=["sw"])
    assert "by direction" not in to_markdown(load_runs([run]))


def test_what_the_batches_held_is_a_line_a_system(report: Report, tmp_path: Path) -> None:
    text = to_markdown(report)
    held = text[text.index("## What the batches held") :].split("\n\n")
    assert held[1].splitlines() == [
        "- En-En: 600 monolingual batches.",
        "- X-X-mono: 600 monolingual batches.",
        "- X-Y: 600 cross-lingual batches.",
        "- Hybrid: 300 monolingual and 300 cross-lingual batches.",
    ]
    mix = [mix_of("hybrid", 1, {"monolingual": [9]}, directions={"en-en": 9000}, datasets={"<i>": 3000, "b": 6000})]
    text = to_markdown(load_runs([write_run(tmp_path / "run", systems=["hybrid"], mix=mix)]))
    assert "\n- Hybrid: 9 monolingual batches; rows: 3,000 of \\<i\\> and 6,000 of b.\n" in text
    assert "## What the batches held" not in to_markdown(
        load_runs([write_run(tmp_path / "none", systems=["hybrid"], mix=[])])
    )
