"""Claims about the texts that corrections are fitted on."""

from pathlib import Path

import pytest

from polybatch.correction.development import development_texts, read_development
from polybatch.errors import DataError
from polybatch.records import Collection, Item, ParallelCorpus, Passage, Query


def corpus(
    count: int, *, per_group: int = 1, name: str = "c", languages: tuple[str, ...] = ("en", "sw")
) -> ParallelCorpus:
    items = (
        Item(
            id=f"{name}-{number}",
            group=f"{name}-{number // per_group}",
            queries={code: f"{code} question number {number} of {name}" for code in languages},
            passages={code: f"{code} answer number {number} of {name}" for code in languages},
        )
        for number in range(count)
    )
    return ParallelCorpus(name, tuple(items))


def collection(*passages: str, queries: tuple[str, ...] = ()) -> Collection:
    return Collection(
        "tests",
        {"en": tuple(Query(f"q{number}", f"q{number}", text) for number, text in enumerate(queries))},
        {"en": tuple(Passage(f"p{number}", text) for number, text in enumerate(passages))},
        {},
    )


def test_texts_of_one_item_are_known_as_translations() -> None:
    found = development_texts([corpus(80), corpus(60, name="d", languages=("en", "ne"))])
    assert {code: len(texts) for code, texts in found.texts.items()} == {"en": 140, "ne": 60, "sw": 80}
    names: dict[int, set[str]] = {}
    for code, texts in found.texts.items():
        for text, item in zip(texts, found.items[code].tolist(), strict=True):
            names.setdefault(item, set()).add(text.removeprefix(code))
    assert len(names) == 140
    assert all(len(same) == 1 for same in names.values())


def test_a_group_gives_one_text_and_a_language_no_more_than_asked_for() -> None:
    found = development_texts([corpus(300, per_group=3)])
    assert sorted(found.texts["en"]) == sorted(f"en answer number {number} of c" for number in range(0, 300, 3))
    found = development_texts([corpus(300), corpus(70, name="d", languages=("en", "ne"))], most=100)
    assert len(found.texts["sw"]) == 100
    assert len(found.texts["ne"]) == 70
    assert development_texts([corpus(300)]).texts == development_texts([corpus(300)]).texts


def test_items_that_stand_in_a_test_collection_are_left_out_in_every_language() -> None:
    tests = collection("en ANSWER number 7 of  c", queries=("en question number 9 of c",))
    found = development_texts([corpus(80)], apart_from=[tests])
    assert found.left_out == 2
    for code, texts in found.texts.items():
        assert sorted(texts) == sorted(
            f"{code} answer number {number} of c" for number in range(80) if number not in (7, 9)
        )


def test_a_test_collection_itself_is_refused() -> None:
    tests = collection(*(f"en answer number {number} of c" for number in range(80)))
    with pytest.raises(DataError, match="texts of each language: none; 80 items are in tests; 50 texts or more in two"):
        development_texts([corpus(80)], apart_from=[tests])
    with pytest.raises(DataError, match="texts of each language: en 49, sw 49"):
        development_texts([corpus(49)])


def test_lines_of_files_are_translations_of_one_another(tmp_path: Path) -> None:
    files = {code: tmp_path / f"dev.{code}" for code in ("en", "sw")}
    for code, path in files.items():
        path.write_text("".join(f"{code} line {number}\n" for number in range(60)), encoding="utf-8")
    found = development_texts([read_development(files)])
    assert [text.removeprefix("en") for text in found.texts["en"]] == [
        text.removeprefix("sw") for text in found.texts["sw"]
    ]
    files["sw"].write_text("moja\n\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_development(files | {"xx": tmp_path / "none"})
    assert [fault.found.split(";")[0] for fault in refused.value.faults] == [
        "unknown language 'xx'",
        "empty line",
        "no such file",
        f"2 lines, but {files['en']} has 60",
    ]
