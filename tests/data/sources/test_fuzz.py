"""A claim over every parser of the table: whatever the bytes, no exception, and no row is lost in silence."""

import tempfile
from codecs import BOM_UTF8
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polybatch.data.sources.source import Reading
from polybatch.records import Item
from tests.data.mutations import Mutation, contents, examples, mutations, write_mutated
from tests.data.published import forms as published
from tests.data.sources import forms as own
from tests.data.sources.forms import make, read

FORMS = {**own.FORMS, **published.FORMS}
PARQUET = {"newsqa", "natural-questions", "wikiqa", "yahoo-answers", "duorc"}


def check(items: list[Item], reading: Reading) -> None:
    assert reading.read == len(items) + reading.left_out.total()
    assert len({item.id for item in items}) == len(items)
    for item in items:
        texts = [
            *item.queries.values(),
            *item.passages.values(),
            *(text for one in item.negatives for text in one.values()),
        ]
        "".join([item.id, item.group, *item.further, *texts]).encode()
        assert item.group
        assert item.queries
        assert item.passages
        assert all(text == text.strip() and text for text in texts)
    assert len({len(item.further) for item in items}) <= 1


@pytest.mark.parametrize("name", sorted(FORMS))
def test_no_bytes_break_a_parser_or_make_it_lose_a_row(name: str) -> None:
    form = FORMS[name]
    source = make(name, **form.keys)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        form.write(data)
        originals = contents(data)

        @settings(
            max_examples=examples(25 if name in PARQUET else 60),
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(mutations)
        def run(drawn: list[Mutation]) -> None:
            write_mutated(originals, drawn)
            check(*read(source, data))

        run()


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"good\tBon", b"one", b"", b"a\tb\tc", b'"open\tx', b"\xff\xfe\tx", b"\t", b" \tx", b"x\t ", b"\x85\tnel"]
        ),
        st.binary(max_size=8).map(lambda line: line.replace(b"\n", b"")),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=examples(150), deadline=None)
@given(LINES, st.booleans(), st.sampled_from([b"\n", b"\r\n"]))
def test_every_line_of_a_table_is_an_item_or_left_out(lines: list[bytes], last: bool, end: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.tsv"
        path.write_bytes(b"en\tfr" + end + end.join(lines) + (end if last else b""))
        keys = {"name": "t", "licence": "mine", "files": ["t.tsv"], "queries": {"en": "en", "fr": "fr"}}
        items, reading = read(make("tsv", **keys), Path(folder))

    def is_blank(line: bytes) -> bool:
        try:
            return not line.removeprefix(BOM_UTF8).decode().strip()  # which is no part of a line
        except UnicodeDecodeError:
            return False

    given_lines = sum(not is_blank(line) for line in lines)
    assert reading.faults == []
    assert reading.read == given_lines == len(items) + reading.left_out.total()
