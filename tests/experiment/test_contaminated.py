"""Claims about training rows that also stand in a test collection: listed, and never drawn where that is asked for."""

import json
from pathlib import Path

import pytest

from polybatch.data.newswire import newswire_collection
from polybatch.experiment.contaminated import without_rows
from polybatch.experiment.inputs import Inputs, load_inputs
from polybatch.experiment.recipe import load_recipe
from polybatch.progress import Silent
from polybatch.sampling.plan import make_plan
from tests.tiny import TINY

STOLEN = 7  # questions of the test that stand among the training rows, in Swahili


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Rows of one's own, some of whose queries are the test's."""
    stolen = [query.text for query in newswire_collection(stories=300).queries["sw"][:STOLEN]]
    with (tmp_path / "rows.tsv").open("w", encoding="utf-8") as file:
        for number in range(60):
            query = stolen[number - 20].upper() if 20 <= number < 20 + STOLEN else f"swali la {number} kuhusu mto huu"
            file.write(f"question {number} of many\tanswer {number} of many\t{query}\tjibu la {number} la mengi\n")
    return tmp_path


def inputs_of(data: Path, *, drop: bool) -> Inputs:
    source = """source = "tsv"
name = "mine"
licence = "mine"
files = ["rows.tsv"]
header = false
queries = { en = "1", sw = "3" }
passages = { en = "2", sw = "4" }"""
    text = TINY.replace('source = "newswire"\nstories = 240', source)
    path = data / "recipe.toml"
    path.write_text(f"drop_contaminated = {'true' if drop else 'false'}\n{text}", encoding="utf-8")
    return load_inputs(load_recipe(path), data=data, folder=data / "out", command="", progress=Silent())


def test_rows_with_a_text_of_the_test_are_listed_with_what_they_meet(data: Path) -> None:
    inputs = inputs_of(data, drop=False)
    listed = json.loads((data / "out/contamination.json").read_text(encoding="utf-8"))
    assert listed["rows"] == list(range(20, 20 + STOLEN))
    assert listed["datasets"] == {"mine": STOLEN}
    assert {(one["side"], one["language"]) for one in listed["matches"]} == {("query", "sw")}
    assert inputs.contaminated == STOLEN
    assert rows_drawn(inputs) == set(range(60)), "they are left out only where that is asked for"


def test_no_batch_draws_a_row_that_is_left_out(data: Path) -> None:
    assert rows_drawn(inputs_of(data, drop=True)) == set(range(60)) - set(range(20, 20 + STOLEN))


def test_without_rows_to_leave_out_the_table_is_the_same(data: Path) -> None:
    table = inputs_of(data, drop=False).table
    assert without_rows(table, table.shape.groups[:0]) is table


def rows_drawn(inputs: Inputs) -> set[int]:
    plan = make_plan(inputs.table.shape, "hybrid", size=10, seed=1)
    return {row for batch in plan.batches(0, 60) for row in batch.rows.tolist()}
