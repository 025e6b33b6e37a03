"""A claim over tables, JSON and WordPress' exports: whatever the bytes, no traceback, no long wait, no row lost."""

import csv
import io
import json
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from polybatch.data.archives.archive import Archive
from polybatch.data.archives.left_out import LeftOut
from polybatch.errors import DataError
from polybatch.search.building import unfit
from tests.data.archives.test_exports import WXR, item
from tests.data.mutations import Mutation, contents, examples, mutations, write_mutated

ROWS = [
    {
        "id": str(n),
        "title": f"T <b>{n}</b>",
        "text": f"<p>The lake fell\n\nby {n}.</p>",
        "date": f"2{n}/10/2023",
        "lang": "en",
    }
    for n in range(6)
]
LIMIT = 10  # seconds of a core


def table(mark: str) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(ROWS[0]), delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(ROWS)
    return file.getvalue()


FILES = {
    "a.csv": table(","),
    "a.tsv": table("\t"),
    "a.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
    "a.json": json.dumps(ROWS, indent=1),
    "a.wxr": WXR.format("".join(item(n, f"<p>The lake fell by {n}.</p>") for n in range(6))),
    "a.xml": WXR.format("".join(item(n, f"The lake fell\n\nby {n}.") for n in range(6))),
}


@pytest.mark.parametrize("name", FILES)
def test_no_bytes_break_a_reader_or_make_it_lose_a_row(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(FILES[name], encoding="utf-8")
        originals = contents(Path(folder))

        @settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(mutations)
        def run(drawn: list[Mutation]) -> None:
            write_mutated(originals, drawn)
            start, listing = time.process_time(), io.StringIO()
            archive, left = Archive([path], check=unfit), LeftOut(listing)
            try:
                articles = archive.look(left, allow=1)
            except DataError as error:
                assert error.faults  # noqa: PT017
                articles = 0
            again = LeftOut()
            assert len(list(archive.articles(again))) == articles
            assert (again.rows, again.notes) == (left.rows, left.notes)
            assert len(listing.getvalue().splitlines()) == left.rows + left.notes.total()
            assert time.process_time() - start < LIMIT

        run()
