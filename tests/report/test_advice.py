"""Claims about the advice: the system of the highest mAP in one ranking of all, and what is said beside it."""

from pathlib import Path

from polybatch.report import load_runs, to_html
from polybatch.report.advice import advice_on, advised_model, intervals
from polybatch.report.summary import MAP, Quantity

from .runs import write_run

NEWS = "ntrex-news"


def test_the_system_to_use_is_that_of_the_highest_map_in_one_ranking_of_all(tmp_path: Path) -> None:
    report = load_runs([write_run(tmp_path / "run", first="hybrid")])
    advice = advice_on(report, NEWS)
    assert advice.system
    assert advice.system.name == "hybrid"
    assert advice.headline.startswith("Use Hybrid: it has the highest mAP in the pool of all languages, ")
    assert "significantly better than" in advice.sentences[0]
    assert advised_model(report) == "systems/hybrid-seed1/model"


def test_intervals_hold_the_mean_of_the_ranks_and_are_the_same_twice(tmp_path: Path) -> None:
    report = load_runs([write_run(tmp_path / "run", first="hybrid")])
    quantity = Quantity.macro(NEWS, "multilingual", MAP)
    found = intervals(report, quantity)
    assert set(found) == {"untuned", "en-en", "x-x-mono", "x-y", "hybrid"}
    assert all(low <= high for low, high in found.values())
    assert found == intervals(load_runs([tmp_path / "run"]), quantity)


def test_a_single_system_has_its_scores_and_no_choice(tmp_path: Path) -> None:
    report = load_runs([write_run(tmp_path / "run", systems=["hybrid"], seeds=[1])])
    assert advice_on(report, NEWS).headline.startswith("Hybrid: mAP .")


def test_the_page_opens_with_the_sentence_and_a_picture_before_any_table(tmp_path: Path) -> None:
    report = load_runs([write_run(tmp_path / "run", first="hybrid")])
    html = to_html(report)
    assert (
        html.index("has the highest mAP") < html.index("<svg") < html.index("<table") < html.index('id="differences"')
    )


def test_several_runs_say_that_nothing_was_tested(tmp_path: Path) -> None:
    one, two = write_run(tmp_path / "one"), write_run(tmp_path / "two", systems=["mine"])
    assert "Significance was not tested here" in advice_on(load_runs([one, two]), NEWS).sentences[0]
