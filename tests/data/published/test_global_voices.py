"""Claims about Global Voices dev in blocks of ten lines, on files of upstream's form and on the real ones."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines

FOLDER = "lafand-mt/data/text_files/en-swa"


def write(data: Path, count: int) -> None:
    for code in ("en", "swa"):
        write_lines(data / FOLDER / f"dev.{code}", *(f"{code}{line}" for line in range(count)))


def test_a_line_asks_for_the_nine_after_it(tmp_path: Path) -> None:
    write(tmp_path, 24)
    collection = load_collection("global-voices-dev", data=tmp_path, languages=["en", "sw", "ne"])
    assert collection.languages == ("en", "sw")
    assert [query.text for query in collection.queries["sw"]] == ["swa0", "swa10"]
    assert [passage.text for passage in collection.passages["en"][3:]] == [
        "en11 en12 en13", "en14 en15 en16", "en17 en18 en19",
    ]  # fmt: skip
    assert collection.judgements["10"] == {f"{code}:10:{part}" for code in ("en", "sw") for part in range(3)}
    assert collection.notes["left out: lines after the last whole block"] == "4"


def test_a_folder_is_told_by_its_looks(tmp_path: Path) -> None:
    write(tmp_path, 10)
    assert load_collection(str(tmp_path / "lafand-mt"), data=None).languages == ("en", "sw")


def test_languages_that_are_not_there_and_too_few_lines_are_faults(tmp_path: Path) -> None:
    write(tmp_path, 9)
    with pytest.raises(DataError, match="no dev file in 'ne'; found: en, sw"):
        load_collection("global-voices-dev", data=tmp_path, languages=["ne"])
    with pytest.raises(DataError, match="9 lines; 10 or more"):
        load_collection("global-voices-dev", data=tmp_path)
    with (tmp_path / FOLDER / "dev.en").open("a", encoding="utf-8") as file:
        file.write("one more\n")
    with pytest.raises(DataError, match="lines"):
        load_collection("global-voices-dev", data=tmp_path)


def test_the_real_files_have_179_queries_and_537_passages_a_language(real_data: Path) -> None:
    collection = load_collection("global-voices-dev", data=real_data)
    assert {code: len(found) for code, found in collection.queries.items()} == {"en": 179, "sw": 179}
    assert {code: len(found) for code, found in collection.passages.items()} == {"en": 537, "sw": 537}


WRITERS = {"global-voices-dev": lambda data: write(data, 24)}
