"""Claims about Belebele's mixed pools, on small files of its form that the tests write."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.data.published.belebele import POOLS
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines, write_rows

FLORES = [
    "arb_Arab", "deu_Latn", "ell_Grek", "eng_Latn", "spa_Latn", "hin_Deva", "npi_Deva", "rus_Cyrl", "swh_Latn",
    "tha_Thai", "tur_Latn", "vie_Latn", "yor_Latn", "zho_Hans",
]  # fmt: skip


def write(data: Path, code: str, *, folder: str = "belebele/data") -> Path:
    rows = [
        {
            "link": f"https://wiki/{passage}",
            "question_number": question,
            "flores_passage": f"Passage {passage} in {code}.",
            "question": f"Question {passage}.{question} in {code}?",
            "mc_answer1": "yes",
            "correct_answer_num": "1",
            "dialect": code,
        }
        for passage, question in ((1, 1), (1, 2), (2, 1))
    ]
    return write_rows(data / folder / f"{code}.jsonl", *rows)


def test_two_questions_share_a_passage_and_its_versions_in_all_languages_answer(tmp_path: Path) -> None:
    for code in ("swh_Latn", "npi_Deva", "eng_Latn", "deu_Latn"):
        write(tmp_path, code)
    collection = load_collection("belebele-3", data=tmp_path)
    assert collection.languages == POOLS[3]
    assert {len(found) for found in collection.passages.values()} == {2}
    assert {len(found) for found in collection.queries.values()} == {3}
    first = {f"{code}:https://wiki/1#1" for code in POOLS[3]}
    assert collection.judgements["https://wiki/1#1"] == collection.judgements["https://wiki/1#2"] == first


def test_the_fourteen_are_read_from_their_flores_files_in_the_usual_script(tmp_path: Path) -> None:
    for code in (*FLORES, "zho_Hant", "npi_Latn", "hin_Latn", "arb_Latn"):
        write(tmp_path, code)
    collection = load_collection("belebele-14", data=tmp_path)
    assert collection.languages == POOLS[14]
    assert collection.passages["zh"][0].text == "Passage 1 in zho_Hans."
    assert len(collection.judgements["https://wiki/2#1"]) == 14


def test_a_folder_of_the_files_themselves_is_known_by_its_looks(tmp_path: Path) -> None:
    for code in ("swh_Latn", "npi_Deva", "eng_Latn", "fra_Latn"):
        write(tmp_path, code, folder="mine")
    assert load_collection(str(tmp_path / "mine"), data=None).languages == POOLS[3]
    assert load_collection(str(tmp_path / "mine"), data=None, languages=["fr", "sw"]).languages == ("fr", "sw")


def test_every_fault_is_listed(tmp_path: Path) -> None:
    for code in ("swh_Latn", "eng_Latn"):
        write(tmp_path, code)
    row = '{"link": "l", "question_number": 1, "flores_passage": "p", "question": "q?"}'
    write_lines(tmp_path / "belebele/data/swh_Latn.jsonl", row, row, '{"link": "l"}')
    with pytest.raises(DataError) as caught:
        load_collection("belebele-3", data=tmp_path)
    text = str(caught.value)
    for line in (
        "swh_Latn.jsonl:2: query 'l#1' occurs twice",
        "swh_Latn.jsonl:3: no question_number, flores_passage, question as text",
        "nothing in 'ne'; found: en, sw",
    ):
        assert line in text, line


WRITERS = {"belebele-3": lambda data: [write(data, code) for code in ("swh_Latn", "npi_Deva", "eng_Latn")]}
