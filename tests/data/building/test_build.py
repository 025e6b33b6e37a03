"""Claims about building a table."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, settings
from hypothesis import given as having
from hypothesis import strategies as st

from polybatch.data.building import build_table, open_built, parts
from polybatch.data.building.rows import NOT_UNICODE
from polybatch.data.sources.lines import LinesSource
from polybatch.data.sources.source import Source
from polybatch.data.sources.table import SOURCES
from polybatch.errors import DataError
from polybatch.progress import Silent
from polybatch.records import Item, ParallelCorpus
from polybatch.sampling.plan import make_plan
from polybatch.table.aligned import AlignedTable
from polybatch.table.shape import DatasetShape
from polybatch.text.normalisation import Normalisation, normalise
from tests.data.building.given import GivenSource, build, contents, given, item

LANGUAGES = ["en", "ne", "sw"]
some_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
full_text = some_text.filter(lambda text: not text.isspace())
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


def sides(texts: st.SearchStrategy[str], least: int) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(LANGUAGES), texts, min_size=least)


@st.composite
def datasets(draw: st.DrawFn, *, whole: bool) -> dict[str, list[Item]]:
    """Datasets with a name; `whole` items all have a query, a passage and as many hard negatives."""
    texts, least = (full_text, 1) if whole else (st.sampled_from(["", " ", "\ud800", "a", "b c"]), 0)
    negatives = draw(st.integers(0, 2))
    further = draw(st.integers(0, 2))

    def one(number: int) -> Item:
        kept = negatives if whole else draw(st.integers(0, 2))
        return Item(
            f"i{number}",
            draw(names),
            draw(sides(texts, least)),
            draw(sides(texts, least)),
            tuple(draw(sides(texts, least)) for _ in range(kept)),
            tuple(draw(names) for _ in range(further)),
        )

    return {
        f"d{dataset}": [one(number) for number in range(draw(st.integers(1, 7)))]
        for dataset in range(draw(st.integers(1, 3)))
    }


def built_items(found: dict[str, list[Item]], part_rows: int, folder: Path) -> tuple[list[Item], list[dict[str, int]]]:
    """The items of a table of these datasets, and of each dataset what was read, taken and left out."""
    data = folder / "data"
    data.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART_ROWS", part_rows)
        patch.setattr(os, "fsync", lambda file: None)  # which is most of the time of many small parts
        built = build(given(data, **found), folder / "out", data=data)
    counts = [
        {"read": one["read"], "rows": one["rows"], "left out": sum(one["left_out"].values())}
        for one in built.manifest["datasets"]
    ]
    return list(built.items()), counts


@settings(deadline=None, max_examples=30)
@having(datasets(whole=True), st.integers(1, 8))
def test_what_goes_in_comes_out(found: dict[str, list[Item]], part_rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        items, _ = built_items(found, part_rows, Path(folder))
    assert items == [one for dataset in found.values() for one in dataset]


def expected_item(one: Item) -> Item | None:
    """What normalisation that keeps everything must leave of an item: texts that are not blank, if they are pairs."""
    queries, passages, *negatives = (
        {code: text for code, text in side.items() if text.strip()}
        for side in (one.queries, one.passages, *one.negatives)
    )
    if not queries or not passages or any("\ud800" in side.values() for side in (queries, passages, *negatives)):
        return None
    return Item(one.id, one.group, queries, passages, tuple(filter(None, negatives)), one.further)


@settings(deadline=None, max_examples=30)
@having(datasets(whole=False), st.integers(1, 8))
def test_every_row_that_goes_in_comes_out_or_is_counted(found: dict[str, list[Item]], part_rows: int) -> None:
    found["d0"].append(item("sure", 0, further=found["d0"][0].further))
    expected = {name: [one for one in map(expected_item, dataset) if one] for name, dataset in found.items()}
    with tempfile.TemporaryDirectory() as folder:
        if not all(expected.values()):
            with pytest.raises(DataError, match="no rows"):
                built_items(found, part_rows, Path(folder))
            return
        items, counts = built_items(found, part_rows, Path(folder))
    assert items == [one for dataset in expected.values() for one in dataset]
    for one, dataset, taken in zip(counts, found.values(), expected.values(), strict=True):
        assert one == {"read": len(dataset), "rows": len(taken), "left out": len(dataset) - len(taken)}


def assert_equal_shapes(one: DatasetShape, other: DatasetShape) -> None:
    for part in fields(DatasetShape):
        found, expected = getattr(one, part.name), getattr(other, part.name)
        assert (found is None) == (expected is None), part.name
        assert np.array_equal(found, expected) if found is not None else True, part.name


@settings(deadline=None, max_examples=30)
@having(datasets(whole=True), st.integers(1, 8))
def test_it_is_the_table_that_is_made_in_memory(found: dict[str, list[Item]], part_rows: int) -> None:
    table = AlignedTable.from_corpora([ParallelCorpus(name, tuple(items)) for name, items in found.items()])
    # in memory, a hard negative in a language that no query and no passage has is counted, and never found
    spoken = {code for items in found.values() for one in items for negative in one.negatives for code in negative}
    assume(spoken <= set(table.languages))
    with tempfile.TemporaryDirectory() as folder:
        built_items(found, part_rows, Path(folder))
        opened = open_built(Path(folder) / "out").table
        assert opened.languages == table.languages
        for one, other in zip(opened.shape.datasets, table.shape.datasets, strict=True):
            assert_equal_shapes(one, other)
        for side in range(2 + table.negatives):
            for code in table.languages:
                rows = np.arange(len(table))
                assert opened.texts(side, code, rows) == table.texts(side, code, rows)


def test_batches_are_those_of_the_table_made_in_memory(tmp_path: Path) -> None:
    items = [item("a", number) for number in range(80)]
    table = AlignedTable.from_corpora([ParallelCorpus("a", tuple(items))])
    built = build(given(tmp_path, a=items), tmp_path / "out", data=tmp_path)
    plans = [make_plan(one.shape, "hybrid", size=8, seed=3) for one in (table, built.table)]
    for number in range(20):
        assert built.table.fetch(plans[1][number]) == table.fetch(plans[0][number])


def test_the_manifest_counts_every_row(tmp_path: Path) -> None:
    rows: list[Item | str | None] = [item("a", number) for number in range(10)]
    rows += [
        None,
        None,
        item("a", 10, passages={}),
        item("a", 11, queries={"en": "\u200b"}),
        item("a", 12, queries={"en": "q"}),
    ]
    built = build(given(tmp_path, a=rows), tmp_path / "out", data=tmp_path, normalisation=Normalisation())
    (found,) = built.manifest["datasets"]
    assert found["read"] == 15
    assert found["rows"] == 11
    assert found["left_out"] == {"no item": 2, "no passage": 1, "no query left by normalisation": 1}
    assert found["places"]["no item"] == ["a.jsonl:11", "a.jsonl:12"]
    assert found["places"]["no passage"] == ["a-10"]
    assert found["languages"]["sw"] == {"queries": 10, "passages": 11}
    assert found["directions"] == {"en-en": 11, "en-sw": 11, "sw-en": 10, "sw-sw": 10}
    assert found["groups"] == 6
    assert built.datasets[0].licence == "CC0"
    assert built.normalisation == Normalisation()


def test_an_id_that_is_no_unicode_is_counted_and_named(tmp_path: Path) -> None:
    rows: list[Item | str | None] = [item("a", 0), item("\ud800", 1), item("a", 2, group="\udfff")]
    (found,) = build(given(tmp_path, a=rows), tmp_path / "out", data=tmp_path).manifest["datasets"]
    assert found["rows"] == 1
    assert found["left_out"] == {NOT_UNICODE: 2}
    assert found["places"] == {NOT_UNICODE: ["\\ud800-1", "a-2"]}


def test_texts_are_normalised(tmp_path: Path) -> None:
    raw = " Ng’ombe\u00a0२५ "
    built = build(
        given(tmp_path, a=[item("a", 0, queries={"sw": raw})]),
        tmp_path / "out",
        data=tmp_path,
        normalisation=Normalisation(),
    )
    assert next(built.items()).queries == {"sw": "Ng'ombe 25"} == {"sw": normalise(raw, Normalisation())}


def test_each_text_is_given_once_to_those_who_train_a_tokenizer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 3)
    items = [item("a", number, negatives=({"en": f"wrong {number % 3}"},)) for number in range(10)]
    built = build(given(tmp_path, a=items, b=[item("a", 3)]), tmp_path / "out", data=tmp_path)
    texts = list(built.texts())
    expected = {text for one in items for side in (one.queries, one.passages, *one.negatives) for text in side.values()}
    assert len(texts) == len(expected)
    assert set(texts) == expected


def test_the_fingerprint_changes_with_any_text_and_not_with_the_parts(tmp_path: Path) -> None:
    items = [item("a", number) for number in range(7)]
    changed = [*items[:6], item("a", 6, queries={"en": "another"})]
    found = []
    for number, (part_rows, rows) in enumerate([(2, items), (100, items), (100, changed), (100, items[::-1])]):
        (data := tmp_path / str(number)).mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parts, "PART_ROWS", part_rows)
            found.append(build(given(data, a=rows), data / "out", data=data).fingerprint)
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_killed_at_any_time_and_started_again_it_writes_the_same_bytes(tmp_path: Path) -> None:
    rows: list[Item | str | None] = [item("a", number) for number in range(3000)]
    rows[700:700] = [None, item("a", 5000, passages={})]
    given(tmp_path, a=rows, b=[item("b", number, queries={"ne": "प्रश्न"}) for number in range(1500)])
    command = [sys.executable, "-m", "tests.data.building.kill_script", str(tmp_path), "a,b"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=250).stdout)
    assert found["killed"] >= 6
    assert found["resumed"] >= 3
    assert (found["torn"], found["different"], found["left"]) == (0, 0, 0)


@pytest.mark.parametrize("stop", [0, 1, 49, 50, 51, 120])
def test_stopped_in_a_source_it_goes_on_after_the_last_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 25)
    rows: list[Item | str | None] = [item("a", number) for number in range(130)]
    rows[30:30] = [None, item("a", 500, queries={})]
    sources = given(tmp_path, b=[item("b", number) for number in range(40)], a=rows)
    build(sources, tmp_path / "whole", data=tmp_path)
    (tmp_path / "stopping").mkdir()
    stopping = given(tmp_path / "stopping", b=[item("b", number) for number in range(40)], a=[*rows[:stop], "stop"])
    # the file is the same to the hash of what the dataset is made of, as if the process had been stopped
    monkeypatch.setattr("polybatch.data.building.build.made_of", lambda source, **_: source.name)
    with pytest.raises(KeyboardInterrupt):
        build(stopping, tmp_path / "out", data=tmp_path / "stopping")
    assert not (tmp_path / "out").exists()
    assert len(list(tmp_path.glob(".out.building/a/*.arrow"))) == max(0, (stop - 2 * (stop > 30)) // 25)
    given(tmp_path / "stopping", a=rows, b=["stop"])  # b is done, and not read again
    build(sources, tmp_path / "out", data=tmp_path / "stopping")
    built, whole = contents(tmp_path / "out"), contents(tmp_path / "whole")
    assert {name for name in whole if built[name] != whole[name]} == {"manifest.json"}
    manifests = [json.loads(one["manifest.json"]) for one in (built, whole)]
    assert [one.pop("made_of") is None for one in manifests] == [False, False]
    assert manifests[0] == manifests[1]


def test_a_table_that_was_built_is_taken_as_it_is_until_something_changes(tmp_path: Path) -> None:
    sources = given(tmp_path, a=[item("a", number) for number in range(5)])
    out = tmp_path / "out"

    def built_anew(**switches: Any) -> bool:
        before = (out / "manifest.json").stat().st_ino if out.exists() else 0
        build(sources, out, data=tmp_path, normalisation=Normalisation(**switches))
        return (out / "manifest.json").stat().st_ino != before

    assert built_anew()
    assert not built_anew()
    assert built_anew(form="NFKC")
    given(tmp_path, a=[item("a", number) for number in range(6)])
    assert built_anew(form="NFKC")
    assert len(open_built(out).table) == 6
    (out / "texts.arrow").write_bytes(b"broken")
    assert built_anew(form="NFKC")
    sources = [GivenSource(name="a", file="a.jsonl", licence="CC BY 4.0")]
    assert built_anew(form="NFKC")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_sources_in_another_order_are_another_table(tmp_path: Path) -> None:
    sources = given(tmp_path, a=[item("a", 0)], b=[item("b", 0)])
    for order in (sources, sources[::-1]):
        built = build(order, tmp_path / "out", data=tmp_path)
        assert [one.id for one in built.items()] == [f"{source.name}-0" for source in order]


def test_every_fault_of_every_source_comes_at_once(tmp_path: Path) -> None:
    sources = given(
        tmp_path,
        a=[item("a", 0, queries={"swa": "x"}), item("a", 1)],
        b=[item("b", 0), item("b", 1, further=("document",))],
        c=[None],
        d=[item("d", 0)],
    )
    with pytest.raises(DataError) as caught:
        build(sources, tmp_path / "out", data=tmp_path)
    assert [str(fault) for fault in caught.value.faults] == [
        "a: item a-0: unknown language 'swa'; write 'sw'",
        "b: item b-1: 1 further groups, 0 in the items before; as many in every item",
        "c: no rows; see `polybatch data sources` for what it reads",
    ]
    assert not (tmp_path / "out").exists()


def test_an_id_that_stands_twice_is_refused_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 2)
    rows = [item("a", number) for number in (0, 1, 2, 1, 3, 3)]
    with pytest.raises(DataError) as caught:
        build(given(tmp_path, a=rows, b=[item("a", 0)]), tmp_path / "out", data=tmp_path)
    assert [str(fault) for fault in caught.value.faults] == [
        "a: item a-1: twice, in rows 2 and 4; an id is of one item of a dataset",
        "a: item a-3: twice, in rows 5 and 6; an id is of one item of a dataset",
    ]


def refused(sources: Sequence[Source], out: Path, data: Path) -> str:
    with pytest.raises(DataError) as caught:
        build(sources, out, data=data)
    return str(caught.value)


def test_names_and_folders_that_cannot_be_taken_are_refused(tmp_path: Path) -> None:
    sources = given(tmp_path, a=[item("a", 0)])
    assert refused([*sources, *sources], tmp_path / "out", tmp_path) == (
        "source a: two sources of this name; a name for each"
    )
    assert "no sources" in refused([], tmp_path / "out", tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    assert "mine: holds something else" in refused(sources, tmp_path / "mine", tmp_path)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "x"
    (tmp_path / "mine" / "manifest.json").write_text('{"kind": "run"}')
    assert "mine: holds something else" in refused(sources, tmp_path / "mine", tmp_path)
    assert "holds something else" in refused(sources, tmp_path / "a.jsonl", tmp_path)
    (tmp_path / "empty").mkdir()
    assert len(build(sources, tmp_path / "empty", data=tmp_path).table) == 1


def test_two_processes_do_not_build_one_folder_at_once(tmp_path: Path) -> None:
    import fcntl

    sources = given(tmp_path, a=[item("a", 0)])
    (tmp_path / ".out.building").mkdir()
    with (tmp_path / ".out.building" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another process is building it" in refused(sources, tmp_path / "out", tmp_path)
    assert len(build(sources, tmp_path / "out", data=tmp_path).table) == 1


def test_a_folder_that_is_no_built_table_is_refused(tmp_path: Path) -> None:
    works = "a folder that `polybatch data build` wrote works"
    with pytest.raises(DataError, match=f"no such file; {works}"):
        open_built(tmp_path)
    (tmp_path / "manifest.json").write_text('{"kind": "run"}')
    with pytest.raises(DataError, match=r"is of 'run', not of an aligned table"):
        open_built(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DataError, match="not a built table"):
        open_built(tmp_path)
    out = tmp_path / "out"
    build(given(tmp_path, a=[item("a", 0)]), out, data=tmp_path)
    (out / "ids.arrow").write_bytes((out / "ids.arrow").read_bytes()[:-40])
    with pytest.raises(DataError, match="not a built table"):
        open_built(out)


def news(data: Path) -> list[Source]:
    folder = "lafand-mt/data/text_files/en-swa"
    parts_of_flores = ("dev", "devtest", "test")
    flores = {
        code: [f"floresv1/wikipedia.{one}.ne-en.{ending}" for one in parts_of_flores]
        for code, ending in (("en", "en"), ("ne", "ne"), ("", "doc_id"))
    }
    documents = flores.pop("")
    return [
        LinesSource(
            source="lines",
            name="global-voices",
            licence="CC BY-NC 4.0",
            files={"en": [f"{folder}/train.en"], "sw": [f"{folder}/train.swa"]},
        ),
        LinesSource(source="lines", name="flores-v1", licence="CC BY-SA 4.0", run=1, files=flores, documents=documents),
    ]


def test_news_in_swahili_and_nepali_with_exact_counts(real_data: Path, tmp_path: Path) -> None:
    built = build_table(
        news(real_data), tmp_path / "out", data=real_data, normalisation=Normalisation(), command="", progress=Silent()
    )
    first, second = built.manifest["datasets"]
    assert (first["read"], first["rows"], sum(first["left_out"].values())) == (30782, 30780, 2)
    assert (second["read"], second["rows"], second["left_out"]) == (8318, 8318, {})
    assert first["directions"] == dict.fromkeys(["en-en", "en-sw", "sw-en", "sw-sw"], 30780)
    assert second["directions"] == dict.fromkeys(["en-en", "en-ne", "ne-en", "ne-ne"], 8318)
    assert [one.groups for one in built.datasets] == [9840, 4816]
    assert built.table.languages == ("en", "ne", "sw")
    assert sum(1 for _ in built.texts()) == 114325
    assert not any("\u200b" in text or "१" in text for text in built.texts())


def test_every_row_of_real_sources_is_built_or_counted(real_data: Path, tmp_path: Path) -> None:
    tables: list[dict[str, Any]] = [
        {"source": "masakhanews", "languages": ["en", "sw"], "split": "dev"},
        {"source": "ntrex", "languages": ["en", "ne", "sw"]},
        {"source": "sib-200", "languages": ["en", "ne", "sw"]},
        {"source": "flores-v1"},
    ]
    sources = [SOURCES[table["source"]].model_validate(table) for table in tables]
    built = build(sources, tmp_path / "out", data=real_data, normalisation=Normalisation())
    for one in built.manifest["datasets"]:
        assert one["read"] == one["rows"] + sum(one["left_out"].values())
        assert one["rows"] > 300
        assert one["licence"]
    items = list(built.items())
    assert len(items) == built.manifest["rows"]
    assert len({one.id for one in items}) == len(items)
