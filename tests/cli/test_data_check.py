"""Claims about `polybatch data check`: what it takes, what it prints, and when it fails."""

import gzip
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from polybatch.cli.data_check import check
from polybatch.data.building import build_table
from polybatch.data.newswire import newswire_collection
from polybatch.data.opening import open_source
from polybatch.data.sources.newswire import NewswireSource
from polybatch.errors import DataError
from polybatch.progress import Silent
from polybatch.text.normalisation import Normalisation
from tests.data.collections.writing import write_lines, write_rows
from tests.tiny import TINY

app = typer.Typer()
app.command()(check)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"POLYBATCH_DATA": None})


ROWS = [
    {"id": "1", "queries": {"en": "What came of the rain?"}, "passages": {"en": "The harvest was good this year."}},
    {"id": "2", "queries": {"en": "***"}, "passages": {"en": "The harvest was bad this year."}},
    {"id": "3", "queries": {}, "passages": {"sw": "Mavuno yalikuwa mazuri mwaka huu."}},
]


def test_a_file_of_ours_is_checked_in_all_its_languages(tmp_path: Path) -> None:
    ran = run(write_rows(tmp_path / "rows.jsonl", *ROWS), "--details")
    assert ran.exit_code == 0
    lines = ran.stdout.split("\n")
    assert lines[0] == "rows: 3 rows read, 2 used"
    assert f"    {tmp_path / 'rows.jsonl'}:3" in lines
    assert f"    {tmp_path / 'rows.jsonl'}:2 en: query: no letter and no digit in '***'" in lines


def test_json_is_what_programs_read(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", *ROWS)
    (source,) = json.loads(run(path, "--format", "json", "--checks", "empty,too-long").stdout)["sources"]
    assert list(source["checks"]) == ["empty", "too-long"]
    assert source["checks"]["empty"]["findings"] == [
        {"where": f"{path}:2", "language": "en", "found": "query: no letter and no digit in '***'"}
    ]
    assert (source["faults"], [one["rows"] for one in source["left_out"]]) == ([], [1])


def test_a_recipe_is_checked_against_a_test_collection(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    ran = run(tmp_path / "tiny.toml", "--against", "newswire", "--checks", "contamination", "--details")
    assert ran.exit_code == 0
    assert ran.stdout.startswith("newswire: 240 rows read, 240 used")
    assert "nothing found: contamination" in ran.stdout, "its splits share no text, exactly or nearly"
    asked = newswire_collection().queries["en"][0].text
    row = {"id": "1", "queries": {"en": asked}, "passages": {"en": "The harvest was good this year."}}
    ran = run(
        write_rows(tmp_path / "rows.jsonl", row), "--against", "newswire", "--checks", "contamination", "--details"
    )
    assert "contamination:" in ran.stdout


def test_a_built_table_is_checked(tmp_path: Path) -> None:
    build_table(
        [NewswireSource(stories=20)],
        tmp_path / "table",
        data=tmp_path,
        normalisation=Normalisation(),
        command="",
        progress=Silent(),
    )
    assert run(tmp_path / "table", "--details").stdout.startswith("table: 20 rows read, 20 used\n  nothing found: enc")
    assert run(tmp_path / "table").stdout.startswith("table: 20 rows read, 20 used. Nothing found by duplicate, ")


def test_a_table_says_its_languages_in_its_header(tmp_path: Path) -> None:
    both = write_lines(tmp_path / "both.tsv", "en\tsw\tnotes", "Rain came.\tMvua ilikuja.\tx")
    assert run(both).stdout.startswith("both: 1 row read, 1 used")
    source = open_source(write_lines(tmp_path / "sides.tsv", "query.en\tpassage.sw\tpassage.en", "a\tb\tc"))
    assert source.model_dump(include={"queries", "passages"}) == {
        "queries": {"en": "query.en"},
        "passages": {"sw": "passage.sw", "en": "passage.en"},
    }


def test_rows_that_cannot_be_read_are_faults_and_end_with_status_1(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress((json.dumps(ROWS[0]) + "\n").encode() * 5000)[:-9])
    ran = run(path)
    assert ran.exit_code == 1
    assert "Fault:" in ran.stdout
    assert "broken archive" in " ".join(ran.stdout.split())


@pytest.mark.parametrize(
    ("name", "lines", "found"),
    [
        ("none.jsonl", None, "no such file or folder"),
        ("a.csv", ["en,sw"], "files of .csv are not known"),
        ("a.tsv", ["id\ttext"], "columns id, text; columns named query.en"),
        ("a.tmx", ["<tmx/>"], "no languages named"),
        ("a.jsonl", ['{"id": "1"}'], "no row with queries and passages by language"),
        ("folder", None, "no such file"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(
    tmp_path: Path, name: str, lines: list[str] | None, found: str
) -> None:
    path = tmp_path / name
    if lines is not None:
        write_lines(path, *lines)
    ran = run(path)
    assert isinstance(ran.exception, DataError)
    assert found in str(ran.exception)


def test_a_recipe_that_needs_data_says_so(tmp_path: Path) -> None:
    ran = run(Path(__file__).parent.parent.parent / "recipes/news-sw-ne.toml")
    assert "no data folder given" in str(ran.exception)
