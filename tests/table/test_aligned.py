"""Claims about the aligned table."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.errors import DataError
from polybatch.records import Item, ParallelCorpus
from polybatch.sampling.plan import make_plan
from polybatch.table import aligned, folder
from polybatch.table.aligned import AlignedTable
from polybatch.table.folder import write_shape, write_texts
from polybatch.table.shape import dataset_shape

LANGUAGES = ["en", "ne", "sw"]
texts = st.dictionaries(st.sampled_from(LANGUAGES), st.text(max_size=5), min_size=1)


@st.composite
def corpora(draw: st.DrawFn) -> list[ParallelCorpus]:
    def item(corpus: int, number: int) -> Item:
        group = f"{corpus}-{draw(st.integers(0, 5))}"
        document = draw(st.sampled_from(["", "a", "b"]))
        return Item(f"{corpus}-{number}", group, draw(texts), draw(texts), (draw(texts),), (document,))

    return [
        ParallelCorpus(f"c{corpus}", tuple(item(corpus, number) for number in range(draw(st.integers(1, 12)))))
        for corpus in range(draw(st.integers(1, 3)))
    ]


@settings(deadline=None)
@given(corpora())
def test_it_holds_every_text_of_its_corpora(found: list[ParallelCorpus]) -> None:
    table = AlignedTable.from_corpora(found)
    items = [item for corpus in found for item in corpus.items]
    assert len(table) == len(items)
    for code in table.languages:
        for side in range(3):
            expected = [(item.queries, item.passages, *item.negatives)[side].get(code) for item in items]
            assert table.texts(side, code, np.arange(len(items))) == expected
    groups = table.shape.groups
    for one in range(len(items)):
        for other in range(len(items)):
            assert (groups[one] == groups[other]) == (items[one].group == items[other].group)


def make_table(rows: int = 60) -> AlignedTable:
    sides = ("query", "passage", "negative_1")
    columns = {
        f"{side}.{code}": [f"{side} {code} {row}" for row in range(rows)] for side in sides for code in LANGUAGES
    }
    return AlignedTable.from_columns(columns, groups=[f"g{row // 3}" for row in range(rows)])


def test_a_batch_has_the_texts_of_its_rows_in_their_languages() -> None:
    table = make_table()
    for batch in make_plan(table.shape, "hybrid", size=8, negatives=1).batches(0, 40):
        negatives = [table.languages[code] for code in batch.negatives[:, 0]]
        for row, direction, negative, fetched in zip(
            batch.rows, batch.directions, negatives, table.fetch(batch), strict=True
        ):
            assert fetched == {
                "query": f"query {direction.query} {row}",
                "passage": f"passage {direction.passage} {row}",
                "negative_1": f"negative_1 {negative} {row}",
            }


def test_written_and_opened_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (aligned, folder):
        monkeypatch.setattr(module, "CHUNK_ROWS", 7)  # so that rows are looked up over several chunks
    table = make_table()
    table.write(tmp_path / "table")
    opened = AlignedTable.open(tmp_path / "table")
    assert opened.shape.groups.tolist() == table.shape.groups.tolist()
    plans = [make_plan(one.shape, "hybrid", size=8, negatives=1) for one in (table, opened)]
    for number in range(40):
        assert opened.fetch(plans[1][number]) == table.fetch(plans[0][number])
    assert isinstance(opened.shape.datasets[0].order, np.memmap | None)
    assert isinstance(opened.shape.datasets[0].starts, np.memmap)


def test_texts_that_come_in_parts_are_one_table(tmp_path: Path) -> None:
    whole = {"query.en": ["a", None, "c"], "passage.en": ["d", "e", None], "passage.sw": [None, None, "f"]}
    table = AlignedTable.from_columns(whole)
    parts = [pa.table({name: texts[:2] for name, texts in whole.items() if name != "passage.sw"})]
    parts.append(pa.table({name: texts[2:] for name, texts in whole.items() if texts[2]}))
    write_texts(tmp_path, list(whole), iter(parts))
    write_shape(tmp_path, table.shape)
    opened = AlignedTable.open(tmp_path)
    for name, texts in whole.items():
        side, _, code = name.partition(".")
        assert opened.texts(side == "passage", code, np.arange(3)) == texts
    assert opened.shape.directions == table.shape.directions


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=30))
def test_a_shape_from_patterns_is_that_from_all_texts(rows: list[tuple[int, int]]) -> None:
    patterns = np.array([[[1, 1], [1, 0]], [[0, 1], [1, 1]], [[1, 0], [0, 1]], [[1, 1], [1, 1]]], dtype=bool)
    pattern_of, groups = np.array(rows).T
    used, numbers = np.unique(pattern_of, return_inverse=True)
    few = dataset_shape("d", patterns[used][::-1], groups, pattern_of=len(used) - 1 - numbers)
    every = dataset_shape("d", patterns[pattern_of], groups)
    for name in ("patterns", "pattern_rows", "pattern_of", "order", "starts", "stratum_starts", "stratum_patterns"):
        assert np.array_equal(getattr(few, name), getattr(every, name)), name


def test_an_arrow_table_is_taken_as_it_is() -> None:
    arrow = pa.table({"query.en": ["a", "b"], "passage.sw": ["c", None]})
    table = AlignedTable.from_arrow(arrow)
    assert [str(direction) for direction in table.shape.directions] == ["en-sw"]
    assert [str(direction) for direction in table.shape.missing] == ["en-en", "sw-en", "sw-sw"]
    assert table.shape.datasets[0].rows_in(0, 1) == 1


def test_every_wrong_column_and_list_is_named() -> None:
    with pytest.raises(DataError) as caught:
        AlignedTable.from_columns({"question.en": ["a"], "query": ["b"], "passage.en": ["c"]}, groups=[1, 2])
    assert [fault.where for fault in caught.value.faults] == ["column question.en", "column query", "table", "groups"]


def test_a_folder_that_holds_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        AlignedTable.open(tmp_path)
    (tmp_path / "shape.json").write_text("{}")
    with pytest.raises(DataError, match="no such file"):
        AlignedTable.open(tmp_path)
    make_table().write(tmp_path / "table")
    (tmp_path / "table" / "shape.json").write_text('{"languages": 3}')
    with pytest.raises(DataError, match="not an aligned table"):
        AlignedTable.open(tmp_path / "table")
