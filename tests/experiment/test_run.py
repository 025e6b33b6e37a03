"""Claims about a whole run, on the built-in newswire."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from polybatch.data.sources.lines import LinesSource
from polybatch.errors import DataError, RecipeError
from polybatch.experiment.recipe import Recipe
from polybatch.experiment.run import run_recipe, train_one
from polybatch.judging.evaluate import evaluate_model
from polybatch.measures.families import DEFAULT
from polybatch.measures.measures import measure, parse_measures
from polybatch.progress import Silent
from polybatch.results.store import Store
from polybatch.results.tables import RANKS_SCHEMA, TOP_SCHEMA


def run(recipe: Recipe, out: Path, progress: Silent | None = None) -> None:
    run_recipe(recipe, data=None, out=out, progress=progress or Silent(), command="polybatch run tiny.toml")


class StopsAfter(Silent):
    """Presses Ctrl-C when so many systems are done."""

    def __init__(self, systems: int) -> None:
        self.systems = systems

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        def advance(units: int) -> None:
            if description.startswith("run "):
                self.systems -= units
                if self.systems == 0:
                    raise KeyboardInterrupt

        yield advance


def test_a_run_writes_what_the_interface_promises(tiny: Recipe, tmp_path: Path) -> None:
    run(tiny, tmp_path / "out")
    results, ranks = Store(tmp_path / "out").results, Store(tmp_path / "out").ranks
    assert ranks.schema.equals(RANKS_SCHEMA)
    assert {one.system for one in results} == {"untuned", "x-y", "hybrid"}
    assert {one.seed for one in results} == {1, 2}
    found = {(one.setting, one.measure) for one in results}
    assert found == {(setting, str(one)) for one in parse_measures(DEFAULT) for setting in one.family.settings}
    assert {("monolingual", "mAP"), ("cross-lingual", "R@1"), ("multilingual", "rank_distance")} <= found
    assert Store(tmp_path / "out").top.schema.equals(TOP_SCHEMA)
    assert tuple(measure(ranks)) == results, "every number can be computed again from the ranks"
    manifest = Store(tmp_path / "out").stored_manifest
    assert manifest["finished"]
    assert [(mix["system"], mix["batches"], mix["rows"]) for mix in manifest["mix"]] == [
        (system, 6, 96) for system in ("x-y", "x-y", "hybrid", "hybrid")
    ]
    (collection,) = manifest["collections"]
    assert collection["queries"] == {"en": 300, "sw": 300}


def test_a_run_is_the_same_twice_and_after_an_interruption(tiny: Recipe, tmp_path: Path) -> None:
    run(tiny, tmp_path / "one")
    with pytest.raises(KeyboardInterrupt):
        run(tiny, tmp_path / "two", StopsAfter(2))
    assert not (tmp_path / "two/results.json").exists()
    done = {path: path.stat().st_mtime_ns for path in (tmp_path / "two/systems").glob("*/results.json")}
    assert len(done) == 2
    run(tiny, tmp_path / "two")
    assert {path: path.stat().st_mtime_ns for path in done} == done, "what was done is not done again"
    for name in ("results.json", "ranks.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_single_training_gives_the_model_of_the_run(tiny: Recipe, tmp_path: Path) -> None:
    run(tiny, tmp_path / "out")
    train_one(tiny, "hybrid", seed=2, data=None, out=tmp_path / "model", progress=Silent(), command="")
    texts = ["Floods in Kenya", "Mafuriko nchini Kenya"]
    one, other = (
        SentenceTransformer(str(path), device="cpu").encode(texts)
        for path in (tmp_path / "out/systems/hybrid-seed2/model", tmp_path / "model")
    )
    assert np.array_equal(one, other)
    record = json.loads((tmp_path / "model/polybatch.json").read_text())
    assert (record["strategy"], record["seed"], record["mix"]["batches"]) == ("hybrid", 2, 6)


def test_training_moves_the_encoder_towards_cross_lingual_retrieval(tiny: Recipe, tmp_path: Path) -> None:
    longer = tiny.model_copy(update={"training": tiny.training.model_copy(update={"steps": 250}), "seeds": [1]})
    run(longer, tmp_path / "out")
    value = {
        one.system: one.value
        for one in Store(tmp_path / "out").results
        if (one.setting, one.query_language, one.measure) == ("cross-lingual", "mean", "mAP")
    }
    assert value["x-y"] > 3 * value["untuned"]


def test_a_folder_of_another_run_is_not_written_to(tiny: Recipe, tmp_path: Path) -> None:
    one = tiny.model_copy(update={"systems": ["untuned"], "seeds": [1]})
    run(one, tmp_path / "out")
    before = (tmp_path / "out/results.json").read_bytes()
    with pytest.raises(RecipeError, match="holds a run of another recipe"):
        run(one.model_copy(update={"training": tiny.training.model_copy(update={"steps": 3})}), tmp_path / "out")
    assert (tmp_path / "out/results.json").read_bytes() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").touch()
    with pytest.raises(RecipeError, match="is not empty and holds no run"):
        run(one, tmp_path / "mine")


def test_a_run_with_fewer_systems_leaves_the_others_and_more_are_added_to_them(tiny: Recipe, tmp_path: Path) -> None:
    def systems() -> list[tuple[str, int | None]]:
        return list(dict.fromkeys((one.system, one.seed) for one in Store(tmp_path / "out").results))

    two = tiny.model_copy(update={"systems": ["untuned", "hybrid"], "seeds": [1]})
    run(two, tmp_path / "out")
    before = (tmp_path / "out/results.json").read_bytes()
    run(two.model_copy(update={"systems": ["hybrid"]}), tmp_path / "out")
    assert (tmp_path / "out/results.json").read_bytes() == before, "the part that is asked for is there"
    run(two.model_copy(update={"systems": ["bm25", "untuned", "hybrid"], "seeds": [2]}), tmp_path / "out")
    assert systems() == [("bm25", None), ("untuned", 1), ("untuned", 2), ("hybrid", 1), ("hybrid", 2)]
    assert Store(tmp_path / "out").stored_manifest["seeds"] == [1, 2]


def test_bm25_is_a_system_of_a_run_evaluated_once_and_not_corrected(tiny: Recipe, tmp_path: Path) -> None:
    both = tiny.model_copy(update={"systems": ["bm25", "untuned"], "seeds": [1, 2], "corrections": ["centring"]})
    run(both, tmp_path / "out")
    evaluate_model(
        "bm25",
        ["newswire"],
        record={},
        data=None,
        languages=["en", "sw"],
        batch_size=64,
        out=tmp_path / "alone",
        command="",
        progress=Silent(),
    )
    (alone, beside) = (
        [one for one in Store(tmp_path / name).results if one.system == "bm25"] for name in ("alone", "out")
    )
    assert beside == alone
    assert {one.seed for one in beside} == {None}
    assert {one.system for one in Store(tmp_path / "out").results} == {"bm25", "untuned", "untuned+centring"}


def test_a_baseline_cannot_be_trained(tiny: Recipe, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="'bm25': is not trained; polybatch evaluate bm25"):
        train_one(tiny, "bm25", seed=1, data=None, out=tmp_path / "model", progress=Silent(), command="")


def test_a_batch_too_large_is_refused_before_anything_is_trained(tiny: Recipe, tmp_path: Path) -> None:
    large = tiny.model_copy(update={"training": tiny.training.model_copy(update={"batch_size": 500})})
    with pytest.raises(DataError, match=r"cross-lingual batch of 500 .* the largest that works is 240"):
        run(large, tmp_path / "out")
    assert not (tmp_path / "out/manifest.json").exists()
    run(tiny.model_copy(update={"systems": ["untuned"], "seeds": [1]}), tmp_path / "out")
    assert (tmp_path / "out/results.json").exists(), "the rows that were read are of use to the recipe put right"


def test_faults_of_all_corpora_and_collections_come_together(tiny: Recipe, tmp_path: Path) -> None:
    source = LinesSource(source="lines", name="a", files={"en": ["a.en"], "sw": ["a.sw"]})
    other = LinesSource(source="lines", name="b", files={"en": ["b.en"], "sw": ["b.sw"]})
    recipe = tiny.model_copy(update={"train": [source, other], "test": ["xquad-r"]})
    with pytest.raises(DataError) as caught:
        run_recipe(recipe, data=tmp_path, out=tmp_path / "out", progress=Silent(), command="")
    assert len(caught.value.faults) == 5


def test_without_a_data_folder_one_line_says_where_everything_comes_from(tmp_path: Path) -> None:
    from polybatch.experiment.recipe import load_recipe

    with pytest.raises(DataError) as caught:
        run(load_recipe(Path("recipes/news-sw-ne.toml")), tmp_path / "out")
    (line,) = str(caught.value).splitlines()
    for part in ("--data", "POLYBATCH_DATA", "ntrex (from github.com/Microsoft", "lafand-mt", "floresv1"):
        assert part in line
