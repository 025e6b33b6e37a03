"""Claims about `import polybatch`: what it offers, what it costs, and that it gives what the command line gives."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import polybatch
from polybatch.data.newswire import newswire_collection
from polybatch.errors import DataError, ModelError, ResultsError
from polybatch.records import Collection
from polybatch.results.store import Store
from tests.tiny import TINY


class Counting:
    """An encoder whose vectors count letters: poor, quick, and the same everywhere."""

    def __init__(self, dimensions: int = 64) -> None:
        self.dimensions = dimensions

    def encode(self, texts: list[str], **_: object) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text:
                vectors[row, ord(letter) % self.dimensions] += 1
        return vectors


@pytest.fixture(scope="module")
def news() -> Collection:
    return newswire_collection(languages=["en", "sw"])


@pytest.fixture(scope="module")
def counted(news: Collection) -> polybatch.Run:
    return polybatch.evaluate(Counting(), news, name="letters")


@pytest.fixture(scope="module")
def lexical(news: Collection) -> polybatch.Run:
    return polybatch.evaluate("bm25", news)


def test_importing_it_loads_neither_torch_nor_anything_else_of_weight() -> None:
    heavy = "{'torch', 'numpy', 'pandas', 'transformers', 'matplotlib', 'pyarrow'} & set(sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, polybatch; dir(polybatch); print({heavy})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "set()\n"


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    assert sorted(polybatch.HOMES) == sorted(polybatch.__all__)
    for name in polybatch.__all__:
        assert getattr(polybatch, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        polybatch.evalute  # noqa: B018


def test_scores_are_those_of_the_stored_results_as_a_frame(counted: polybatch.Run) -> None:
    scores = counted.scores()
    stored = Store(counted.folder).results
    assert len(scores) == len(stored)
    assert scores["value"].tolist() == [row.value for row in stored]
    assert set(scores["system"]) == {"letters"}


def test_the_summary_has_the_macro_means_of_every_system(counted: polybatch.Run) -> None:
    summary = counted.summary()
    values = counted.values("mAP")
    within = values[values["setting"] == "monolingual"].groupby("query_language")["value"].mean().mean()
    assert summary.index.tolist() == [("newswire", "letters")]
    assert summary["Mo mAP"].item() == pytest.approx(within)
    assert summary["Rank distance"].item() > 0


def test_a_comparison_has_a_row_a_verdict_and_an_interval_for_each_setting(
    counted: polybatch.Run, lexical: polybatch.Run
) -> None:
    compared = polybatch.compare(lexical, counted, baseline="letters", measures=["mAP"])
    frame = compared.frame()
    assert len(compared) == len(frame) == 3
    assert (frame["low"] <= frame["difference"]).all()
    assert (frame["difference"] <= frame["high"]).all()
    assert frame["verdict"].tolist() == [each.verdict for each in compared]


@pytest.mark.parametrize("shown", ["summary", "comparisons"])
def test_what_a_notebook_shows_is_a_table_and_a_figure(
    shown: str, counted: polybatch.Run, lexical: polybatch.Run
) -> None:
    given = counted if shown == "summary" else polybatch.compare(lexical, counted)
    assert given._repr_html_().startswith("<table")
    plot = given.plot()
    assert plot._repr_png_().startswith(b"\x89PNG")
    labels = {text.get_text() for text in plot.figure.axes[0].get_yticklabels()}
    assert any("letters" in label for label in labels)


def test_without_out_the_folder_goes_with_the_run(news: Collection) -> None:
    run = polybatch.evaluate(Counting(8), news)
    folder = run.folder
    assert (folder / "results.json").is_file()
    del run
    assert not folder.exists()


def test_with_out_the_run_is_there_to_be_loaded(news: Collection, tmp_path: Path) -> None:
    made = polybatch.evaluate(Counting(8), news, out=tmp_path / "mine", name="mine")
    assert polybatch.load_run(tmp_path / "mine").scores().equals(made.scores())


def test_a_trained_model_is_that_of_its_folder_and_is_not_trained_twice(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    recipe = polybatch.load_recipe(path, steps=3)
    model = polybatch.train(recipe, "x-y", out=tmp_path / "model")
    written = (tmp_path / "model" / "polybatch.json").stat().st_mtime_ns
    again = polybatch.train(recipe, "x-y", out=tmp_path / "model")
    assert (tmp_path / "model" / "polybatch.json").stat().st_mtime_ns == written
    assert np.array_equal(model.encode("Habari za leo"), again.encode("Habari za leo"))


def test_what_is_wrong_is_said_in_one_line_each(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such collection"):
        polybatch.load_collection("ntrex-newz")
    with pytest.raises(ResultsError, match="no such file"):
        polybatch.load_run(tmp_path)
    with pytest.raises(ModelError, match="can neither encode nor score"):
        polybatch.evaluate(3, newswire_collection(languages=["en", "sw"]))
