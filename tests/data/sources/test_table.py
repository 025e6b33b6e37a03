"""Claims that hold for every source of the table: its form is read, its rows add up, its listing is whole."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from polybatch.data.sources.listing import FORMATS
from polybatch.data.sources.source import Reading
from polybatch.data.sources.table import SOURCES
from polybatch.languages import check_language
from tests.data.published import forms as published
from tests.data.sources import forms as own
from tests.data.sources.forms import make, read

FORMS = {**own.FORMS, **published.FORMS}


def test_every_source_but_the_built_in_one_has_a_form_on_disk() -> None:
    assert FORMS.keys() == SOURCES.keys() - {"newswire"}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_read_to_its_exact_count_and_rows_add_up(name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    form.write(tmp_path)
    items, reading = read(make(name, **form.keys), tmp_path)
    assert reading.faults == []
    assert (len(items), reading.left_out.total()) == (form.items, form.left_out), dict(reading.left_out)
    assert reading.read == len(items) + reading.left_out.total()
    assert len({item.id for item in items}) == len(items)
    assert len({len(item.further) for item in items}) == 1
    assert all(item.group and item.queries and item.passages for item in items)
    assert read(make(name, **form.keys), tmp_path)[0] == items, "the same in every reading"
    bare = list(make(name, **form.keys).items(tmp_path, Reading(further=False)))
    assert [one._replace(further=()) for one in bare] == [one._replace(further=()) for one in items]
    limited = make(name, **form.keys, rows=1) if "rows" in SOURCES[name].model_fields else None
    assert limited is None or read(limited, tmp_path)[1].read <= max(2, form.items)


@pytest.mark.parametrize("name", [name for name in FORMS if name != "entity-questions"])
def test_files_that_are_missing_are_faults_that_say_where_from(name: str, tmp_path: Path) -> None:
    items, reading = read(make(name, **FORMS[name].keys), tmp_path)
    assert items == []
    assert reading.read == 0
    assert reading.faults
    about = SOURCES[name].about
    if about.folder and about.upstream != "your own files":
        assert any(f"polybatch data fetch {name}" in fault.works for fault in reading.faults), reading.faults


def test_the_listing_is_whole_and_names_agree() -> None:
    for name, source in SOURCES.items():
        assert source.model_fields["source"].annotation.__args__ == (name,)  # type: ignore[union-attr]
        about = source.about
        assert about.what
        assert about.licence
        assert about.upstream
        assert not any(check_language(code, where=name) for code in about.languages)
        described = [key for key, field in source.model_fields.items() if key != "source" and not field.description]
        assert described == [], f"{name}: docs/recipes.md needs a description"


def test_the_table_is_imported_without_anything_heavy() -> None:
    heavy = ("numpy", "pyarrow", "datasets", "torch", "icu4py", "transformers")
    code = f"import sys, polybatch.data.sources.table; sys.exit(' '.join(m for m in {heavy} if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr.strip() == ""


def test_the_listing_is_the_same_in_every_format() -> None:
    rows = json.loads(FORMATS["json"]())
    assert [row["source"] for row in rows] == list(SOURCES)
    for row in rows:
        for text in (FORMATS["text"](), FORMATS["md"]()):
            assert row["what"] in text
            assert row["licence"] in text
    assert FORMATS["md"]().count("\n") == len(SOURCES) + 1


@pytest.mark.parametrize("licence", ["unknown", "", " ? "])
def test_a_licence_that_says_nothing_is_refused(licence: str) -> None:
    keys = {**FORMS["tmx"].keys, "licence": licence}
    with pytest.raises(ValueError, match=r"name the terms of the texts, such as CC BY 4\.0"):
        make("tmx", **keys)
