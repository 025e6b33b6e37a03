"""Claims about corrections in a run: systems of their own, judged beside those that they correct, which they leave."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from polybatch.correction.record import Correction
from polybatch.data.collections.table import load_collections
from polybatch.encoders.loading import load_encoder
from polybatch.errors import DataError, RecipeError
from polybatch.experiment.estimate import dry_run_text
from polybatch.experiment.recipe import Recipe, load_recipe
from polybatch.experiment.run import run_recipe
from polybatch.judging.judge import rank_collection
from polybatch.measures.measures import measure
from polybatch.progress import Silent
from polybatch.results.store import Store
from tests.experiment.test_run import StopsAfter
from tests.tiny import TINY

CORRECTIONS = 'corrections = ["centring", "lsar"]\n'
DEVELOPMENT = '\n[[development]]\nsource = "newswire"\nstories = 90\nseed = 7\n'


def recipe_of(folder: Path, text: str) -> Recipe:
    path = folder / "tiny.toml"
    path.write_text(text.replace('"x-y", ', "").replace("seeds = [1, 2]", "seeds = [1]"), encoding="utf-8")
    return load_recipe(path)


def run(recipe: Recipe, out: Path, progress: Silent | None = None) -> None:
    run_recipe(recipe, data=None, out=out, progress=progress or Silent(), command="polybatch run tiny.toml")


class StopsWhileEncoding(Silent):
    """Presses Ctrl-C when passages are about to be encoded for the last of so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        self.times -= description == "encoding passages"
        if self.times == 0:
            raise KeyboardInterrupt
        yield lambda units: None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in `plain`, and the same with two corrections in `corrected`."""
    folder = tmp_path_factory.mktemp("corrections")
    run(recipe_of(folder, TINY), folder / "plain")
    run(recipe_of(folder, CORRECTIONS + TINY + DEVELOPMENT), folder / "corrected")
    return folder


def test_each_correction_makes_of_every_system_one_more(folder: Path) -> None:
    from polybatch.report import load_runs, to_markdown

    out = folder / "corrected"
    names = ["untuned", "untuned+centring", "untuned+lsar", "hybrid", "hybrid+centring", "hybrid+lsar"]
    assert [one["system"] for one in Store(out).stored_manifest["systems"]] == names
    results = Store(out).results
    assert {(one.system, one.strategy) for one in results} == {(name, name.partition("+")[0]) for name in names}
    assert tuple(measure(Store(out).ranks)) == results, "every number can be computed again from the ranks"
    assert "Hybrid + LSAR" in to_markdown(load_runs([out]))
    values = {one.system: one.value for one in results if (one.setting, one.query_language) == ("multilingual", "mean")}
    assert len(set(values.values())) == len(names), "no two systems are the same one"


def test_systems_score_as_they_do_without_corrections(folder: Path) -> None:
    with_them = tuple(one for one in Store(folder / "corrected").results if "+" not in one.system)
    assert with_them == Store(folder / "plain").results
    for name in ("model.safetensors", "README.md"):
        (one, other) = (next((folder / at / "systems/hybrid-seed1/model").rglob(name)) for at in ("plain", "corrected"))
        assert one.read_bytes() == other.read_bytes()


def test_a_corrected_model_is_fitted_on_development_rows_and_says_what_it_is(folder: Path) -> None:
    model = folder / "corrected/systems/hybrid+centring-seed1/model"
    assert Correction.read(model).fitted["texts"] == {"en": 90, "ne": 90, "sw": 90}
    record = json.loads((model / "polybatch.json").read_text(encoding="utf-8"))
    assert (record["strategy"], record["correction"]) == ("hybrid+centring", {"by": "centring", "of": "hybrid"})
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "Corrected after it, without training: **centring** (the mean vector of each language" in card
    assert "`SentenceTransformer(FOLDER, trust_remote_code=True)` loads it" in card
    texts = ["Mafuriko yameharibu barabara kuu ya kaskazini", "Floods have destroyed the main road in the north"]
    base = SentenceTransformer(str(folder / "corrected/systems/hybrid-seed1/model"), device="cpu")
    own = SentenceTransformer(str(folder / "corrected/systems/hybrid+lsar-seed1/model"), device="cpu")
    expected = Correction.read(folder / "corrected/systems/hybrid+lsar-seed1/model").apply(base.encode(texts), "sw")
    np.testing.assert_allclose(own.encode(texts), expected, atol=2e-6)


class CountsEncoding(Silent):
    """Counts how often passages are encoded."""

    passages = 0

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        self.passages += description == "encoding passages" and total > 0
        yield lambda units: None


def test_a_correction_is_evaluated_on_vectors_that_are_encoded_once_and_scores_as_its_saved_model(
    folder: Path, tmp_path: Path
) -> None:
    progress = CountsEncoding()
    copy = tmp_path / "out"
    shutil.copytree(folder / "corrected", copy)
    for corrected in copy.glob("systems/*+*"):
        (corrected / "results.json").unlink()
    run(recipe_of(tmp_path, CORRECTIONS + TINY + DEVELOPMENT), copy, progress)
    assert progress.passages == 2, "once for each of two systems, whose two corrections share it"
    (collection,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    for name in ("hybrid+centring", "hybrid+lsar", "untuned+centring"):
        saved = copy / f"systems/{name}-seed1"
        ranks = rank_collection(load_encoder(str(saved / "model")), collection, system=name, strategy=None, seed=1)
        (here, there) = ([one.value for one in measure(table)] for table in (ranks, Store(saved).ranks))
        np.testing.assert_allclose(here, there, atol=2e-3)


@pytest.mark.parametrize("stop", [0, 2, 3, 6])
def test_a_run_that_was_stopped_comes_to_the_same_bytes(folder: Path, tmp_path: Path, stop: int) -> None:
    recipe = recipe_of(tmp_path, CORRECTIONS + TINY + DEVELOPMENT)
    progress = StopsWhileEncoding(stop) if stop else StopsAfter(1)
    with pytest.raises(KeyboardInterrupt):
        run(recipe, tmp_path / "out", progress)
    assert not (tmp_path / "out/results.json").exists()
    done = {path: path.stat().st_mtime_ns for path in (tmp_path / "out/systems").glob("*/results.json")}
    assert done
    run(recipe, tmp_path / "out")
    assert {path: path.stat().st_mtime_ns for path in done} == done, "what was done is not done again"
    for name in ("results.json", "ranks.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (folder / "corrected" / name).read_bytes()


def test_a_correction_can_be_added_to_a_finished_run_which_trains_nothing_again(folder: Path, tmp_path: Path) -> None:
    run(recipe_of(tmp_path, TINY), tmp_path / "out")
    weights = next((tmp_path / "out/systems/hybrid-seed1/model").rglob("model.safetensors"))
    before = weights.stat().st_mtime_ns
    run(recipe_of(tmp_path, 'corrections = ["shift"]\n' + TINY), tmp_path / "out")
    assert weights.stat().st_mtime_ns == before
    assert {one.system for one in Store(tmp_path / "out").results} == {
        "untuned",
        "untuned+shift",
        "hybrid",
        "hybrid+shift",
    }
    fitted = Correction.read(tmp_path / "out/systems/hybrid+shift-seed1/model").fitted
    of_training = 240 - Store(tmp_path / "out").stored_manifest["contamination"]["rows"]
    assert fitted["texts"] == dict.fromkeys(("en", "ne", "sw"), of_training), "where there are no other rows"
    changed = recipe_of(tmp_path, CORRECTIONS + TINY + DEVELOPMENT)
    with pytest.raises(RecipeError, match="holds a run of other data"):
        run(changed, tmp_path / "out")


def test_a_dry_run_says_what_is_fitted_on_what(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": None, "folder": tmp_path / "out", "table": None, "progress": Silent()}
    told = dry_run_text(recipe_of(tmp_path, CORRECTIONS + TINY + DEVELOPMENT), **options)
    assert (
        "Corrections: centring, lsar, of each of the 2 systems and every seed, fitted on passages of the development"
        " rows: en 90, ne 90, sw 90; 0 items that are in a test, left out." in told
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('corrections = ["centring", "lsar"]', "", r"development: rows without a correction to fit on them"),
        ('"lsar"]', '"lsar", "lsar"]', r"toml:1: corrections: lsar twice"),
        ('"lsar"', '"mean"', r'toml:1: corrections\.2 = "mean"; known: centring, lir, lsar, shift'),
        (
            '[[development]]\nsource = "newswire"\nstories = 90\nseed = 7',
            '[[development]]\nsource = "ntrex"',
            r"toml:\d+: development: ntrex has the texts of ntrex-news, a test collection",
        ),
    ],
)
def test_development_rows_that_cannot_be_fitted_on_are_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    text = CORRECTIONS + TINY.replace('test = ["newswire"]', 'test = ["newswire", "ntrex-news"]') + DEVELOPMENT
    assert old in text
    with pytest.raises(RecipeError, match=fault):
        recipe_of(tmp_path, text.replace(old, new))


def test_rows_of_a_test_collection_are_refused_before_anything_is_trained(tmp_path: Path) -> None:
    (collection,) = load_collections(["newswire"], data=None, languages=["en", "sw"])
    lines = {
        code: [passage.text for passage in collection.passages[code]][:120] + [f"{code} line {n}" for n in range(60)]
        for code in ("en", "sw")
    }
    for code, texts in lines.items():
        (tmp_path / f"a.{code}").write_text("".join(f"{one}\n" for one in texts), encoding="utf-8")
    rows = (
        '\n[[development]]\nsource = "bitext"\nname = "a"\nlicence = "mine"\nfiles = { en = ["a.en"], sw = ["a.sw"] }\n'
    )
    recipe = recipe_of(tmp_path, CORRECTIONS + TINY + rows)
    with pytest.raises(DataError, match=r"development: \d+ of \d+ items are in newswire; what a correction is fitted"):
        run_recipe(recipe, data=tmp_path, out=tmp_path / "out", progress=Silent(), command="")
    assert not (tmp_path / "out/manifest.json").exists()
