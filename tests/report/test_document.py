"""The JSON is complete and strict."""

import json
from pathlib import Path
from typing import Any

import pytest

from polybatch.report import Report, load_runs, to_json

from .runs import rows_of, write_run


@pytest.fixture(scope="module")
def document(report: Report) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    value: dict[str, Any] = json.loads(to_json(report), parse_constant=refuse)
    return value


def test_every_result_is_in_it(document: dict[str, Any]) -> None:
    (collection,) = document["collections"]
    found = {system["system"]: system for system in collection["systems"]}
    for row in rows_of("hybrid", 2):
        if row.query_language == "mean":
            told = found["hybrid"]["means"][row.setting][row.measure]
        else:
            place = {name: getattr(row, name) for name in ("setting", "query_language", "passage_language", "measure")}
            (told,) = (one for one in found["hybrid"]["directions"] if place.items() <= one.items())
        assert {"seed": 2, "value": row.value} in told["seeds"]
        assert told["queries"] == row.queries


def test_one_seed_has_a_null_deviation(document: dict[str, Any]) -> None:
    (collection,) = document["collections"]
    assert collection["systems"][0]["means"]["monolingual"]["mAP"]["deviation"] is None


def test_the_manifest_comes_without_the_recipe_s_text(document: dict[str, Any]) -> None:
    (run,) = document["runs"]
    assert run["manifest"]["command"] == "polybatch run recipes/news-sw-ne.toml"
    assert set(run["manifest"]["recipe"]) == {"name", "title"}


def test_a_run_without_a_manifest_is_marked(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", systems=["hybrid"])
    (run / "manifest.json").unlink()
    document = json.loads(to_json(load_runs([run])))
    assert not document["finished"]
    assert document["runs"] == [{"folder": "run", "recorded": False, "finished": False, "manifest": {}}]
