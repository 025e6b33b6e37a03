"""Claims about SIB-200 as a task of finding the translation, on a small folder of its form and on the real one."""

from pathlib import Path

import pytest

from polybatch.data.collections.table import load_collection
from polybatch.errors import DataError
from tests.data.collections.writing import write_lines
from tests.data.sources.forms import EN_SW, Form, written


def write(data: Path, code: str, **texts: str) -> None:
    for number, split in enumerate(("train", "dev", "test"), start=8):
        row = f"{number}\tsports\t{texts.get(split, f'{code} {split}')}"
        write_lines(data / f"sib-200/data/annotated/{code}/{split}.tsv", "index_id\tcategory\ttext", row)


def test_the_translations_of_a_sentence_answer_it(tmp_path: Path) -> None:
    write(tmp_path, "eng_Latn", train='"a ""quoted"" word"')
    write(tmp_path, "swh_Latn")
    collection = load_collection("sib-200", data=tmp_path)
    assert collection.languages == ("en", "sw")
    assert [query.text for query in collection.queries["en"]] == ['a "quoted" word', "eng_Latn dev", "eng_Latn test"]
    assert collection.judgements["10"] == {"en:10", "sw:10"}
    assert collection.settings == ("cross-lingual", "multilingual")


def test_of_two_scripts_the_usual_one_is_read_and_the_other_named(tmp_path: Path) -> None:
    for code in ("npi_Deva", "npi_Latn", "nqo_Nkoo", "zho_Hans", "zho_Hant"):
        write(tmp_path, code)
    collection = load_collection("sib-200", data=tmp_path)
    assert [collection.queries[code][0].text for code in ("ne", "zh")] == ["npi_Deva train", "zho_Hans train"]
    left_out = "left out: another file in the same language, or no language that CLDR knows"
    assert collection.notes[left_out] == "npi_Latn, zho_Hant"


def test_every_fault_is_listed(tmp_path: Path) -> None:
    write(tmp_path, "eng_Latn", test="\u00a0")
    write(tmp_path, "swh_Latn")
    test = write_lines(tmp_path / "sib-200/data/annotated/swh_Latn/test.tsv", "index_id\ttext", "9\tagain", "11\tnew")
    with pytest.raises(DataError) as caught:
        load_collection("sib-200", data=tmp_path, languages=["en", "sw", "de"])
    text = str(caught.value)
    for line in (
        "no folder in 'de'; found: en, sw",
        "eng_Latn/test.tsv:2: sentence 10 has no text",
        "eng_Latn: no sentence 11; 'sw' has it",
        f"{test}:2: sentence 9 occurs twice",
        "swh_Latn: no sentence 10; 'en' has it",
    ):
        assert line in text, line


def test_the_real_files_have_1004_sentences_in_13_languages(real_data: Path) -> None:
    collection = load_collection("sib-200", data=real_data)
    assert len(collection.languages) == 13
    assert {len(found) for found in collection.queries.values()} == {1004}
    assert {len(found) for found in collection.judgements.values()} == {13}
    (english,) = (query.text for query in collection.queries["en"] if query.id == "1095")
    assert english.startswith('In an interview, he said the new variant was "very highly troubling')


def write_rows_to_train_on(data: Path) -> None:
    for code in ("eng_Latn", "swh_Latn"):
        rows = ["index_id\tcategory\ttext", f"12\ttravel\t{code} twelve", f"7\ttravel\t{code} seven"]
        write_lines(data / f"sib-200/data/annotated/{code}/train.tsv", *rows[: 3 if code == "eng_Latn" else 2])


def write_sentences(data: Path) -> None:
    for code in ("eng_Latn", "swh_Latn"):
        write(data, code)


FORMS = {
    "sib-200": Form(EN_SW, write_rows_to_train_on, items=2),
}
WRITERS = {"sib-200": write_sentences}


def test_a_sentence_that_a_language_lacks_is_an_item_of_the_others(tmp_path: Path) -> None:
    both, one = written(FORMS["sib-200"], "sib-200", tmp_path)[0]
    assert (set(both.queries), set(one.queries)) == ({"en", "sw"}, {"en"})
