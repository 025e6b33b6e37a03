"""Where systems differ most: examples are the kept ones furthest apart, with texts in their own scripts."""

import json
from dataclasses import replace
from pathlib import Path

from polybatch.judging.keeping import write_cases
from polybatch.records import SETTINGS
from polybatch.report import Report, load_runs, to_html, to_json
from polybatch.report.cases import EXAMPLES, SHOWN, examples_of
from polybatch.results.kept import Case, Kept, KeptPassage, Ranking
from polybatch.results.store import CASES, Store

from .runs import NEWS, QUERIES, write_run
from .texts import PASSAGES, collection_of


def case(query: str, **values: float) -> Case:
    rankings = tuple(Ranking(name, value, 1, ("p",)) for name, value in values.items())
    return Case("multilingual", "sw", "all", query, query, f"text of {query}", ("p",), rankings)


def kept(*cases: Case) -> Kept:
    return Kept("wire", "CC0", "", cases, {"p": KeptPassage("ne", "x" * 600)})


def same(name: str) -> str:
    return name


def test_every_setting_has_its_examples_and_each_is_of_another_question(planted_report: Report) -> None:
    (found,) = planted_report.examples
    for setting in SETTINGS:
        mine = [one for one in found.examples if one.setting == setting]
        assert len({one.query_id for one in mine}) == len(mine) == EXAMPLES
        assert [one.gap for one in mine] == sorted((one.gap for one in mine), reverse=True)
        assert all(one.ends[0].system == "hybrid" for one in mine)


def test_the_furthest_apart_of_the_trained_systems_come_first() -> None:
    cases = kept(case("q1", a=0.5, b=0.4, untuned=0.0), case("q2", a=0.1, b=0.9, untuned=0.2), case("q3", a=0.3, b=0.3))
    (found,) = examples_of([(cases, same)], ["a", "b"])
    assert [(one.query_id, one.ends[0].system, one.ends[1].system) for one in found.examples] == [
        ("q2", "b", "a"),
        ("q1", "a", "b"),
    ]
    assert [one.system for one in found.examples[1].others] == ["untuned"]
    assert len(found.examples[0].shown[0].passages[0].text or "") == SHOWN


def test_queries_that_all_folders_kept_go_before_those_further_apart() -> None:
    one = kept(case("q1", a=0.9, b=0.1), case("q2", a=0.5))
    two = kept(case("q2", c=0.4))
    (found,) = examples_of([(one, same), (two, same)], ["a", "b", "c"])
    assert [example.query_id for example in found.examples] == ["q2", "q1"]
    assert [shown.system for shown in found.examples[0].shown] == ["a", "c"]


def test_equal_systems_and_single_ones_have_no_example() -> None:
    assert [one.examples for one in examples_of([(kept(case("q", a=0.5, b=0.5)), same)], ["a", "b"])] == [()]
    assert [one.examples for one in examples_of([(kept(case("q", a=0.5)), same)], ["a"])] == [()]


def test_texts_stand_on_the_page_in_their_language_and_direction(tmp_path: Path) -> None:
    languages = ("ar", "hi", "th", "zh")
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], languages=languages, first="hybrid")
    html = to_html(load_runs([run]))
    for code in languages:
        way = "rtl" if code == "ar" else "ltr"
        assert f'<p lang="{code}" dir="{way}" translate="no">{PASSAGES[code]} (' in html


def test_ids_stand_where_texts_may_not_and_the_page_says_why(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], first="hybrid")
    closed = replace(collection_of(NEWS, queries=QUERIES), licence="unknown")
    write_cases(Store(run), [closed], ranks=Store(run).ranks, top=Store(run).top)
    html = to_html(load_runs([run]))
    assert "Without texts: its licence (unknown) is not known to allow texts in results." in html
    assert PASSAGES["sw"] not in html
    assert '<span class="id" translate="no">sw' in html


def test_results_without_kept_queries_say_so(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["x-y", "hybrid"], first="hybrid")
    (run / CASES).unlink()
    report = load_runs([run])
    assert report.examples == ()
    assert "(cases.json): not recorded. Evaluating again keeps them." in to_html(report)


def test_a_system_that_two_folders_judged_stands_apart_in_examples(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, systems=["x-y", "hybrid"], first="hybrid") for name in ("one", "two")]
    (found,) = load_runs(runs).examples
    names = {f"{system} ({folder})" for system in ("x-y", "hybrid") for folder in ("one", "two")}
    assert {shown.system for shown in found.examples[0].shown} == names


def test_the_json_has_the_examples(planted_report: Report) -> None:
    first = json.loads(to_json(planted_report))["examples"][0]
    assert first["ends"][0]["passages"][0]["relevant"] is True
    assert first["text"]
