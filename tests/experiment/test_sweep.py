"""Claims about sweeps: the choice follows the numbers, the test is met once, and what is done is not done again."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.data.collections.beir import write_beir
from polybatch.data.newswire import newswire_collection
from polybatch.data.sources.jsonl import JSONLSource
from polybatch.data.sources.newswire import NewswireSource
from polybatch.data.sources.source import Reading
from polybatch.errors import DataError, RecipeError
from polybatch.experiment.recipe import Recipe
from polybatch.experiment.sweeping import run_sweep
from polybatch.experiment.sweeping.choice import choose
from polybatch.experiment.sweeping.keys import label, parse_values, with_values
from polybatch.experiment.sweeping.markdown import to_markdown
from polybatch.experiment.sweeping.points import Point, Scores, read_point
from polybatch.experiment.sweeping.share import share_of
from polybatch.progress import Silent
from polybatch.records import SETTINGS
from polybatch.results.store import Result, Store
from polybatch.results.sweep import MACRO
from polybatch.training.settings import Selection


@pytest.fixture
def development(tmp_path: Path) -> str:
    """Stories that neither the training nor the test has, as a folder of one's own."""
    write_beir(newswire_collection(stories=40, seed=7), tmp_path / "development")
    return str(tmp_path / "development")


def sweep(recipe: Recipe, key: str, text: str, out: Path, **more: Any) -> Any:
    options: dict[str, Any] = {"data": None, "progress": Silent(), "command": "polybatch sweep tiny.toml"} | more
    return run_sweep(recipe, key, parse_values(key, text), out=out, **options)


def point(value: str, *scores: float) -> Point:
    """A value of which one system scored so, with one seed after the other."""
    return Point(value, 100, tuple(range(len(scores))), (Scores("hybrid", {MACRO: scores}),))


class StopsAfter(Silent):
    """Presses Ctrl-C when so many runs are done."""

    def __init__(self, runs: int) -> None:
        self.runs = runs

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        def advance(units: int) -> None:
            if description.startswith("sweep "):
                self.runs -= units
                if self.runs == 0:
                    raise KeyboardInterrupt

        yield advance


def test_the_highest_mean_is_chosen_and_what_is_not_significantly_worse_is_said() -> None:
    points = [
        point("0", 0.10, 0.12, 0.11),
        point("0.25", 0.40, 0.42, 0.44),
        point("0.5", 0.41, 0.45, 0.43),
        point("0.75", 0.43, 0.40, 0.42),
        point("1", 0.20, 0.22, 0.21),
    ]
    choice = choose("alpha", points)
    assert (choice.value, choice.equal, choice.near) == ("0.5", (), ("0.25", "0.75"))
    assert "alpha 0.5: the highest macro mean, 0.4300; flat between 0.25 and 0.75" in choice.text


def test_a_steady_difference_is_significant_however_far_the_seeds_spread() -> None:
    choice = choose("alpha", [point("0", 0.10, 0.30, 0.50), point("1", 0.11, 0.31, 0.51)])
    assert (choice.value, choice.near) == ("1", ())
    assert "all others are significantly lower" in choice.text


def test_values_that_are_near_but_not_beside_each_other_are_listed() -> None:
    choice = choose("alpha", [point("0", 0.4, 0.6, 0.5), point("0.5", 0.1, 0.1, 0.1), point("1", 0.6, 0.5, 0.55)])
    assert choice.near == ("0",)
    assert "not significantly better than 0" in choice.text


def test_of_equals_the_first_is_taken_and_the_others_said() -> None:
    choice = choose("composition", [point("mixed", 0.5, 0.25), point("pair", 0.25, 0.5)])
    assert (choice.value, choice.equal, choice.near) == ("mixed", ("pair",), ("pair",))
    assert "pair has the same" in choice.text
    assert "not significantly better than pair" in choice.text, "words have no order to be flat in"


def test_one_seed_tells_no_difference_from_chance() -> None:
    choice = choose("alpha", [point("0", 0.1), point("1", 0.9)])
    assert (choice.value, choice.near) == ("1", None)
    assert "of one seed" in choice.text


@given(st.lists(st.tuples(*[st.floats(0, 1, allow_subnormal=False)] * 3), min_size=2, max_size=6))
def test_no_value_that_was_not_chosen_has_a_higher_mean(scores: list[tuple[float, ...]]) -> None:
    points = [point(str(number), *one) for number, one in enumerate(scores)]
    choice = choose("alpha", points)
    assert choice.mean == max(one.mean for one in points)
    assert set(choice.equal) <= set(choice.near or ())
    assert choice.value not in (choice.near or ())


def test_a_point_is_the_mean_over_collections_and_settings_for_each_seed(tmp_path: Path) -> None:
    planted = defaultdict(float, {("a", "monolingual", 1): 0.9, ("b", "cross-lingual", 2): 0.6})
    results = [
        Result("hybrid", "hybrid", seed, on, setting, "mean", "mean", "mAP", planted[on, setting, seed], 10)
        for on in ("a", "b")
        for setting in SETTINGS
        for seed in (2, 1)
    ]
    Store(tmp_path).write_results(results)
    found = read_point(tmp_path, "0.5", systems=["hybrid"], seeds=[1, 2], rows=7)
    (own,) = found.systems
    assert own.columns["monolingual"] == pytest.approx((0.45, 0))
    assert own.columns["cross-lingual"] == pytest.approx((0, 0.3))
    assert found.scores == pytest.approx((0.15, 0.1))
    assert "rank distance" not in own.columns
    lines = to_markdown("alpha", [found, found], choose("alpha", [found, found]), development=["a", "b"]).splitlines()
    assert lines[-3] == "Means over 2 seeds, on development data: a, b."
    assert lines[2] == "| **0.5** | 7 | hybrid | 0.2250 | 0.1500 | 0.0000 | – | 0.1250 | 0.0354 |"


def test_a_sweep_chooses_on_development_data_and_measures_the_test_once(
    tiny: Recipe, tmp_path: Path, development: str
) -> None:
    out, small = tmp_path / "out", tiny.model_copy(update={"systems": ["untuned", "hybrid"]})
    found = sweep(small, "alpha", "1,.25", out, on=[development])
    assert [one.value for one in found.points] == ["0.25", "1"]
    record = json.loads((out / "sweep.json").read_text())
    assert (record["finished"], record["tested"], record["key"]) == (True, found.choice.value, "alpha")
    means = {one["value"]: one["mean"] for one in record["values"]}
    assert record["choice"]["value"] == max(means, key=lambda value: means[value])
    assert [one["name"] for one in record["development"]] == ["development"]
    assert set(record["also_in_test"]) == {"development"}
    for value in ("0.25", "1"):
        manifest = Store(out / f"alpha-{value}").stored_manifest
        assert [one["name"] for one in manifest["collections"]] == ["development"], "no value meets the test"
        assert [one["system"] for one in manifest["systems"]] == ["hybrid"], "only what alpha changes is trained"
        kinds = [mix["kinds"].get("monolingual", 0) for mix in manifest["mix"]]
        assert all(kind == 6 for kind in kinds) if value == "1" else all(0 < kind < 6 for kind in kinds)
    final = Store(out / "chosen").stored_manifest
    assert [one["name"] for one in final["collections"]] == ["newswire"]
    assert [one["system"] for one in final["systems"]] == small.systems
    assert final["recipe"]["text"].startswith(f"# alpha {found.choice.value} was chosen on ")
    svg = (out / "curve.svg").read_text()
    assert svg.startswith("<?xml")
    assert "<svg" in svg

    # a second measurement would be one too many: the test is chosen on once it is looked at twice
    other = {"0.25": "1", "1": "0.25"}[found.choice.value]
    (out / "sweep.json").write_text(json.dumps(record | {"tested": other}))
    with pytest.raises(RecipeError, match=f"was measured with alpha {other} before, and now {found.choice.value}"):
        sweep(small, "alpha", "1,.25", out, on=[development])
    assert json.loads((out / "sweep.json").read_text())["tested"] == other


def test_a_sweep_that_was_stopped_goes_on_with_the_same_numbers(tiny: Recipe, tmp_path: Path, development: str) -> None:
    small = tiny.model_copy(update={"seeds": [1]})
    options: dict[str, Any] = {"on": [development], "test": False}
    with pytest.raises(KeyboardInterrupt):
        sweep(small, "alpha", "0,.5", tmp_path / "out", **options, progress=StopsAfter(1))
    first = tmp_path / "out/alpha-0/systems/hybrid-seed1/results.json"
    before = first.stat().st_mtime_ns
    assert not (tmp_path / "out/alpha-0.5/results.json").exists()
    gone_on = sweep(small, "alpha", "0,.5", tmp_path / "out", **options)
    assert first.stat().st_mtime_ns == before
    assert gone_on.chosen is None
    assert not (tmp_path / "out/chosen").exists()
    assert sweep(small, "alpha", "0,.5", tmp_path / "other", **options).points == gone_on.points


def test_halves_of_the_rows_are_whole_groups_and_parts_of_one_another(tmp_path: Path) -> None:
    source = NewswireSource(stories=90)
    kept = {}
    for share in (0.25, 0.5, 1.0):
        reading = Reading()
        kept[share] = [item.id for item in share_of(source, share).items(tmp_path, reading)]
        assert reading.read == 90
        assert len(kept[share]) + sum(reading.left_out.values()) == 90
    assert [len(kept[share]) for share in (0.25, 0.5, 1.0)] == [23, 45, 90]
    assert set(kept[0.25]) < set(kept[0.5]) < set(kept[1.0])
    assert kept[0.5] != kept[1.0][:45], "not the first of the file, which are often on one matter"


def test_no_passage_group_is_split(tmp_path: Path) -> None:
    rows = [
        {"id": f"q{n}", "group": f"p{n % 10}", "queries": {"en": f"question {n}"}, "passages": {"en": f"text {n % 10}"}}
        for n in range(40)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    source = JSONLSource(name="mine", licence="CC0", files=["rows.jsonl"], languages=["en"])
    groups = [item.group for item in share_of(source, 0.5).items(tmp_path, Reading())]
    assert len(set(groups)) == 5
    assert all(groups.count(group) == 4 for group in set(groups))


def test_a_sweep_over_size_trains_on_fewer_rows(tiny: Recipe, tmp_path: Path, development: str) -> None:
    small = tiny.model_copy(update={"seeds": [1], "systems": ["untuned", "hybrid"]})
    found = sweep(small, "size", "1,.5", tmp_path / "out", on=[development], test=False)
    assert [(one.value, one.rows) for one in found.points] == [("0.5", 120), ("1", 240)]
    half, whole = (
        Store(tmp_path / f"out/size-{value}").stored_manifest["training"][0]["items"] for value in ("0.5", "1")
    )
    assert (half, whole) == (120, 240)


def test_a_sweep_without_development_data_or_on_the_test_is_refused(
    tiny: Recipe, tmp_path: Path, development: str
) -> None:
    with pytest.raises(RecipeError, match="no development collection to choose a value on; --on COLLECTION"):
        sweep(tiny, "alpha", "0,1", tmp_path / "out")
    with pytest.raises(RecipeError, match=r"newswire is a test collection, or has the texts of one \(newswire\)"):
        sweep(tiny, "alpha", "0,1", tmp_path / "out", on=[development, "newswire"])
    by_folder = tiny.model_copy(update={"test": [development]})
    with pytest.raises(RecipeError, match="is a test collection"):
        sweep(by_folder, "alpha", "0,1", tmp_path / "out", on=[f"{development}/"])
    other = tiny.model_copy(update={"test": ["xquad-r"], "selection": Selection(development="xquad-r+paragraph")})
    with pytest.raises(
        RecipeError, match=r"xquad-r\+paragraph is a test collection, or has the texts of one \(xquad-r\)"
    ):
        sweep(other, "alpha", "0,1", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_no_run_could_do_is_refused_before_anything_is_trained(
    tiny: Recipe, tmp_path: Path, development: str
) -> None:
    with pytest.raises(RecipeError, match="alpha changes none of its systems"):
        sweep(tiny.model_copy(update={"systems": ["x-y"]}), "alpha", "0,1", tmp_path / "out", on=[development])
    with pytest.raises(DataError, match=r"batch of 16 .* the largest that works is 12"):
        sweep(tiny, "size", ".05,1", tmp_path / "out", on=[development])
    assert not list((tmp_path / "out").glob("*/systems"))
    with pytest.raises(DataError, match=r"--data DIR .* ntrex"):
        sweep(tiny, "alpha", "0,1", tmp_path / "out2", on=["ntrex-news"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").touch()
    with pytest.raises(RecipeError, match="is not empty and holds no sweep"):
        sweep(tiny, "alpha", "0,1", tmp_path / "mine", on=[development])
    with pytest.raises(RecipeError, match="holds a sweep of tiny over size"):
        sweep(tiny, "alpha", "0,1", tmp_path / "out", on=[development])
    (tmp_path / "out/sweep.json").write_text("[]")
    with pytest.raises(RecipeError, match=r"sweep\.json: Input should be an object"):
        sweep(tiny, "alpha", "0,1", tmp_path / "out", on=[development])


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("alpha", "0,half", "'half'; numbers such as"),
        ("alpha", "0.5", "two values or more, once each"),
        ("alpha", "1,1.0", "two values or more, once each"),
        ("size", "0,1", "0; shares over 0 and at most 1"),
        ("alpha", "0,2", "--alpha: 2; input should be less than or equal to 1"),
        ("temperature", "0,.05", "--temperature: 0; input should be greater than 0"),
        ("composition", "mixed,paired", "--composition: paired; input should be 'mixed' or 'pair'"),
    ],
)
def test_values_that_a_recipe_would_refuse_are_refused(tiny: Recipe, key: str, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        with_values(tiny, key, parse_values(key, text))


def test_values_are_set_where_the_recipe_has_them(tiny: Recipe) -> None:
    assert [one.batches.alpha for one in with_values(tiny, "alpha", parse_values("alpha", "1,.5"))] == [0.5, 1.0]
    assert [one.loss.temperature for one in with_values(tiny, "temperature", [0.01, 0.02])] == [0.01, 0.02]
    assert [one.batches.composition for one in with_values(tiny, "composition", ["pair", "mixed"])] == ["pair", "mixed"]
    assert [label(value) for value in (0.25, 1.0, "pair")] == ["0.25", "1", "pair"]
